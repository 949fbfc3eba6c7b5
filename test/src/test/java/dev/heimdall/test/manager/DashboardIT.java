package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard in a browser and over REST, with two nodes before a cluster of three servers. */
@Needs("chromium")
@Tag("long")
class DashboardIT {
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final Pattern PORT = Pattern.compile("serving app on 127\\.0\\.0\\.1:([0-9]+)");

  /** Two loads, and a statement of the driver's own at the beginning of each. */
  private static final long ALL = 400 + 5 + 100 + 2;

  @TempDir private Path directory;

  private final int managerPort = FreePort.any();
  private final List<Started> processes = new ArrayList<>();

  @BeforeEach
  void configure() throws IOException {
    write(
        "node.json",
        """
        {"http": {"enabled": false}, "warmUp": "0", "drainTimeout": "2s", "loops": 1, "manager": {
          "urls": ["http://127.0.0.1:%d"], "key": "%s", "every": "500ms"}}
        """
            .formatted(managerPort, KEY));
    String servers =
        Stream.concat(
                Stream.of(SharedPostgres.primary()), SharedPostgres.cluster().replicas().stream())
            .map(DashboardIT::address)
            .collect(Collectors.joining(","));
    write(
        "sources/main.json",
        """
        {"url": "jdbc:postgresql://%s/app", "user": "app", "password": "app",
         "tls": {"mode": "disable"}, "cluster": {"kind": "postgres"}}
        """
            .formatted(servers));
    write("vdbs/app.json", "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [0]}");
    write("users/app.json", "{\"password\": \"app\"}");
  }

  private static String address(PostgresServer server) {
    return server.host() + ":" + server.port();
  }

  private void write(String name, String text) throws IOException {
    Path file = configuration().resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Path configuration() {
    return directory.resolve("configuration");
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Started process : processes) {
      process.close();
    }
  }

  private Started start(String output, String... arguments) throws IOException {
    Started process =
        Started.start(
            directory.resolve(output),
            Map.of("STATE_DIRECTORY", directory.resolve("state-" + output).toString()),
            List.of(arguments));
    processes.add(process);
    return process;
  }

  private Started node(String name) throws IOException {
    return start(name, "proxy", "--config=" + configuration(), "--node-name=" + name);
  }

  private String password() throws IOException {
    return Files.readString(directory.resolve("state-manager/manager-password"));
  }

  private JsonNode figures(String query) {
    return got("/api/v1/figures?" + query);
  }

  private JsonNode got(String path) {
    try {
      return new Rest(managerPort, "admin", password()).get(path).json();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static Target clients(Started node) {
    node.awaitOutput("serving app on");
    Matcher port = PORT.matcher(node.output());
    assertThat(port.find()).isTrue();
    return new Target("127.0.0.1", Integer.parseInt(port.group(1)), "app", "app", "app", false);
  }

  /** So many reads, and some statements that fail. */
  private static void load(Started node, int reads, int errors) throws SQLException {
    try (Connection client = clients(node).jdbc("preferQueryMode", "simple");
        Statement statement = client.createStatement()) {
      for (int i = 0; i < reads; i++) {
        statement.execute("SELECT " + i);
      }
      for (int i = 0; i < errors; i++) {
        try {
          statement.execute("SELECT no_such_column_of_the_dashboard");
        } catch (SQLException expected) {
          assertThat(expected.getSQLState()).isEqualTo("42703");
        }
      }
    }
  }

  /** What all moments together say that there was of a rate. */
  private static double area(JsonNode figures, String field) {
    double sum = 0;
    for (JsonNode value : figures.path("fields").path(field)) {
      sum += value.asDouble() * figures.path("step").asInt();
    }
    return sum;
  }

  @Test
  void fromNoNodeToTheFiguresOfTwoNodesAndTheirCluster() throws Exception {
    Started manager =
        start(
            "manager",
            "server",
            "--config=" + configuration(),
            "--state=" + directory.resolve("state-manager"),
            "--manager-port=" + managerPort);
    manager.awaitOutput("managing on port");
    try (Browser browser = Browser.start()) {
      browser.logIn(managerPort, password());
      assertThat(browser.path()).isEqualTo("/");
      browser.open("http://localhost:" + managerPort + "/dashboard");
      browser.awaitText("No node has reported yet").awaitText("Waiting for a node");
      browser.shoot("dashboard-empty");

      Started one = node("one");
      Started two = node("two");
      Await.until(
          "both have reported: what was before is counted, and in no rate",
          Started.PATIENCE,
          () -> got("/api/v1/nodes").path("nodes").size() == 2,
          one::output);
      load(one, 400, 5);
      load(two, 100, 0);
      Await.until(
          "all is counted, and shown",
          Started.PATIENCE,
          () ->
              figures("").path("counted").path("queries").asLong() >= ALL
                  && area(figures(""), "queries") > ALL - 1,
          () -> figures("").toString());

      JsonNode all = figures("range=1h");
      assertThat(all.path("counted").path("queries").asLong()).isEqualTo(ALL);
      assertThat(all.path("counted").path("errors").asLong()).isEqualTo(5);
      assertThat(area(all, "queries")).isCloseTo(ALL, within(2.0));
      assertThat(area(all, "errors")).isCloseTo(5, within(0.1));
      assertThat(figures("node=one").path("counted").path("queries").asLong()).isEqualTo(406);
      assertThat(area(figures("node=two&vdb=app"), "queries")).isCloseTo(101, within(1.0));
      assertThat(figures("range=1d").path("counted").path("queries").asLong()).isEqualTo(ALL);
      assertThat(figures("range=7h").path("code").asText()).isEqualTo("bad_request");

      browser.awaitText("Live").awaitText("Cluster main");
      assertThat(browser.text()).doesNotContain("No node has reported yet");
      Await.until(
          "the map has the writer and its replicas",
          Started.PATIENCE,
          () ->
              browser.text().contains(address(SharedPostgres.primary()) + "\n\nwriter up")
                  && browser.text().split("replica up", -1).length == 3,
          browser::text);
      browser.find(".graph canvas");
      Await.until(
          "the tiles have numbers",
          Started.PATIENCE,
          () -> browser.find(".tile .number[data-field=clients]").getText().equals("0"),
          browser::text);
      browser.find("[data-lines=nodes] tr + tr");
      assertThat(
              browser.run(
                  "return [...document.querySelectorAll('.lag rect:last-child')].filter(bar =>"
                      + " bar.getBoundingClientRect().width > 1 + bar.getAttribute('width') / 100"
                      + " * bar.parentNode.getBoundingClientRect().width).length"))
          .as("bars that are longer than the lag")
          .isEqualTo(0L);
      browser.shoot("dashboard");

      browser.click("#scope-node option[value=one]");
      browser.awaitText("On node one");
      assertThat(browser.path()).isEqualTo("/dashboard");
      browser.forget().logIn(managerPort, password());
      assertThat(browser.path()).isEqualTo("/dashboard");
      Started top =
          start(
              "top",
              "top",
              "--once",
              "--manager=http://127.0.0.1:" + managerPort,
              "--password-file=" + directory.resolve("state-manager/manager-password"));
      assertThat(top.exitCode()).as(top.output()).isZero();
      assertThat(top.output())
          .contains("2 nodes", "app ", "one ", "two ", address(SharedPostgres.primary()));
      two.kill();
      browser.awaitText("two not reporting");
      assertThat(browser.complaints()).isEmpty();
    }
  }
}
