package dev.heimdall.test.secure;

import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.action.PostgresActions;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Transactions of the node's own beside those of a role whose own wait until no serializable
 * transaction of others is open, while one is.
 */
class OwnTransactionsIT {
  private static final Map<String, String> WAITING =
      Map.of(
          "default_transaction_isolation", "serializable",
          "default_transaction_read_only", "on",
          "default_transaction_deferrable", "on");
  private static final String LURED = "lured-secret";

  private static TestNode node;
  private Connection writing;

  @BeforeAll
  static void start() {
    SecureServer.server()
        .execute(
            "CREATE ROLE waiting LOGIN PASSWORD 'waiting-secret'",
            "CREATE ROLE lured LOGIN PASSWORD 'lured-secret'",
            "GRANT pg_monitor TO waiting");
    WAITING.forEach(
        (name, value) ->
            SecureServer.server()
                .execute("ALTER ROLE waiting SET %s = '%s'".formatted(name, value)));
    SecureServer.server()
        .executeIn(
            "app",
            "CREATE TABLE own_transactions (id int)",
            "GRANT ALL ON own_transactions TO PUBLIC",
            "CREATE SCHEMA lures",
            "GRANT USAGE ON SCHEMA lures TO PUBLIC",
            "CREATE FUNCTION lures.never(oid, oid) RETURNS bool LANGUAGE sql RETURN false",
            "CREATE FUNCTION lures.never(name, name) RETURNS bool LANGUAGE sql RETURN false",
            "CREATE FUNCTION lures.never(text, text) RETURNS bool LANGUAGE sql RETURN false",
            "CREATE FUNCTION lures.never(int8, int8) RETURNS bool LANGUAGE sql RETURN false",
            "CREATE OPERATOR lures.= (LEFTARG = int8, RIGHTARG = int8, FUNCTION = lures.never)",
            "CREATE OPERATOR lures.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = lures.never)",
            "CREATE OPERATOR lures.= (LEFTARG = name, RIGHTARG = name, FUNCTION = lures.never)",
            "CREATE OPERATOR lures.= (LEFTARG = text, RIGHTARG = text, FUNCTION = lures.never)",
            "CREATE SEQUENCE own_sequence",
            "GRANT ALL ON SEQUENCE own_sequence TO PUBLIC",
            "ALTER ROLE waiting SET search_path = lures, pg_catalog, public",
            "ALTER ROLE lured SET search_path = lures, pg_catalog, public");
    node =
        TestNode.start(
            c -> {
              SecureServer.behind(c);
              c.source("credentials.recheck", "0");
              c.vdb("credentials", "passthrough")
                  .vdb("pool.size", 1)
                  .vdb("auth", List.of(Map.of("method", "scram-sha-256")));
              c.user("waiting", "verifier", SecureServer.stored("waiting"));
              c.user("lured", "verifier", SecureServer.stored("lured"));
              SecureServer.vdb(c, "own")
                  .vdb("own", "source", "own")
                  .vdb("own", "credentials", "source")
                  .source("own", "url", SecureServer.server().jdbcUrl("app"))
                  .source("own", "tls.mode", "disable")
                  .source("own", "cluster.kind", "postgres")
                  .source("own", "user", "waiting")
                  .source("own", "password", "waiting-secret");
            });
  }

  @AfterAll
  static void stop() {
    node.close();
    SecureServer.server()
        .executeIn(
            "app",
            "DROP SCHEMA lures CASCADE",
            "DROP TABLE own_transactions",
            "DROP SEQUENCE own_sequence");
    SecureServer.server().execute("DROP ROLE waiting", "DROP ROLE lured");
  }

  @BeforeEach
  void write() throws SQLException {
    writing = SecureServer.jdbc(SecureServer.port(), "app", "app", "app");
    writing.setAutoCommit(false);
    writing.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
    try (Statement statement = writing.createStatement()) {
      statement.execute("INSERT INTO own_transactions VALUES (1)");
    }
  }

  @AfterEach
  void writeNoMore() throws SQLException {
    writing.rollback();
    writing.close();
  }

