package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A table that a rule guards is reached by no statement that a driver has prepared at the server,
 * wherever its session stands.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GuardedTableContract {
  private static final String[] AT_SERVER = {
    "useServerPrepStmts", "true", "emulateUnsupportedPstmts", "false"
  };

  private static final List<String> STATEMENTS =
      List.of(
          "SELECT v FROM guarded WHERE 'k1' <> ?",
          "SELECT g.v FROM guarded_not AS n JOIN guarded AS g ON n.k <> g.k WHERE n.k <> ?",
          "INSERT INTO guarded VALUES (?, 'written')",
          "INSERT INTO guarded_not SELECT k, v FROM guarded WHERE k <> ?",
          "REPLACE INTO guarded VALUES (?, 'written')",
          "UPDATE guarded SET v = 'written' WHERE k <> ?",
          "DELETE FROM guarded WHERE k <> ?");

  private final MysqlRelease release;
  private MysqlServer server;
  private MysqlNode node;

  GuardedTableContract(MysqlRelease release) {
    this.release = release;
  }

  @BeforeAll
  void start() throws SQLException {
    server = release.shared().primary();
    server.executeIn(
        "app",
        "DROP TABLE IF EXISTS guarded, guarded_not",
        "CREATE TABLE guarded (k VARCHAR(20) PRIMARY KEY, v VARCHAR(20))",
        "INSERT INTO guarded VALUES ('k0', 'kept')",
        "CREATE TABLE guarded_not (k VARCHAR(20), v VARCHAR(20))",
        "INSERT INTO guarded_not VALUES ('n', 'open')");
    node =
        MysqlNode.start(
            release,
            c ->
                c.vdb("pool.size", 2)
                    .node("loops", 1)
                    .vdb("rules", List.of("all"))
                    .rules(
                        "all",
                        "{\"match\": \"tables:${catalog}.guarded\", \"action\": \"drop\"}",
                        "{\"match\": \"(?i)^show columns from .guarded.$\", \"action\": \"drop\"}"));
  }

  @AfterAll
  void stop() throws SQLException {
    node.close();
    try (Connection direct = MysqlTarget.of(server).jdbc()) {
      assertThat(rows(direct, "SELECT * FROM guarded")).containsExactly("k0 kept");
    }
  }

  /** Each is what a session has sent before. */
  static Stream<List<String>> standings() {
    return Stream.of(
        List.of(),
        List.of("BEGIN"),
        List.of("BEGIN", "SELECT 1"),
        List.of("START TRANSACTION READ ONLY"),
        List.of("START TRANSACTION WITH CONSISTENT SNAPSHOT"),
        List.of("BEGIN", "COMMIT AND CHAIN"),
        List.of("BEGIN", "SAVEPOINT s", "ROLLBACK TO SAVEPOINT s"),
        List.of("SET autocommit = 0", "SELECT * FROM guarded_not"),
        List.of("SET @a = 1"),
        List.of("SELECT GET_LOCK('guarded', 0)"),
        List.of("SELECT SQL_CALC_FOUND_ROWS k FROM guarded_not"));
  }

  @ParameterizedTest
  @MethodSource("standings")
  void noDriverReachesIt(List<String> standing) throws SQLException {
    for (boolean maria : new boolean[] {false, true}) {
      for (boolean before : new boolean[] {false, true}) {
        for (String sql : STATEMENTS) {
          try (Connection client = client(maria)) {
            assertThat(
                    outcome(
                        client, sql, before ? List.of() : standing, before ? standing : List.of()))
                .as("%s, %s", sql, before ? "prepared before" : "prepared there")
                .isEqualTo("1142");
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("standings")
  void noCommandTellsItsColumnsWhereNoStatementMay(List<String> standing) throws Exception {
    byte[] guarded = RawMysqlClient.text(Command.FIELD_LIST, "guarded\0");
    byte[] open = RawMysqlClient.text(Command.FIELD_LIST, "guarded_not\0");
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target());
        RawMysqlClient direct = RawMysqlClient.logIn(MysqlTarget.of(server))) {
      for (String sql : standing) {
        client.query(RawMysqlClient.query(sql));
      }
      client.send(guarded);
      assertThat(RawMysqlClient.error(client.receive())).contains("1142");
      client.send(open);
      direct.send(open);
      assertThat(client.receive()).isEqualTo(direct.receive());
    }
  }

  private Connection client(boolean maria) throws SQLException {
    return maria
        ? node.target().mariaJdbc("useServerPrepStmts", "true")
        : node.target().jdbc(AT_SERVER);
  }

  /** The number of the error, or what came. */
  private static String outcome(
      Connection client, String sql, List<String> first, List<String> then) throws SQLException {
    execute(client, first.toArray(String[]::new));
    try (PreparedStatement statement = client.prepareStatement(sql)) {
      execute(client, then.toArray(String[]::new));
      statement.setString(1, "k1");
      return statement.execute()
          ? rows(statement.getResultSet()).toString()
          : statement.getUpdateCount() + " rows";
    } catch (SQLException e) {
      return String.valueOf(e.getErrorCode());
    }
  }
}
