package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariaServer;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.manager.Rest.Said;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Clients of real nodes in front of PostgreSQL and MariaDB, as the manager shows and ends them. */
@Needs("chromium")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("long")
class ClientsIT {
  private static final String CLIENTS = "/api/v1/clients";
  private static final String CANARY = "canary-value";
  private static final Pattern CRM = Pattern.compile("crm on 127\\.0\\.0\\.1:([0-9]+)");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Connection> open = new ArrayList<>();
  private ReportingNodes fleet;
  private int manager;
  private Started a;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    fleet = new ReportingNodes(directory);
    manager = fleet.onePort();
    fleet.write(
        "vdbs/app.json",
        "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [0], \"pool\": {\"size\":"
            + " 1}}");
    fleet.write(
        "sources/maria.json",
        "{\"url\": \"%s\", \"user\": \"%s\", \"password\": \"%s\", \"tls\": {\"mode\": \"disable\"}}"
            .formatted(MariaServer.shared().url("mysql"), MariaServer.USER, MariaServer.PASSWORD));
    fleet.write(
        "vdbs/crm.json", "{\"source\": \"maria\", \"address\": \"127.0.0.1\", \"ports\": [0]}");
    fleet.manager(manager).awaitOutput("managing on port");
    a = fleet.node("shop-a");
    fleet.node("shop-b");
    fleet.awaitLive(manager, "shop-a", "shop-b");
  }

  @AfterEach
  void leave() throws Exception {
    for (Connection each : open) {
      each.abort(Runnable::run);
    }
    open.clear();
    Await.until(
        "all clients have left",
        Started.PATIENCE,
        () -> clients("").path("connected").asInt() == 0,
        () -> clients("").toString());
  }

  @AfterAll
  void end() throws Exception {
    threads.shutdownNow();
    fleet.close();
  }

  private Connection connect() throws SQLException {
    Target target = ReportingNodes.clients(a);
    Connection connection = target.jdbc();
    open.add(connection);
    return connection;
  }

  private Connection connectToMaria() throws SQLException {
    a.awaitOutput("crm on 127");
    Matcher port = CRM.matcher(a.output());
    assertThat(port.find()).isTrue();
    Connection connection =
        DriverManager.getConnection(
            "jdbc:mariadb://127.0.0.1:%s/mysql?sslMode=disable".formatted(port.group(1)),
            "app",
            "app");
    open.add(connection);
    return connection;
  }

  /** Runs a statement that takes long; its error comes with the future. */
  private CompletableFuture<Void> run(Connection connection, String sql) {
    return CompletableFuture.runAsync(
        () -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        },
        threads);
  }

  private JsonNode clients(String query) {
    return got(CLIENTS + query);
  }

  private JsonNode got(String path) {
    try {
      return fleet.rest(manager).get(path).json();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Waits until there are so many in a state. */
  private void await(String state, int count) {
    Await.until(
        count + " " + state,
        Started.PATIENCE,
        () -> clients("").path("states").path(state).asInt() == count,
        () -> clients("").toString());
  }

  private JsonNode send(String command, JsonNode client) throws Exception {
    Said said =
        fleet
            .rest(manager)
            .post(
                "/api/v1/commands",
                "{\"command\": \"%s\", \"nodes\": [\"%s\"], \"run\": \"%s\", \"client\": %d}"
                    .formatted(
                        command,
                        client.path("node").asText(),
                        client.path("run").asText(),
                        client.path("id").asLong()));
    assertThat(said.status()).as(said.toString()).isEqualTo(202);
    return said.json();
  }

  @Test
  void whoWaitsForAFullPoolAndWhoFillsItAreSeenAndEnded() throws Exception {
    Connection holder = connect();
    List<Connection> others = List.of(connect(), connect(), connect());
    holder.setAutoCommit(false);
    try (Statement statement = holder.createStatement()) {
      statement.execute("SELECT '" + CANARY + "'");
    }
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    for (Connection other : others) {
      waiting.add(run(other, "SELECT length('" + CANARY + "')"));
    }
    await("waiting", 3);
    JsonNode all = clients("");
    assertThat(all.toString()).doesNotContain(CANARY);
    assertThat(all.path("silent")).isEmpty();
    JsonNode first = all.at("/clients/0");
    assertThat(first.path("state").asText()).isEqualTo("waiting");
    assertThat(first.path("awaits").asText()).isEqualTo("a server connection of its pool");
    assertThat(first.path("statement").asText()).isEqualTo("select length(?)");
    assertThat(first.path("node").asText()).isEqualTo("shop-a");
    JsonNode blocks = all.at("/clients/3");
    assertThat(blocks.path("state").asText()).isEqualTo("idle_in_transaction");
    assertThat(blocks.path("server").asText()).contains(":");
    assertThat(clients("?state=waiting&limit=2").path("clients")).hasSize(2);
    assertThat(clients("?user=nobody").path("matching").asInt()).isZero();
    assertThat(clients("?node=shop-b").path("connected").asInt()).isZero();

    try (Browser browser = Browser.start()) {
      browser.logIn(manager, Files.readString(fleet.passwordFile(manager)));
      browser.open("http://localhost:" + manager + "/clients");
      browser.awaitText("3 waiting").awaitText("1 idle in transaction");
      browser.shoot("clients");
      assertThat(browser.source()).doesNotContain(CANARY);
      browser.open("http://localhost:" + manager + "/clients?node=shop-b");
      browser.awaitText("0 clients of 0");
      browser.find("#node option[value='shop-b'][selected]");
      browser.find("#node option[value='shop-a']");
      browser.open("http://localhost:" + manager + "/clients");
      browser.awaitText("3 waiting");
      String end =
          "a[href='/clients/shop-a/%s/%d?command=kill_client']"
              .formatted(blocks.path("run").asText(), blocks.path("id").asLong());
      browser.find(end);
      browser.run("document.querySelector(arguments[0]).click()", end); // the list is made anew
      browser.awaitText("an open transaction is rolled back");
      browser.shoot("client-end");
      browser.click("main form .main");
      browser.awaitText(
          "The connection of client %d is closed.".formatted(blocks.path("id").asLong()));
      assertThat(browser.complaints()).isEmpty();
    }
    for (CompletableFuture<Void> each : waiting) {
      each.join();
    }
    assertThatThrownBy(() -> holder.createStatement().execute("SELECT 1"))
        .isInstanceOf(SQLException.class);
    assertThat(fleet.rest(manager).get("/api/v1/audit?action=node_commanded").body())
        .contains("shop-a: kill_client %d, app of app from".formatted(blocks.path("id").asLong()));
  }

  @Test
  void aStatementOfPostgresqlIsCancelledAndItsClientStays() throws Exception {
    Connection client = connect();
    CompletableFuture<Void> running = run(client, "SELECT pg_sleep(600)");
    await("active", 1);
    JsonNode active = clients("?state=active").at("/clients/0");
    assertThat(active.path("statement").asText()).isEqualTo("select pg_sleep(?)");
    assertThat(active.path("awaits").asText()).startsWith("the reply of ");
    send("cancel_statement", active);
    assertThatThrownBy(running::join)
        .hasCauseInstanceOf(SQLException.class)
        .satisfies(e -> assertThat(((SQLException) e.getCause()).getSQLState()).isEqualTo("57014"));
    try (Statement statement = client.createStatement()) {
      statement.execute("SELECT 1");
    }
  }

  @Test
  void clientsOfMariadbAreSeenCancelledAndEnded() throws Exception {
    Connection client = connectToMaria();
    CompletableFuture<Void> running = run(client, "SELECT SLEEP(600), '" + CANARY + "'");
    await("active", 1);
    JsonNode active = clients("?vdb=crm").at("/clients/0");
    assertThat(active.path("statement").asText()).contains("SLEEP(?)").doesNotContain(CANARY);
    send("cancel_statement", active);
    Await.until("it has ended", running::isDone);
    try (Statement statement = client.createStatement()) {
      statement.execute("SELECT 1");
    }
    send("kill_client", clients("?vdb=crm").at("/clients/0"));
    Await.until("it is gone", () -> clients("?vdb=crm").path("connected").asInt() == 0);
    assertThatThrownBy(() -> client.createStatement().execute("SELECT 1"))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void thePlanOfTheNextStatementIsTakenWithoutAnyValue() throws Exception {
    Connection client = connect();
    lookUp(client);
    Await.until(
        "the pattern is reported",
        Started.PATIENCE,
        () -> !pattern().isMissingNode(),
        this::patterns);
    Rest rest = fleet.rest(manager);
    Said said =
        rest.post(
            "/api/v1/commands",
            "{\"command\": \"take_plan\", \"vdb\": \"app\", \"statement\": \"%s\"}"
                .formatted(pattern().path("statement").asText()));
    assertThat(said.status()).as(said.toString()).isEqualTo(202);
    Await.until(
        "the plan is reported",
        Started.PATIENCE,
        () -> {
          lookUp(client);
          return pattern().has("plan");
        },
        this::patterns);
    assertThat(pattern().at("/plan/text").asText()).contains("pg_class").doesNotContain("424242");
    assertThat(rest.get("/api/v1/commands").body()).contains("the plan is taken");
    assertThat(a.output()).doesNotContain("relname");
  }

  private static void lookUp(Connection client) {
    try (PreparedStatement statement =
        client.prepareStatement("SELECT relname FROM pg_class WHERE oid = ?")) {
      statement.setInt(1, 424242);
      statement.executeQuery();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private String patterns() {
    return got("/api/v1/patterns?window=start").toString();
  }

  private JsonNode pattern() {
    for (JsonNode pattern : got("/api/v1/patterns?window=start").path("patterns")) {
      if (pattern.path("statement").asText().contains("relname")) {
        return pattern;
      }
    }
    return MissingNode.getInstance();
  }

  @Test
  void whoMayNotOperateNodesEndsNobody() throws Exception {
    connect();
    await("idle", 1);
    JsonNode idle = clients("").at("/clients/0");
    assertThat(
            fleet
                .rest(manager)
                .post(
                    "/api/v1/accounts",
                    "{\"name\": \"reader\", \"role\": \"read_only\", \"password\": \"given by"
                        + " somebody\"}")
                .status())
        .isEqualTo(201);
    Rest reader = new Rest(manager, "reader", "given by somebody");
    reader.send(
        reader
            .request("/api/v1/account/password")
            .header("Content-Type", "application/json")
            .PUT(
                HttpRequest.BodyPublishers.ofString(
                    "{\"current\": \"given by somebody\", \"password\": \"chosen by himself\"}")));
    Rest own = new Rest(manager, "reader", "chosen by himself");
    assertThat(own.get(CLIENTS).json().path("clients")).hasSize(1);
    assertThat(
            own.post(
                    "/api/v1/commands",
                    "{\"command\": \"kill_client\", \"nodes\": [\"shop-a\"], \"client\": %d}"
                        .formatted(idle.path("id").asLong()))
                .status())
        .isEqualTo(403);
    Rest admin = fleet.rest(manager);
    for (String wrong :
        List.of(
            "{\"command\": \"kill_client\", \"nodes\": [\"shop-a\"]}",
            "{\"command\": \"kill_client\", \"client\": 1}",
            "{\"command\": \"drain\", \"nodes\": [\"shop-a\"], \"client\": 1}",
            "{\"command\": \"kill_client\", \"nodes\": [\"shop-a\"], \"client\": \"1\"}")) {
      assertThat(admin.post("/api/v1/commands", wrong).status()).as(wrong).isEqualTo(400);
    }
    assertThat(admin.get(CLIENTS + "?state=asleep").status()).isEqualTo(400);
    assertThat(admin.get(CLIENTS + "?limit=1001").status()).isEqualTo(400);
  }
}
