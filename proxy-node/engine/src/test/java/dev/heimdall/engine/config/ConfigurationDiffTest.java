package dev.heimdall.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Configuration;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationDiffTest {
  @TempDir Path temporary;
  private ConfigurationDirectory dir;
  private Configuration before;

  @BeforeEach
  void read() {
    dir = new ConfigurationDirectory(temporary);
    before = dir.read();
  }

  @Test
  void equalConfigurationsDifferInNothing() {
    ConfigurationDiff diff = ConfigurationDiff.between(before, dir.read());

    assertThat(diff.isEmpty()).isTrue();
    assertThat(diff).hasToString("no difference");
  }

  @Test
  void objectsThatComeGoAndChangeAreNamed() {
    dir.vdb("orders", 5060, "");
    dir.delete("users/alice.json");
    dir.write("users/bob.json", "{\"password\": \"b\"}");
    dir.vdb("shop", 5050, ", \"pool\": {\"size\": 5, \"reset\": \"always\"}");
    dir.write("sources/primary.json", "{\"url\": \"jdbc:postgresql://other\", \"user\": \"app\"}");

    ConfigurationDiff diff = ConfigurationDiff.between(before, dir.read());

    assertThat(diff.isEmpty()).isFalse();
    assertThat(diff.vdbs().added()).containsExactly("orders");
    assertThat(diff.vdbs().removed()).isEmpty();
    assertThat(diff.vdbs().changed()).containsExactly("shop");
    assertThat(diff.users().added()).containsExactly("bob");
    assertThat(diff.users().removed()).containsExactly("alice");
    assertThat(diff.users().changed()).isEmpty();
    assertThat(diff.sources().changed()).containsExactly("primary");
    assertThat(diff.needRestart()).isEmpty();
    assertThat(diff)
        .hasToString(
            "vdbs: 1 added (orders); users: 1 added (bob); users: 1 removed (alice); changed:"
                + " sources/primary.json $.url, vdbs/shop.json $.pool.size, vdbs/shop.json"
                + " $.pool.reset");
  }

  @Test
  void settingsThatNeedARestartAreNamed() {
    dir.write("node.json", "{\"loops\": 2, \"logLevel\": \"debug\", \"http\": {\"port\": 5099}}");

    ConfigurationDiff diff = ConfigurationDiff.between(before, dir.read());

    assertThat(diff.settings())
        .extracting(ConfigurationDiff.Changed::toString)
        .containsExactly("node.json $.loops", "node.json $.http.port", "node.json $.logLevel");
    assertThat(diff.needRestart())
        .extracting(ConfigurationDiff.Changed::toString)
        .containsExactly("node.json $.loops", "node.json $.http.port");
  }

  @Test
  void secretsAreComparedButNotShown() {
    dir.write("users/alice.json", "{\"password\": \"other\"}");

    ConfigurationDiff diff = ConfigurationDiff.between(before, dir.read());

    assertThat(diff.users().changed()).containsExactly("alice");
    assertThat(diff).hasToString("changed: users/alice.json $.password");
  }
}
