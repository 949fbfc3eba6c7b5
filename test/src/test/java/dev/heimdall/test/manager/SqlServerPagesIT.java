package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.tds.TdsOptions;
import dev.heimdall.test.tds.TdsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;
import software.amazon.awssdk.services.rds.RdsClient;

/** SQL Server in a real browser: wizard, statements with their plans, clients, forms. */
@Needs("chromium")
@Tag("long")
class SqlServerPagesIT {
  private static final String CANARY = "canary-value";
  private static final String CLIENT = "a client's own word";

  @TempDir private Path directory;

  private final TdsServer server = TdsServer.start();
  private final int port = FreePort.any();
  private final int managerPort = FreePort.any();
  private Started both;

  @AfterEach
  void end() throws InterruptedException {
    if (both != null) {
      both.close();
    }
    server.close();
  }

  @BeforeEach
  void node() throws IOException {
    write(
        "node.json",
        """
        {"http": {"port": %d}, "warmUp": "0", "drainTimeout": "2s", "manager": {
          "urls": ["http://127.0.0.1:%d"], "key": "%s", "every": "500ms"}}
        """
            .formatted(FreePort.any(), managerPort, ReportingNodes.KEY));
  }

  private void start(Map<String, String> environment) throws Exception {
    Map<String, String> all = new HashMap<>(environment);
    all.put("STATE_DIRECTORY", directory.resolve("state").toString());
    both =
        Started.start(
            directory.resolve("output"),
            all,
            List.of("both", "--config=" + configuration(), "--manager-port=" + managerPort));
    both.awaitOutput("managing on port");
  }

