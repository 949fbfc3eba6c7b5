package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import com.mysql.cj.jdbc.result.ResultSetMetaData;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Texts, parameters and columns of a session have the collations that they have on a direct
 * connection, of which no variable tells, though another client uses the server connection in
 * between.
 */
@Tag("long")
class MysqlCharactersIT {
  private static final List<List<String>> SCRIPTS =
      List.of(
          List.of("DO 0"),
          List.of("SET NAMES utf8mb4 COLLATE utf8mb4_bin"),
          List.of("SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SET NAMES utf8mb4"),
          List.of("SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SET NAMES DEFAULT"),
          List.of("SET NAMES latin1 COLLATE latin1_bin"),
          List.of("SET NAMES utf8mb4 COLLATE utf8mb4_bin, sort_buffer_size = 300000"),
          List.of("SET NAMES latin1 COLLATE latin1_bin, character_set_results = NULL"),
          List.of("SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SET character_set_results = NULL"),
          List.of("SET character_set_results = NULL", "SET NAMES utf8mb4 COLLATE utf8mb4_bin"),
          List.of(
              "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
              "SET character_set_results = latin1",
              "SET character_set_results = utf8mb4"),
          List.of("SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SET character_set_client = utf8mb4"),
          List.of(
              "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
              "SET collation_connection = utf8mb4_unicode_ci"),
          List.of("SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SET CHARACTER SET utf8mb4"),
          List.of("SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SET CHARACTER SET latin1"),
          List.of(
              "BEGIN",
              "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
              "SET character_set_results = NULL",
              "COMMIT"),
          List.of(
              "SET character_set_client = utf8mb4, character_set_results = utf8mb4,"
                  + " collation_connection = utf8mb4_bin"),
          List.of("SET NAMES utf8mb4 COLLATE utf8mb4_bin", "USE `app_ö`"));

  /** The kind of log-in of a client, as its driver is asked for it. */
  private static final List<String> LOG_INS =
      List.of("utf8mb4_general_ci", "utf8mb4_bin", "latin1_german1_ci");

  private static Connection client(MysqlTarget target, String collation) throws SQLException {
    return target.jdbc(
        "useServerPrepStmts", "true", "cachePrepStmts", "false", "connectionCollation", collation);
  }

  /** Somebody else uses the one server connection, which no warning keeps with its client. */
  private static void disturb(Connection client, Connection other) throws SQLException {
    try (Statement statement = client.createStatement();
        Statement others = other.createStatement()) {
      statement.execute("SELECT n FROM app.with_characters");
      others.execute("SET NAMES koi8r COLLATE koi8r_bin");
      others.execute("SELECT n FROM app.with_characters");
    }
  }