  private static RawClient logIn(String user, String... more) throws IOException {
    RawClient client = RawClient.logIn(node.target().as(user, user + "-secret").in("app"), more);
    client.patience(Duration.ofSeconds(20));
    return client;
  }

  /** Its own transactions would wait; SHOW needs no snapshot. */
  @Test
  void aRoleWhoseTransactionsWaitLogsInAndSetsSettings() throws IOException {
    try (RawClient bob = logIn("waiting", "work_mem", "9MB")) {
      assertThat(bob.value("SHOW transaction_deferrable")).isEqualTo("on");
      assertThat(bob.value("SHOW work_mem")).isEqualTo("9MB");
      bob.query("SET lock_timeout = '7s'");
      try (RawClient other = logIn("waiting")) {
        assertThat(other.value("SHOW lock_timeout")).isEqualTo("0");
      }
      assertThat(bob.value("SHOW lock_timeout")).isEqualTo("7s");
      assertThat(bob.value("SHOW transaction_isolation")).isEqualTo("serializable");
    }
  }

  @Test
  void aSessionThatHasItsTransactionsWaitGoesOn() throws IOException {
    try (RawClient ann = logIn("lured");
        RawClient other = logIn("lured")) {
      ann.query(
          "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY,"
              + " DEFERRABLE");
      assertThat(ann.value("SHOW transaction_deferrable")).isEqualTo("on");
      assertThat(other.value("SHOW transaction_deferrable")).isEqualTo("off");
      assertThat(other.value("SELECT 1")).isEqualTo("1");
      assertThat(ann.value("SHOW transaction_deferrable")).isEqualTo("on");
    }
  }

  /** A connection that was pinned is cleaned before another client has it. */
  @Test
  void whatASessionLeavesIsCleanedWhoseTransactionsWait() throws IOException {
    try (RawClient ann = logIn("lured");
        RawClient other = logIn("lured")) {
      ann.query("CREATE TEMP TABLE own_temporary (id int)");
      ann.query(
          "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY,"
              + " DEFERRABLE");
      assertThat(ann.value("SHOW transaction_deferrable")).isEqualTo("on");
      ann.close();
      other.patience(Duration.ofSeconds(8));
      assertThat(other.value("SELECT 1")).isEqualTo("1");
    }
  }

  /** What guards the values of sequences compares by the server's operators, not by these. */
  @Test
  void aRoleWithOperatorsOfItsOwnKeepsTheValuesOfItsTransaction() throws IOException {
    try (RawClient ann = logIn("lured");
        RawClient other = logIn("lured")) {
      other.query("SELECT nextval('own_sequence')");
      ann.query("BEGIN");
      String taken = ann.value("SELECT nextval('own_sequence')");
      assertThat(ann.value("SELECT currval('own_sequence')")).isEqualTo(taken);
      assertThat(ann.value("SELECT lastval()")).isEqualTo(taken);
      ann.query("ROLLBACK");
    }
  }

  /** Nor does what names the types of parameters. */
  @Test
  void aRoleWithOperatorsOfItsOwnFindsTheNamesOfTypes() throws SQLException {
    int circle = 718;
    try (Connection lured = SecureServer.jdbc(SecureServer.port(), "app", "lured", LURED)) {
      assertThat(new PostgresActions().parameters().orElseThrow().typeNames(lured, Set.of(circle)))
          .containsEntry(circle, "circle");
    }
  }

  @Test
  void aListeningRoleIsNotifiedWhoseTransactionsWait() throws IOException, SQLException {
    try (RawClient bob = logIn("waiting")) {
      bob.query("LISTEN own_transactions");
      try (Connection notifying = SecureServer.jdbc(SecureServer.port(), "app", "app", "app");
          Statement statement = notifying.createStatement()) {
        statement.execute("NOTIFY own_transactions, 'heard'");
      }
      Message heard = bob.receive();
      assertThat(heard.type()).isEqualTo('A');
    }
  }

