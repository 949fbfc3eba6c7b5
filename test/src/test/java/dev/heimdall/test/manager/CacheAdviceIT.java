package dev.heimdall.test.manager;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.Heimdall;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recommendations of what to cache, by the load of a real node. */
@Tag("ci")
class CacheAdviceIT {
  /** Ten values of a table that is never written. */
  private static final String BY_KEY = "select name from ca_goods where id = ?";

  private static final String HEAVY =
      "select count(*), sum(length(name)) from ca_goods where name like ?";

  private static final String WRITTEN = "select sum(stock) from ca_stock where kind = ?";
  private static final String MOMENT = "select now(), name from ca_goods where id < ?";
  private static final String ONCE = "select name from ca_goods where id = ? and name <> ?";
  private static final String RARE = "select max(id) from ca_goods where id < ?";

  @TempDir private Path directory;

  private final int port = FreePort.any();
  private final int barePort = FreePort.any();
  private final int managerPort = FreePort.any();
  private Started both;

  @BeforeEach
  void start() throws Exception {
    // Reports that are so far apart have the statements each time, and not for some of ten seconds.
    write(
        "node.json",
        """
        {"http": {"port": %d}, "warmUp": "0", "drainTimeout": "2s", "manager": {
          "urls": ["http://127.0.0.1:%d"], "key": "%s", "every": "2500ms"}}
        """
            .formatted(FreePort.any(), managerPort, ReportingNodes.KEY));
    write(
        "sources/main.json",
        """
        {"url": "%s", "user": "%s", "password": "%s", "tls": {"mode": "disable"},
         "cluster": {"kind": "postgres", "probe": {"user": "%s", "password": "%s"}}}
        """
            .formatted(
                SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE),
                SharedPostgres.USER,
                SharedPostgres.PASSWORD,
                SharedPostgres.cluster().superuser(),
                SharedPostgres.cluster().password()));
    write(
        "vdbs/app.json",
        """
        {"source": "main", "address": "127.0.0.1", "ports": [%d], "rules": ["mine"],
         "cache": {"enabled": true}}
        """
            .formatted(port));
    write(
        "vdbs/bare.json",
        "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [%d]}".formatted(barePort));
    write("users/app.json", "{\"password\": \"app\"}");
    write("rules/mine.json", "{\"rules\": []}");
    try (Connection direct = direct()) {
      execute(direct, "DROP TABLE IF EXISTS ca_goods, ca_stock");
      execute(direct, "CREATE TABLE ca_goods (id int PRIMARY KEY, name text)");
      execute(direct, "CREATE TABLE ca_stock (id int PRIMARY KEY, kind int, stock int)");
      execute(
          direct, "INSERT INTO ca_goods SELECT i, 'goods ' || i FROM generate_series(1, 5000) i");
      execute(direct, "INSERT INTO ca_stock SELECT i, i % 5, i FROM generate_series(1, 500) i");
    }
    both =
        Started.start(
            directory.resolve("output"),
            Map.of("STATE_DIRECTORY", directory.resolve("state").toString()),
            List.of("both", "--config=" + configuration(), "--manager-port=" + managerPort));
    both.awaitOutput("managing on port");
    both.awaitOutput("serving app on");
  }

  @AfterEach
  void end() throws Exception {
    both.close();
    try (Connection direct = direct()) {
      execute(direct, "DROP TABLE IF EXISTS ca_goods, ca_stock");
    }
  }

  private static Connection direct() throws SQLException {
    return DriverManager.getConnection(
        SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE),
        SharedPostgres.USER,
        SharedPostgres.PASSWORD);
  }

  private Path configuration() {
    return directory.resolve("configuration");
  }

  private void write(String name, String text) throws IOException {
    Path file = configuration().resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Path passwordFile() {
    return directory.resolve("state/manager-password");
  }

  private Rest rest() throws IOException {
    return new Rest(managerPort, "admin", Files.readString(passwordFile()));
  }

  private static Connection client(int at) throws SQLException {
    return new Target("127.0.0.1", at, "app", "app", "app", false).jdbc();
  }

  /** Load of some thousand statements; returns only with all of them answered. */
  private void load() throws SQLException {
    try (Connection client = client(port);
        PreparedStatement byKey = client.prepareStatement(BY_KEY);
        PreparedStatement heavy = client.prepareStatement(HEAVY);
        PreparedStatement written = client.prepareStatement(WRITTEN);
        PreparedStatement moment = client.prepareStatement(MOMENT);
        PreparedStatement once = client.prepareStatement(ONCE);
        PreparedStatement rare = client.prepareStatement(RARE);
        PreparedStatement write =
            client.prepareStatement("update ca_stock set stock = stock + ? where id = ?")) {
      for (int i = 0; i < 1_500; i++) {
        byKey.setInt(1, i % 10);
        byKey.execute();
        heavy.setString(1, "%" + i % 3 + "%");
        heavy.execute();
        written.setInt(1, i % 5);
        written.execute();
        moment.setInt(1, 10);
        moment.execute();
        once.setInt(1, i);
        once.setString(2, "other " + i);
        once.execute();
        if (i % 3 == 0) {
          write.setInt(1, 1);
          write.setInt(2, 1 + i % 500);
          write.execute();
        }
        if (i % 30 == 0) {
          rare.setInt(1, 50);
          rare.execute();
        }
      }
    }
  }

  private List<JsonNode> advice(String query) throws IOException, InterruptedException {
    List<JsonNode> all = new ArrayList<>();
    rest().get("/api/v1/cache-advice" + query).json().path("advice").forEach(all::add);
    return all;
  }

  private static List<String> statements(List<JsonNode> advice) {
    return advice.stream().map(one -> one.path("statement").asText()).toList();
  }

  private JsonNode pattern(String statement) throws IOException, InterruptedException {
    JsonNode all = rest().get("/api/v1/patterns").json();
    for (JsonNode each : all.path("patterns")) {
      if (each.path("statement").asText().equals(statement)) {
        return each;
      }
    }
    return all.path("missing");
  }

  private void loadAndAwait() throws Exception {
    load();
    Await.until(
        "the manager knows of the reads",
        Started.PATIENCE,
        () -> pattern(BY_KEY).path("calls").asInt() >= 1_500,
        both::output);
  }

  private String command(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "cache",
                "advise",
                "--manager=http://127.0.0.1:" + managerPort,
                "--password-file=" + passwordFile()));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    PrintWriter printed = new PrintWriter(out);
    assertThat(Heimdall.run(printed, printed, arguments.toArray(String[]::new))).isZero();
    return out.toString();
  }

  @Test
  void whatPaysIsRecommendedAndServesAsExpected() throws Exception {
    loadAndAwait();

    List<JsonNode> advice = advice("");
    assertThat(statements(advice))
        .startsWith(HEAVY)
        .contains(BY_KEY)
        .doesNotContain(WRITTEN, MOMENT, ONCE, RARE);
    assertThat(statements(advice("?staleness=5"))).contains(HEAVY, BY_KEY, MOMENT);
    assertThat(advice("?vdb=other")).isEmpty();
    String table = command();
    assertThat(table.lines().toList().get(1)).startsWith(HEAVY).contains("app");
    JsonNode printed = Rest.JSON.readTree(command("--json", "--vdb=app", "--staleness=5"));
    assertThat(printed.get(0).path("rule").path("action").asText()).isEqualTo("cache");

    JsonNode heavy = advice.get(0);
    assertThat(heavy.path("hitPercent").asDouble()).isGreaterThan(50);
    ObjectNode list = Rest.JSON.createObjectNode();
    list.putArray("rules").add(heavy.path("rule"));
    Rest.Said written =
        rest()
            .put(
                "rules/mine.json",
                list.toString(),
                Optional.of(rest().document("rules/mine.json").etag()));
    assertThat(written.status()).isEqualTo(200);
    Await.until(
        "the node has the rule",
        Started.PATIENCE,
        () -> {
          load();
          return pattern(HEAVY).path("hits").asInt() > 0;
        },
        both::output);
    int before = pattern(HEAVY).path("hits").asInt();
    load();
    Await.until(
        "as many hits as expected",
        Started.PATIENCE,
        () ->
            pattern(HEAVY).path("hits").asInt() - before
                >= 15 * heavy.path("hitPercent").asDouble(),
        both::output);
    assertThat(statements(advice(""))).doesNotContain(HEAVY);
  }

  @Test
  void aVirtualDatabaseWithoutRulesAndCacheGetsAdvice() throws Exception {
    try (Connection client = client(barePort);
        PreparedStatement heavy = client.prepareStatement(HEAVY)) {
      for (int i = 0; i < 1_500; i++) {
        heavy.setString(1, "%" + i % 3 + "%");
        heavy.execute();
      }
    }

    Await.until(
        "advice for it", Started.PATIENCE, () -> !advice("?vdb=bare").isEmpty(), both::output);

    JsonNode advice = advice("?vdb=bare").get(0);
    assertThat(advice.path("statement").asText()).isEqualTo(HEAVY);
    assertThat(advice.path("cacheEnabled").asBoolean()).isFalse();
    assertThat(advice.path("lists").get(0).asText()).isEqualTo("bare-queries");
  }

  @Test
  @Needs("chromium")
  void aClickMakesTheRule() throws Exception {
    loadAndAwait();

    try (Browser browser = Browser.start()) {
      browser.logIn(managerPort, Files.readString(passwordFile()));
      browser.open("http://localhost:" + managerPort + "/analytics");
      browser.click("a[href='/analytics/cache']");
      browser.awaitText(HEAVY).shoot("cache-advice");
      browser.click("form[action='/analytics/rule'] button");
      browser.awaitText("Nothing is written yet.").awaitText("From a query pattern");
      browser.find("#comment").sendKeys("Cache goods");
      browser.click("form[action='/draft/commit'] .main");
      browser.awaitText("is written.");
      assertThat(Files.readString(configuration().resolve("rules/mine.json")))
          .contains("\"cache\"")
          .doesNotContain("unconditional");
      assertThat(browser.complaints()).isEmpty();
    }
  }
}