  private static String look(Connection client, Connection other) throws SQLException {
    StringBuilder seen = new StringBuilder();
    disturb(client, other);
    try (Statement statement = client.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT @@character_set_client, @@character_set_results, @@collation_connection,"
                    + " COLLATION('a')")) {
      note(rows, seen);
    }
    disturb(client, other);
    try (PreparedStatement statement =
        client.prepareStatement("SELECT COLLATION(?), ?, 'a' = ?, 'a'")) {
      disturb(client, other);
      for (int i = 1; i <= 3; i++) {
        statement.setString(i, "a");
      }
      try (ResultSet rows = statement.executeQuery()) {
        note(rows, seen);
      } catch (SQLException e) {
        seen.append(' ').append(e.getMessage()); // collations that do not go together
      }
    }
    return seen.toString();
  }

  private static void note(ResultSet rows, StringBuilder seen) throws SQLException {
    ResultSetMetaData columns = rows.getMetaData().unwrap(ResultSetMetaData.class);
    rows.next();
    for (int i = 0; i < columns.getColumnCount(); i++) {
      seen.append(' ').append(rows.getString(i + 1));
      seen.append('/').append(columns.getFields()[i].getCollationIndex());
    }
  }

  private static List<String> run(MysqlTarget target, String collation, List<String> script)
      throws SQLException {
    List<String> said = new ArrayList<>();
    try (Connection client = client(target, collation);
        Connection other = client(target, collation)) {
      boolean open = false;
      for (String sql : script) {
        open = sql.equals("BEGIN") || (open && !sql.equals("COMMIT"));
        String answer = RandomClient.run(client, sql);
        said.add(sql + " -> " + answer + (open ? "" : look(client, other)));
      }
    }
    return said;
  }

  @ParameterizedTest
  @EnumSource
  void textsParametersAndColumnsHaveTheCollationsThatTheyHaveDirectly(MysqlRelease release)
      throws SQLException {
    MysqlServer server = release.shared().primary();
    server.executeIn("app", "CREATE DATABASE IF NOT EXISTS `app_ö`");
    server.executeIn("app", "CREATE TABLE IF NOT EXISTS with_characters (n INT)");
    server.executeIn("app", "GRANT ALL ON `app_ö`.* TO " + MysqlRelease.USER);
    SoftAssertions all = new SoftAssertions();
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1))) {
      for (String collation : LOG_INS) {
        for (List<String> script : SCRIPTS) {
          all.assertThat(run(node.target(), collation, script))
              .as("%s %s", collation, script)
              .isEqualTo(run(MysqlTarget.of(server), collation, script));
        }
      }
    }
    all.assertAll();
  }

  /** Of a statement that is prepared anew before the node has read back what SET NAMES gave. */
  private static String collationOfAParameter(MysqlTarget target, boolean inTransaction)
      throws SQLException {
    try (Connection client = client(target, "utf8mb4_general_ci");
        Connection other = client(target, "utf8mb4_general_ci");
        Statement others = other.createStatement();
        PreparedStatement statement = client.prepareStatement("SELECT COLLATION(?), ? = 'a'")) {
      RandomClient.run(client, "SELECT n FROM app.with_characters");
      others.execute("BEGIN"); // and keeps the connection that knows the statement
      others.execute("SELECT n FROM app.with_characters");
      RandomClient.run(client, inTransaction ? "BEGIN" : "SELECT * FROM nowhere");
      RandomClient.run(client, "SET NAMES utf8mb4 COLLATE utf8mb4_bin");
      StringBuilder seen = new StringBuilder();
      for (int round = 0; round < 2; round++) {
        statement.setString(1, "a");
        statement.setString(2, "A");
        try (ResultSet rows = statement.executeQuery()) {
          note(rows, seen);
        }
        RandomClient.run(client, "COMMIT");
        others.execute("COMMIT"); // and now the other connection may be the client's
      }
      return seen.toString();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStatementThatIsPreparedAnewHasTheCollationOfNow(MysqlRelease release) throws SQLException {
    MysqlServer server = release.shared().primary();
    server.executeIn("app", "CREATE TABLE IF NOT EXISTS with_characters (n INT)");
    // In MySQL's transactions the collation is not known before their end.
    boolean[] wheres = release == MysqlRelease.MYSQL ? new boolean[1] : new boolean[] {false, true};
    for (boolean inTransaction : wheres) {
      try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
        assertThat(collationOfAParameter(node.target(), inTransaction))
            .as("in a transaction: %s", inTransaction)
            .isEqualTo(collationOfAParameter(MysqlTarget.of(server), inTransaction));
      }
    }
  }

  private static final String OF_DATABASE =
      "SELECT @@character_set_database, @@collation_database, @@collation_connection";

  /** Behind a reset a server connection's default database would have the server's. */
  @MariadbAndMysql
  void setCharacterSetTakesTheDatabasesThoughTheConnectionWasReset(MysqlRelease release)
      throws SQLException {
    MysqlServer server = release.shared().primary();
    server.executeIn("app", "CREATE DATABASE IF NOT EXISTS in_koi8 CHARACTER SET koi8r");
    server.executeIn("app", "GRANT ALL ON in_koi8.* TO " + MysqlRelease.USER);
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1))) {
      MysqlTarget target = node.target().in("in_koi8");
      try (Connection first = target.jdbc()) {
        assertThat(RandomClient.run(first, OF_DATABASE)).contains("koi8r,koi8r_general_ci");
        RandomClient.run(first, "SET @a = 1"); // for which the connection is reset
      }
      try (Connection second = target.jdbc()) {
        assertThat(RandomClient.run(second, OF_DATABASE)).contains("koi8r,koi8r_general_ci");
        RandomClient.run(second, "SET CHARACTER SET utf8mb4");
        assertThat(RandomClient.run(second, OF_DATABASE))
            .contains("koi8r,koi8r_general_ci,koi8r_general_ci");
      }
    }
  }

  @MariadbAndMysql
  void aNewClientSeesWhatAnotherHasAlteredOfItsDatabase(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    server.executeIn("app", "DROP DATABASE IF EXISTS to_alter");
    server.executeIn("app", "CREATE DATABASE to_alter CHARACTER SET koi8r");
    server.executeIn("app", "GRANT ALL ON to_alter.* TO " + MysqlRelease.USER);
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 3))) {
      MysqlTarget target = node.target().in("to_alter");
      try (Connection before = target.jdbc();
          Connection alters = target.jdbc()) {
        assertThat(RandomClient.run(before, OF_DATABASE)).contains("koi8r");
        RandomClient.run(alters, "BEGIN");
        RandomClient.run(before, OF_DATABASE);
        RandomClient.run(alters, "COMMIT");
        RandomClient.run(alters, "ALTER DATABASE to_alter CHARACTER SET latin2");
        try (Connection one = target.jdbc();
            Connection another = target.jdbc()) {
          for (Connection after : List.of(one, another)) { // each with a connection of its own
            RandomClient.run(after, "BEGIN");
            assertThat(RandomClient.run(after, OF_DATABASE)).contains("latin2");
          }
        }
      }
    }
  }

  /** What a session has behind COM_RESET_CONNECTION that has logged in with this collation. */
  private static List<String> resets(MysqlTarget target, int collation) throws IOException {
    String all =
        "SELECT CONCAT_WS(' ', @@character_set_client, @@character_set_connection,"
            + " @@character_set_results, @@collation_connection, @@character_set_database)";
    List<String> seen = new ArrayList<>();
    try (RawMysqlClient client = RawMysqlClient.logInWith(target, collation);
        RawMysqlClient other = RawMysqlClient.logInWith(target, 33)) {
      for (String before :
          List.of("DO 1", "SET NAMES koi8r", "SET character_set_client = utf8mb4")) {
        client.query(RawMysqlClient.query(before));
        seen.add(client.value(all));
        client.query(RawMysqlClient.command(Command.RESET_CONNECTION));
        seen.add(client.value(all));
        seen.add(other.value(all)); // over the same server connection of a node
        client.query(RawMysqlClient.query("BEGIN"));
        seen.add(client.value(all));
        client.query(RawMysqlClient.query("COMMIT"));
      }
    }
    return seen;
  }

  @ParameterizedTest
  @CsvSource({"MARIADB, 8", "MYSQL, 8", "MARIADB, 45", "MYSQL, 45", "MARIADB, 7", "MYSQL, 7"})
  void aResetSessionHasTheCharactersThatItHasDirectly(MysqlRelease release, int collation)
      throws Exception {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1))) {
      MysqlTarget direct = MysqlTarget.of(release.shared().primary());
      try (Connection first = direct.jdbc()) {
        assertThat(first.isValid(5)).isTrue(); // whom the server remembers for a short log-in
      }
      assertThat(resets(node.target(), collation)).isEqualTo(resets(direct, collation));
    }
  }
}