  /** As directly: the statement itself waits. */
  @Test
  void aStatementThatWaitsIsCancelled() throws IOException {
    try (RawClient bob = logIn("waiting")) {
      bob.send(query("SELECT 1"));
      Await.until(
          "the statement waits",
          () ->
              SecureServer.server()
                  .queryValue(
                      "postgres",
                      "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT 1' AND"
                          + " wait_event = 'SafeSnapshot'")
                  .equals("1"));
      bob.cancel();
      assertThat(bob.untilReady()).anyMatch(message -> message.toString().contains("57014"));
    }
  }

  /** How a client runs the statement that it has prepared. */
  private enum Run {
    EXECUTE("EXECUTE again"),
    EXECUTE_IN_A_TRANSACTION("BEGIN", "EXECUTE again"),
    BIND(bind("", "again"), execute("", 0), sync()),
    BIND_IN_A_TRANSACTION(query("BEGIN"), bind("", "again"), execute("", 0), sync());

    private final byte[][] messages;

    Run(String... queries) {
      this(Stream.of(queries).map(Frontend::query).toArray(byte[][]::new));
    }

    Run(byte[]... messages) {
      this.messages = messages;
    }
  }

  static Stream<Arguments> waysToRunWhatIsPreparedAgain() {
    return Stream.of(Run.values())
        .flatMap(run -> Stream.of(true, false).map(bySql -> Arguments.of(run, bySql)));
  }

  /** Of the node's server connections. */
  private static boolean isTrueOfAll(String column, String value) {
    return node.servers().stream().allMatch(row -> value.equals(row.get(column)));
  }

  /** On another server connection, by a statement of the node's own ahead of the client's. */
  @ParameterizedTest
  @MethodSource("waysToRunWhatIsPreparedAgain")
  void aStatementThatIsPreparedAgainAndWaitsIsCancelled(Run run, boolean bySql) throws IOException {
    try (RawClient ann = logIn("lured")) {
      String read = "SELECT id FROM own_transactions";
      if (bySql) {
        ann.query("PREPARE again AS " + read);
      } else {
        ann.send(parse("again", read), describeStatement("again"), sync());
        ann.untilReady();
      }
      ann.query(
          "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY,"
              + " DEFERRABLE");
      Await.until("the session has no connection of its own", () -> isTrueOfAll("state", "idle"));
      SecureServer.server()
          .queryValue(
              "postgres",
              "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE usename"
                  + " = 'lured'");
      Await.until("the node knows that it has ended", () -> isTrueOfAll("user", "waiting"));
      ann.send(run.messages);
      if (run.name().endsWith("TRANSACTION")) {
        ann.untilReady();
      }
      Await.until(
          "the statement waits",
          () ->
              SecureServer.server()
                  .queryValue(
                      "postgres",
                      "SELECT count(*) FROM pg_stat_activity WHERE usename = 'lured' AND"
                          + " wait_event = 'SafeSnapshot'")
                  .equals("1"));
      ann.patience(Duration.ofSeconds(8));
      ann.cancel();
      assertThat(ann.untilReady()).anyMatch(message -> message.toString().contains("57014"));
      ann.query("ROLLBACK");
      assertThat(ann.value("SHOW transaction_deferrable")).isEqualTo("on");
    }
  }

  /** Its sessions begin with transactions that only read, by which replicas are known, too. */
  @Test
  void aRoleWhoseTransactionsWaitProbesAWriter() {
    Await.until(
        "the writer is known",
        Duration.ofSeconds(20),
        () -> node.admin("SHOW NODES").stream().anyMatch(row -> row.containsValue("writer")),
        () -> node.admin("SHOW NODES").toString());
  }

  /** Its operators are not what the node's own queries mean. */
  @Test
  void aRoleWhoseSearchPathHasOtherOperatorsIsFoundWithItsSettings() throws IOException {
    try (RawClient lured = logIn("lured")) {
      assertThat(lured.value("SHOW search_path")).isEqualTo("lures, pg_catalog, public");
      SecureServer.server().execute("ALTER ROLE lured SET work_mem = '7MB'");
      try (RawClient again = logIn("lured")) {
        assertThat(again.value("SHOW work_mem")).isEqualTo("7MB");
      }
    } finally {
      SecureServer.server().execute("ALTER ROLE lured RESET work_mem");
    }
  }
}
