package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was made for PgBouncer finds one: an exporter for Prometheus as it is, and a user's psql.
 */
@Needs("pgbouncer-exporter")
@Tag("ci")
class PgBouncerExporterIT {
  @TempDir private Path directory;

  private static TestNode node() {
    return TestNode.start(
        c ->
            c.user("watch", "password", "watch")
                .user("watch", "stats", true)
                .vdb("databases", Map.of("shop", "app"))
                .vdb("pool.size", 3));
  }

  private static Target console(TestNode node, String user) {
    return node.target().as(user, user).in("pgbouncer");
  }

  @Test
  void anExporterReadsTheFiguresOfTheTraffic() throws Exception {
    try (TestNode node = node();
        RawClient holding = RawClient.logIn(node.target().in("shop"));
        RawClient idle = RawClient.logIn(node.target().in("shop"))) {
      idle.query("SELECT 1");
      holding.query("BEGIN");
      holding.query("SELECT 1");
      int port = RedisProcess.freePort();
      Process exporter = exporter(node, port);
      try {
        Await.until("the exporter answers", () -> !scrape(port).isEmpty());
        Map<String, Double> figures = scrape(port);
        assertThat(figures)
            .containsEntry("pgbouncer_up", 1.0)
            .containsEntry("pgbouncer_pools_client_active_connections{shop}", 2.0)
            .containsEntry("pgbouncer_pools_client_waiting_connections{shop}", 0.0)
            .containsEntry("pgbouncer_pools_server_active_connections{shop}", 1.0)
            .containsEntry("pgbouncer_databases_database_pool_size{shop}", 3.0)
            .containsEntry("pgbouncer_config_max_user_connections", 0.0)
            .containsKey("pgbouncer_stats_received_bytes_total{shop}")
            .containsKey("pgbouncer_config_max_client_conn");
        double before = figures.get("pgbouncer_stats_queries_total{shop}");
        for (int i = 0; i < 5; i++) {
          idle.query("SELECT 2");
        }
        assertThat(scrape(port).get("pgbouncer_stats_queries_total{shop}")).isEqualTo(before + 5);
      } finally {
        Toolchain.end(exporter);
        exporter.waitFor(10, TimeUnit.SECONDS);
      }
    }
  }

  private Process exporter(TestNode node, int port) throws IOException {
    Path configuration = directory.resolve("exporter.yml");
    Files.writeString(
        configuration,
        """
        exporter_host: 127.0.0.1
        exporter_port: %d
        pgbouncers:
          - dsn: postgresql://watch:watch@127.0.0.1:%d/pgbouncer
        """
            .formatted(port, node.target().port()));
    return new ProcessBuilder(
            Toolchain.built("pgbouncer-exporter").resolve("bin/pgbouncer-exporter").toString(),
            "--config",
            configuration.toString())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("exporter.log").toFile())
        .start();
  }

  /** Values by name, and by the database they are of; empty while nobody answers. */
  private static Map<String, Double> scrape(int port) throws InterruptedException {
    try {
      String body =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                      .build(),
                  BodyHandlers.ofString())
              .body();
      return body.lines()
          .filter(line -> line.startsWith("pgbouncer_"))
          .collect(
              Collectors.toMap(
                  PgBouncerExporterIT::series,
                  line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)),
                  (a, b) -> {
                    throw new AssertionError("a series stands twice in " + body);
                  },
                  TreeMap::new));
    } catch (IOException notYet) {
      return Map.of();
    }
  }

  private static String series(String line) {
    String series = line.substring(0, line.lastIndexOf(' '));
    return series.replaceFirst("[{](|.*[{,])database=\"(\\w+)\".*[}]", "{$2}").replace("{}", "");
  }

  @Test
  void whoMayLookSeesAndChangesNothing() throws Exception {
    try (TestNode node = node();
        RawClient watch = RawClient.logIn(console(node, "watch"));
        RawClient own = RawClient.logIn(node.console().as("watch", "watch"))) {
      assertThat(watch.value("SHOW VERSION")).startsWith("Heimdall");
      assertThat(own.value("SHOW VERSION")).startsWith("Heimdall");
      for (RawClient client : List.of(watch, own)) {
        for (String command : List.of("PAUSE", "RESUME", "RECONNECT", "RELOAD")) {
          assertThatThrownBy(() -> client.value(command))
              .hasMessageContaining("is not an administrator, and may only SHOW");
        }
      }
      assertThatThrownBy(() -> RawClient.logIn(console(node, "other")).close())
          .hasMessageContaining("permission denied for database \"pgbouncer\"");
    }
  }

  @Test
  void anAdministratorPausesTheVirtualDatabase() throws Exception {
    try (TestNode node = node();
        RawClient admin = RawClient.logIn(console(node, "admin"));
        RawClient client = RawClient.logIn(node.target().in("shop"))) {
      assertThat(admin.query("PAUSE shop"))
          .noneMatch(message -> message.type() == 'E')
          .anyMatch(message -> message.type() == 'C');
      assertThat(node.admin("SHOW POOLS"))
          .allSatisfy(row -> assertThat(row).containsEntry("paused", "t"));
      admin.query("RESUME");
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void aDatabaseOfThatNameThatIsServedGoesBefore() throws Exception {
    try (TestNode node =
            TestNode.start(
                c -> c.vdb("databases", Map.of("pgbouncer", "app")).vdb("pool.size", 3));
        RawClient client = RawClient.logIn(console(node, "admin"))) {
      assertThat(client.value("SELECT current_database()")).isEqualTo("app");
    }
  }
}