  private void serve() throws Exception {
    write(
        "sources/main.json",
        """
        {"url": "jdbc:sqlserver://127.0.0.1:%d;databaseName=app", "user": "%s", "password": "%s",
         "tls": {"mode": "disable"}, "cluster": {"kind": "sqlserver"}}
        """
            .formatted(server.port(), TdsOptions.USER, TdsOptions.PASSWORD));
    write(
        "vdbs/shop.json",
        """
        {"source": "main", "address": "127.0.0.1", "ports": [%d], "rules": ["mine"],
         "tls": {"selfSigned": true}, "cache": {"enabled": true}}
        """
            .formatted(port));
    write("users/wizard-client.json", "{\"password\": \"" + CLIENT + "\"}");
    write(
        "rules/mine.json", "{\"rules\": [{\"match\": \"nothing_like_it\", \"action\": \"log\"}]}");
    start(Map.of());
    both.awaitOutput("serving shop on");
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

  private Rest rest() throws IOException {
    return new Rest(managerPort, "admin", password());
  }

  private Connection client() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlserver://127.0.0.1:%d;databaseName=app;trustServerCertificate=true"
            .formatted(port),
        "wizard-client",
        CLIENT);
  }

  private static void enter(Browser browser, String field, Object value) {
    WebElement element = browser.find("#" + field);
    element.clear();
    element.sendKeys(value.toString());
  }

  private static void goOn(Browser browser) {
    browser.click(".wizard .main");
  }

  private String page(String path) {
    return "http://localhost:" + managerPort + path;
  }

  @Test
  void fromTheWizardToAnAnswer() throws Exception {
    start(Map.of());
    try (Browser browser = Browser.start()) {
      browser.logIn(managerPort, password());
      browser.open(page("/wizard/database"));
      browser.click("[name='engine'][value='sqlserver']");
      enter(browser, "host", "127.0.0.1");
      enter(browser, "port", server.port());
      enter(browser, "database", "app");
      goOn(browser);
      enter(browser, "user", TdsOptions.USER);
      enter(browser, "password", TdsOptions.PASSWORD);
      goOn(browser);
      browser.awaitText("SQL Server 16.0").awaitText("Writer").awaitText("It works.");
      browser.click("a[href='/wizard/clients'].main");
      browser.click("[name='preset'][value='cache']");
      enter(browser, "name", "shop");
      enter(browser, "vdbPort", port);
      enter(browser, "client1", "wizard-client");
      enter(browser, "clientPassword1", CLIENT);
      goOn(browser);
      enter(browser, "tables", "app.goods");
      goOn(browser);
      browser.awaitText("Valid: nodes accept this configuration.").awaitText("selfSigned");
      browser.shoot("wizard-sqlserver-review");
      goOn(browser);
      browser
          .awaitText("shop is set up")
          .awaitText("SELECT 1 was answered to the user wizard-client")
          .awaitText("sqlcmd -S");
      browser.shoot("wizard-sqlserver-done");
      assertThat(browser.complaints()).isEmpty();

      browser.open(page("/forms/vdbs/shop.json"));
      browser.awaitText("TLS towards clients.");
      assertThat(browser.source()).contains("selfSigned");
      browser.shoot("form-sqlserver-vdb");
      browser.open(page("/forms/sources/shop.json"));
      browser.awaitText("sqlserver");
      assertThat(browser.source()).contains("availability-group");
      browser.shoot("form-sqlserver-source");
      assertThat(browser.complaints()).isEmpty();
    }
    try (Connection client = client()) {
      assertThat(Jdbc.value(client, "SELECT 7")).isEqualTo("7");
    }
  }

  private JsonNode pattern(String part) throws IOException, InterruptedException {
    JsonNode all = rest().get("/api/v1/patterns?window=start").json();
    for (JsonNode each : all.path("patterns")) {
      if (each.path("statement").asText().contains(part)) {
        return each;
      }
    }
    return all.path("missing");
  }

  private static void look(Connection client, String table, int id) throws SQLException {
    try (PreparedStatement statement =
        client.prepareStatement("SELECT name FROM " + table + " WHERE id = ?")) {
      statement.setInt(1, id);
      statement.executeQuery().close();
    }
  }

  @Test
  void aStatementHasItsPlanAndARuleIsMadeOfIt() throws Exception {
    serve();
    try (Browser browser = Browser.start();
        Connection client = client()) {
      Jdbc.execute(client, "CREATE TABLE goods (id INT PRIMARY KEY, name VARCHAR(20))");
      Jdbc.execute(client, "INSERT INTO goods VALUES (424242, '" + CANARY + "')");
      browser.logIn(managerPort, password());
      Await.until(
          "the manager knows of the read",
          Started.PATIENCE,
          () -> {
            look(client, "goods", 424242);
            return !pattern("from goods").isMissingNode();
          },
          both::output);
      browser.open(page("/analytics?q=from+goods"));
      browser.awaitText("from goods").shoot("queries-sqlserver");
      assertThat(browser.source()).doesNotContain(CANARY, "424242");
      browser.click("a.statement");
      browser.awaitText("None was taken.").awaitText("app.goods");
      browser.click("form[action='/analytics/plan'] button");
      Await.until(
          "the plan is reported",
          Started.PATIENCE,
          () -> {
            look(client, "goods", 424242);
            return pattern("from goods").has("plan");
          },
          both::output);
      browser.open(page("/analytics?q=from+goods"));
      browser.click("a.statement");
      browser.awaitText("ShowPlanXML");
      assertThat(browser.source()).doesNotContain(CANARY, "424242");
      browser.shoot("query-sqlserver-plan");

      browser.click(".make .main");
      browser.awaitText("Nothing is written yet.").awaitText("From a query pattern");
      browser.find("#comment").sendKeys("Cache goods");
      browser.click("form[action='/draft/commit'] .main");
      browser.awaitText("is written.");
      Await.until(
          "the node serves the reads from its cache",
          Started.PATIENCE,
          () -> {
            look(client, "goods", 424242);
            return pattern("from goods").path("hits").asInt() > 3;
          },
          both::output);
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void aClientIsSeenCancelledAndEnded() throws Exception {
    serve();
    try (Connection client = client()) {
      CompletableFuture<Void> running =
          CompletableFuture.runAsync(
              () -> {
                try {
                  Jdbc.execute(client, "WAITFOR DELAY '00:05:00'");
                } catch (SQLException e) {
                  throw new CompletionException(e);
                }
              });
      Await.until(
          "it is active",
          Started.PATIENCE,
          () -> clients().at("/clients/0/state").asText().equals("active"),
          () -> clients().toString());
      JsonNode active = clients().at("/clients/0");
      assertThat(active.path("statement").asText()).isEqualToIgnoringCase("waitfor delay ?");
      send("cancel_statement", active);
      assertThatThrownBy(running::join).hasCauseInstanceOf(SQLException.class);
      assertThat(Jdbc.value(client, "SELECT 1")).isEqualTo("1");

      try (Browser browser = Browser.start()) {
        browser.logIn(managerPort, password());
        browser.open(page("/clients"));
        browser.awaitText("wizard-client").awaitText("1 idle").shoot("clients-sqlserver");
        send("kill_client", clients().at("/clients/0"));
        browser.awaitText("No client matches.");
      }
      assertThatThrownBy(() -> Jdbc.value(client, "SELECT 1")).isInstanceOf(SQLException.class);
    }
  }

  private JsonNode clients() {
    try {
      return rest().get("/api/v1/clients").json();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void send(String command, JsonNode client) throws Exception {
    Rest.Said said =
        rest()
            .post(
                "/api/v1/commands",
                "{\"command\": \"%s\", \"nodes\": [\"%s\"], \"run\": \"%s\", \"client\": %d}"
                    .formatted(
                        command,
                        client.path("node").asText(),
                        client.path("run").asText(),
                        client.path("id").asLong()));
    assertThat(said.status()).as(said.toString()).isEqualTo(202);
  }

  @Test
  void anInstanceOfRdsIsChosenWithItsReplica() throws Exception {
    AwsEmulator aws = AwsEmulator.shared();
    aws.reset();
    AwsAccess access = aws.access("eu-west-1");
    try (RdsClient rds = access.client(RdsClient.builder())) {
      rds.createDBInstance(
          r ->
              r.dbInstanceIdentifier("billing")
                  .dbInstanceClass("db.r6i.large")
                  .engine("sqlserver-ee")
                  .engineVersion("16.00")
                  .allocatedStorage(20)
                  .masterUsername("app")
                  .masterUserPassword("not-so-secret"));
      rds.createDBInstanceReadReplica(
          r -> r.dbInstanceIdentifier("billing-replica").sourceDBInstanceIdentifier("billing"));
    }
    start(
        Map.of(
            "AWS_ENDPOINT_URL", aws.endpoint().toString(),
            "AWS_REGION", "eu-west-1",
            "AWS_ACCESS_KEY_ID", aws.credentials().resolveCredentials().accessKeyId(),
            "AWS_SECRET_ACCESS_KEY", aws.credentials().resolveCredentials().secretAccessKey()));
    try (Browser browser = Browser.start()) {
      browser.logIn(managerPort, password());
      browser.open(page("/wizard"));
      browser.awaitText("billing-replica").shoot("wizard-aws-sqlserver");
      browser.click("button[value$=':db:billing']");
      assertThat(browser.find("#host").getDomProperty("value")).startsWith("billing.");
      assertThat(browser.find("[name='engine'][value='sqlserver']").isSelected()).isTrue();
      assertThat(browser.find("#port").getDomProperty("value")).isEqualTo("1433");
      assertThat(browser.find("#kind").getDomProperty("value")).isEqualTo("rds");
      assertThat(browser.find("#replicas").getDomProperty("value")).startsWith("billing-replica.");
      assertThat(browser.complaints()).isEmpty();
    }
  }
}
