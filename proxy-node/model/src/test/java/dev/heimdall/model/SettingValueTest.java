package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingValueTest {
  @TempDir Path dir;

  @Test
  void valuesAreShownAsAUserWritesThem() throws Exception {
    FullConfiguration.write(dir);

    List<SettingValue> values = SettingValue.of(ConfigurationReader.read(dir));

    assertThat(values)
        .contains(
            new SettingValue("node.transport", "io_uring", "auto", Applies.RESTART),
            new SettingValue("node.loginTimeout", "500ms", "15s", Applies.NEW_CONNECTIONS),
            new SettingValue("node.drainTimeout", "0", "30s", Applies.AT_ONCE),
            new SettingValue("node.peers[0].id", "8", "", Applies.AT_ONCE),
            new SettingValue("sources.primary.password", "***", "", Applies.NEW_CONNECTIONS),
            new SettingValue("sources.primary.user", "app", "", Applies.NEW_CONNECTIONS),
            new SettingValue(
                "vdbs.shop.databases", "*=*, shop=shop_v2", "*=*", Applies.NEW_CONNECTIONS),
            new SettingValue("vdbs.shop.ports", "5050, 0, 0", "", Applies.AT_ONCE),
            new SettingValue("vdbs.shop.pool.maxLifetime", "1d", "1h", Applies.AT_ONCE),
            new SettingValue("vdbs.shop.pool.queueTimeout", "30s", "2m", Applies.AT_ONCE),
            new SettingValue(
                "vdbs.shop.limits.maxMessageSize", "2MiB", "1073741823", Applies.NEW_CONNECTIONS),
            new SettingValue(
                "vdbs.shop.credentials",
                "user",
                "`source` when the data source has a `user`, else `passthrough`",
                Applies.NEW_CONNECTIONS),
            new SettingValue(
                "vdbs.shop.auth[0].address", "10.0.0.0/8", "all", Applies.NEW_CONNECTIONS),
            new SettingValue("users.alice.password", "", "", Applies.NEW_CONNECTIONS),
            new SettingValue("users.alice.verifier", "***", "", Applies.NEW_CONNECTIONS))
        .doesNotHaveDuplicates();
    assertThat(values).noneMatch(value -> value.toString().contains("hunter2"));
  }

  @Test
  void changesAreFoundSettingBySetting() throws Exception {
    NodeSettings before = NodeSettings.defaults();
    FullConfiguration.write(dir);
    NodeSettings after = ConfigurationReader.read(dir).node();

    assertThat(SettingChange.between(before, before)).isEmpty();
    assertThat(SettingChange.between(before, after))
        .contains(
            new SettingChange("$.id", Applies.RESTART),
            new SettingChange("$.http.port", Applies.RESTART),
            new SettingChange("$.peers", Applies.AT_ONCE))
        .hasSize(78);
  }
}
