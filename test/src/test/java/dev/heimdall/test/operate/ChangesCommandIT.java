package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code heimdall changes} on a database: what it makes, and takes away. */
@Tag("ci")
class ChangesCommandIT {
  private static final String WITH_TRIGGER =
      "SELECT string_agg(tgrelid::regclass::text || ' ' || tgenabled::text, ', ' ORDER BY 1) FROM"
          + " (SELECT * FROM pg_trigger WHERE tgname = 'heimdall_changed' ORDER BY"
          + " tgrelid::regclass::text) t";

  @TempDir Path directory;

  @Test
  void triggersAreMadeOnceAndTakenAway() throws Exception {
    SharedPostgres.createDatabase("changes_cli");
    in(
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.\"Items\" (id int)",
        "CREATE TABLE shop.log (at int) PARTITION BY RANGE (at)",
        "CREATE TABLE shop.log_1 PARTITION OF shop.log FOR VALUES FROM (0) TO (9)",
        "CREATE TABLE other (id int)");
    Files.createDirectories(directory.resolve("sources"));
    Files.writeString(
        directory.resolve("sources/main.json"),
        "{\"url\": \"%s\", \"user\": \"%s\", \"password\": \"%s\", \"tls\": {\"mode\": \"disable\"}}"
            .formatted(
                SharedPostgres.primary().jdbcUrl("changes_cli"),
                SharedPostgres.cluster().superuser(),
                SharedPostgres.cluster().password()));
    Files.createDirectories(directory.resolve("vdbs"));
    Files.writeString(
        directory.resolve("vdbs/shop.json"), "{\"ports\": [5050], \"source\": \"main\"}");

    HeimdallCommand made = changes("install", "--tables", "shop.Items,shop.log");
    assertThat(made.text()).contains("changes_cli: The triggers are there.");
    assertThat(made.exitCode()).isZero();
    String expected = "shop.\"Items\" A, shop.log A, shop.log_1 A";
    assertThat(value(WITH_TRIGGER)).isEqualTo(expected);
    assertThat(changes("install", "--schemas", "shop").exitCode()).isZero();
    assertThat(value(WITH_TRIGGER)).isEqualTo(expected);

    HeimdallCommand missing = changes("install", "--tables", "shop.nowhere");
    assertThat(missing.exitCode()).isEqualTo(4);
    assertThat(missing.text()).contains("relation \"shop.nowhere\" does not exist");

    assertThat(changes("remove").exitCode()).isZero();
    assertThat(value(WITH_TRIGGER)).isNull();
    assertThat(value("SELECT count(*) FROM pg_namespace WHERE nspname = 'heimdall'"))
        .isEqualTo("0");
  }

  private HeimdallCommand changes(String what, String... more) throws Exception {
    String[] fixed = {
      "changes", what, "--config", directory.toString(), "--source", "main",
    };
    String[] all = Arrays.copyOf(fixed, fixed.length + more.length);
    System.arraycopy(more, 0, all, fixed.length, more.length);
    return HeimdallCommand.run(Map.of(), all);
  }

  private static void in(String... sql) {
    SharedPostgres.primary().executeIn("changes_cli", sql);
  }

  private static String value(String sql) {
    return SharedPostgres.primary().queryValue("changes_cli", sql);
  }
}
