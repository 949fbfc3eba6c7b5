package dev.heimdall.test.manager;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements on the manager's page, and rules that are made of them, on a real node. */
@Needs("chromium")
@Tag("long")
class AnalyticsIT {
  private static final String READ = "select name from an_goods where id = ?";

  private static final String COUNT = "select count(*) from an_goods where name = ?";

  @TempDir private Path directory;

  private final int port = FreePort.any();
  private final int managerPort = FreePort.any();
  private Started both;

  @BeforeEach
  void start() throws IOException {
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
    write("users/app.json", "{\"password\": \"app\"}");
    write(
        "rules/mine.json",
        "{\n"
            + "  \"comment\": \"Mine\",\n"
            + "  \"rules\": [\n"
            + "    {\"match\": \"nothing_like_it\", \"action\": \"log\"}\n"
            + "  ]\n"
            + "}\n");
    both =
        Started.start(
            directory.resolve("output"),
            Map.of("STATE_DIRECTORY", directory.resolve("state").toString()),
            List.of("both", "--config=" + configuration(), "--manager-port=" + managerPort));
    both.awaitOutput("managing on port");
    both.awaitOutput("serving app on");
  }

  @AfterEach
  void end() throws InterruptedException {
    both.close();
  }

  private Path configuration() {
    return directory.resolve("configuration");
  }

  private void write(String name, String text) throws IOException {
    Path file = configuration().resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String password() throws IOException {
    return Files.readString(directory.resolve("state/manager-password"));
  }

  private Connection client(String... properties) throws SQLException {
    return new Target("127.0.0.1", port, "app", "app", "app", false).jdbc(properties);
  }

  /** What the manager says over REST; missing while it knows nothing of these statements. */
  private JsonNode pattern(String statement) throws IOException, InterruptedException {
    JsonNode all = new Rest(managerPort, "admin", password()).get("/api/v1/patterns").json();
    for (JsonNode each : all.path("patterns")) {
      if (each.path("statement").asText().equals(statement)) {
        return each;
      }
    }
    return all.path("missing");
  }

  @Test
  void aCacheRuleThatIsMadeOfAPatternServesItsStatements() throws Exception {
    try (Browser browser = Browser.start()) {
      browser.logIn(managerPort, password());
      browser.open("http://localhost:" + managerPort + "/analytics");
      browser.awaitText("No node has reported statements yet").shoot("queries-none");
      aRuleIsMadeOfThem(browser);
    }
  }

  /** Its clients come now and no earlier: what drivers set when they connect is a pattern, too. */
  private void aRuleIsMadeOfThem(Browser browser) throws Exception {
    try (Connection client = client();
        Connection text = client("preferQueryMode", "simple")) {
      execute(client, "DROP TABLE IF EXISTS an_goods");
      execute(client, "CREATE TABLE an_goods (id int PRIMARY KEY, name text)");
      try (PreparedStatement insert =
          client.prepareStatement("INSERT INTO an_goods VALUES (?, 'canary-value')")) {
        for (int i = 0; i < 20; i++) {
          insert.setInt(1, i);
          insert.executeUpdate();
        }
      }
      for (int i = 0; i < 30; i++) {
        execute(text, "SELECT name FROM an_goods WHERE id = " + i);
      }
      execute(text, "SELECT count(*) FROM an_goods WHERE name = 'canary-value'");
      execute(text, "SELECT id, '<script>alert(1)</script>' AS \"<b>&amp;x</b>\" FROM an_goods");
      Await.until(
          "the manager knows of the reads",
          Started.PATIENCE,
          () -> pattern(READ).path("calls").asInt() == 30,
          both::output);
      assertThat(pattern(READ).path("hits").asInt()).isZero();

      browser.open("http://localhost:" + managerPort + "/analytics?q=AN_GOODS");
      browser.awaitText(READ).awaitText("insert into an_goods values(?, ?)");
      assertThat(browser.source()).doesNotContain("canary-value", "<b>&amp;x</b>");
      browser.shoot("queries");
      browser.open("http://localhost:" + managerPort + "/analytics?q=where+id");
      browser.click("a.statement");
      browser.awaitText("Rules that matched last").awaitText("an_goods");
      browser.shoot("query");

      browser.click(".make .main");
      browser.awaitText("Nothing is written yet.").awaitText("From a query pattern");
      browser.find("#comment").sendKeys("Cache goods");
      browser.click("form[action='/draft/commit'] .main");
      browser.awaitText("is written.");

      browser.open("http://localhost:" + managerPort + "/analytics?q=count");
      browser.click("a.statement");
      browser.awaitText("None was taken.");
      browser.click("input[name='kind'][value='plan']");
      browser.click(".make .main");
      browser.awaitText("Nothing is written yet.").awaitText("extract-plan");
      browser.find("#comment").sendKeys("Its plan");
      browser.click("form[action='/draft/commit'] .main");
      browser.awaitText("is written.");
      assertThat(Files.readString(configuration().resolve("rules/mine.json")))
          .startsWith(
              "{\n  \"comment\": \"Mine\",\n  \"rules\": [\n    {\"match\": \"nothing_like_it\"")
          .contains("\"cache\"");

      AtomicInteger reads = new AtomicInteger();
      Await.until(
          "the node serves the reads from its cache",
          Started.PATIENCE,
          () -> {
            execute(text, "SELECT name FROM an_goods WHERE id = " + reads.incrementAndGet() % 3);
            return pattern(READ).path("hits").asInt() > 10;
          },
          both::output);
      Await.until(
          "the manager has the plan of the other one",
          Started.PATIENCE,
          () -> {
            execute(text, "SELECT count(*) FROM an_goods WHERE name = 'canary-value'");
            return pattern(COUNT).has("plan");
          },
          both::output);
      browser.open("http://localhost:" + managerPort + "/analytics?q=count");
      browser.click("a.statement");
      browser.awaitText("Scan on an_goods");
      assertThat(browser.text()).containsPattern("Plan [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}Z");
      assertThat(browser.source()).doesNotContain("canary-value");
      browser.shoot("query-plan");
      assertThat(pattern(READ).at("/rules/0/list").asText()).isEqualTo("mine");
      assertThat(pattern(READ).at("/rules/0/number").asInt()).isEqualTo(2);
      browser.open("http://localhost:" + managerPort + "/analytics?q=where+id");
      browser.click("a.statement");
      browser.awaitText("mine #2");
      browser.click("a[href='/rules/mine']");
      browser.awaitText("nothing_like_it");
      assertThat(browser.path()).isEqualTo("/rules/mine");
      assertThat(browser.complaints()).isEmpty();
      execute(client, "DROP TABLE an_goods");
    }
  }
}
