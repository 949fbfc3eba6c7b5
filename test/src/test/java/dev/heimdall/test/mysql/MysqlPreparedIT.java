package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * What is kept of prepared statements, by the node and by the one server connection that it has.
 */
@Timeout(30)
@Tag("ci")
class MysqlPreparedIT {
  private static final int PER_SERVER = 3;

  /** How many statements clients have. */
  private static final String NAMED = "heimdall_cache_entries{cache=\"named\"}";

  private static final Map<MysqlRelease, MysqlNode> NODES = new EnumMap<>(MysqlRelease.class);

  @AfterAll
  static void close() {
    NODES.values().forEach(MysqlNode::close);
  }

  private static Connection connect(MysqlRelease release) throws SQLException {
    return NODES
        .computeIfAbsent(
            release,
            each ->
                MysqlNode.start(
                    each, c -> c.vdb("pool.size", 1).vdb("prepared.perServer", PER_SERVER)))
        .target()
        .jdbc("useServerPrepStmts", "true");
  }

  private static long status(MysqlRelease release, String name) throws SQLException {
    try (Connection direct = release.shared().primary().connect("");
        Statement statement = direct.createStatement()) {
      return status(statement, name);
    }
  }

  private static long status(Statement direct, String name) throws SQLException {
    try (ResultSet rows = direct.executeQuery("SHOW GLOBAL STATUS LIKE '" + name + "'")) {
      rows.next();
      return rows.getLong(2);
    }
  }

  private static void run(PreparedStatement statement, int parameters) throws SQLException {
    for (int i = 1; i <= parameters; i++) {
      statement.setInt(i, i);
    }
    try (ResultSet result = statement.executeQuery()) {
      result.next();
      assertThat(result.getInt(1)).isEqualTo(1);
    }
  }

  @MariadbAndMysql
  void aLongAnswerIsNotKeptAndNeedsAServerEachTime(MysqlRelease release) throws SQLException {
    // What was prepared before the catalogue was read for the first time is prepared again.
    Await.until("a short answer is kept", () -> asked(release, 10) == 0);
    assertThat(asked(release, 60_000)).isEqualTo(1);
    Await.until("no more are kept than may be", () -> statements(release) <= PER_SERVER);
  }

  /** How often the server has been asked for what a second client prepares after a first one. */
  private static long asked(MysqlRelease release, int parameters) throws SQLException {
    String sql = "SELECT 1 IN (1" + ", ?".repeat(parameters) + ")";
    try (Connection first = connect(release);
        Connection second = connect(release);
        PreparedStatement one = first.prepareStatement(sql)) {
      run(one, parameters);
      long before = status(release, "Com_stmt_prepare");
      try (PreparedStatement other = second.prepareStatement(sql)) {
        long asked = status(release, "Com_stmt_prepare") - before;
        run(other, parameters);
        run(one, parameters);
        return asked;
      }
    }
  }

  /** Others answer a PREPARE of what a server was asked long ago: how many columns there are. */
  @MariadbAndMysql
  void aTableThatWasChangedPastTheNodeIsPreparedAsItIs(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    server.executeIn(
        "app", "DROP TABLE IF EXISTS changed_past", "CREATE TABLE changed_past (a INT, b INT)");
    try (MysqlNode node = MysqlNode.start(release, c -> c.source("catalog.refresh", "1h"));
        RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      String sql = "SELECT * FROM changed_past";
      Await.until(
          "the answer is kept",
          () -> columns(client, sql) == 2 && askedFor(release, client, sql) == 0);
      server.executeIn("app", "ALTER TABLE changed_past ADD COLUMN c INT");
      Await.until("the new column is known", () -> columns(client, sql) == 3);
      server.executeIn("app", "DROP TABLE changed_past");
      Await.until("the table is missed", () -> columns(client, sql) == -1);
    }
  }

  /** As its answer has it; -1 for an error. */
  private static int columns(RawMysqlClient client, String sql) throws IOException {
    client.send(RawMysqlClient.text(Command.STMT_PREPARE, sql));
    byte[] ok = client.receive();
    if (ok[0] != 0) {
      assertThat(RawMysqlClient.error(ok)).startsWith("1146 ");
      return -1;
    }
    int columns = ok[5];
    for (int i = 0; i < columns; i++) {
      client.receive();
    }
    client.send(RawMysqlClient.command(Command.STMT_CLOSE, ok[1], ok[2], ok[3], ok[4]));
    return columns;
  }

  private static long askedFor(MysqlRelease release, RawMysqlClient client, String sql)
      throws IOException, SQLException {
    long before = status(release, "Com_stmt_prepare");
    columns(client, sql);
    return status(release, "Com_stmt_prepare") - before;
  }

  /** MariaDB takes −1 for the statement that was prepared last, MySQL for none. */
  @MariadbAndMysql
  void theNumberOfTheLastStatementIsKnownWhereTheServerKnowsIt(MysqlRelease release)
      throws Exception {
    try (MysqlNode node = MysqlNode.start(release, c -> {});
        RawMysqlClient through = RawMysqlClient.logIn(node.target());
        RawMysqlClient past = RawMysqlClient.logIn(MysqlTarget.of(release.shared().primary()))) {
      for (int command : new int[] {Command.STMT_EXECUTE, Command.STMT_RESET}) {
        assertThat(ofLast(through, command)).isEqualTo(ofLast(past, command));
      }
    }
  }

  private static String ofLast(RawMysqlClient client, int command) throws IOException {
    client.prepare("SELECT 7");
    client.send(RawMysqlClient.ofStatement(command, -1, new byte[] {0, 1, 0, 0, 0}));
    try {
      client.rows();
      return "carried out";
    } catch (RawMysqlClient.ErrorReceived e) {
      return e.getMessage().substring(0, 4);
    }
  }

  @MariadbAndMysql
  void whatIsKnownStaysKnownBehindStatementsThatDefineNothing(MysqlRelease release)
      throws SQLException {
    Await.until("a short answer is kept", () -> asked(release, 10) == 0);
    try (Connection writer = NODES.get(release).target().jdbc("allowMultiQueries", "true");
        Statement statement = writer.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS known_behind (id INT)");
      for (String sql :
          List.of(
              "INSERT INTO known_behind VALUES (1)",
              "INSERT INTO known_behind VALUES (1); SELECT LAST_INSERT_ID()",
              "START TRANSACTION; UPDATE known_behind SET id = 2; COMMIT")) {
        Await.until(
            "no answer is doubted behind " + sql, () -> askedBehind(release, statement, sql) == 0);
      }
      assertThat(askedBehind(release, statement, "SELECT 1; DROP TABLE known_behind")).isOne();
    }
  }

  /** How often the server has been asked for what was prepared before this was carried out. */
  private static long askedBehind(MysqlRelease release, Statement statement, String sql)
      throws SQLException {
    String text = "SELECT 1 IN (1, ?)";
    try (Connection first = connect(release);
        Connection second = connect(release);
        PreparedStatement one = first.prepareStatement(text)) {
      run(one, 1);
      boolean rows = statement.execute(sql);
      while (rows || statement.getUpdateCount() >= 0) {
        rows = statement.getMoreResults();
      }
      long before = status(release, "Com_stmt_prepare");
      try (PreparedStatement other = second.prepareStatement(text)) {
        long asked = status(release, "Com_stmt_prepare") - before;
        run(other, 1);
        return asked;
      }
    }
  }

  /** Also by a client whose text another one has prepared before. */
  @MariadbAndMysql
  void whatAServerHasWarnedOfInAPreparationCanBeAskedFor(MysqlRelease release) throws SQLException {
    String sql =
        release == MysqlRelease.MARIADB
            ? "EXPLAIN SELECT 1 FROM information_schema.engines WHERE 1 IN (SELECT 1)"
            : "SELECT CAST('warned' AS CHAR CHARACTER SET utf8mb3)";
    List<String> warnings;
    try (Connection direct =
        DriverManager.getConnection(
            release.shared().primary().jdbcUrl("app")
                + "?useServerPrepStmts=true&sslMode=DISABLED&allowPublicKeyRetrieval=true",
            MysqlRelease.USER,
            MysqlRelease.PASSWORD)) {
      warnings = warnings(direct, sql);
      direct
          .createStatement()
          .execute("CREATE TABLE IF NOT EXISTS prepared_ids (id int PRIMARY KEY AUTO_INCREMENT)");
    }
    assertThat(warnings).isNotEmpty();
    for (int i = 0; i < 2; i++) {
      try (Connection asking = connect(release)) {
        assertThat(warnings(asking, sql)).isEqualTo(warnings);
        for (int id = 0; id < 10; id++) {
          asking.createStatement().execute("INSERT INTO prepared_ids VALUES (NULL)");
          assertThat(warnings(asking, sql)).as("behind an id").isEqualTo(warnings);
        }
      }
      try (Connection other = connect(release);
          Statement clean = other.createStatement()) {
        try (ResultSet none = clean.executeQuery("SHOW WARNINGS")) {
          assertThat(none.next()).isFalse();
        }
      }
    }
  }

  /** Those of a preparation, and those behind the execution that follows. */
  private static List<String> warnings(Connection connection, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement show = connection.createStatement();
        PreparedStatement prepared = connection.prepareStatement(sql)) {
      for (int i = 0; i < 2; i++) {
        try (ResultSet rows = show.executeQuery("SHOW WARNINGS")) {
          while (rows.next()) {
            found.add(rows.getString(2) + " " + rows.getString(3));
          }
        }
        prepared.executeQuery().close();
      }
    }
    return found;
  }

  @MariadbAndMysql
  void aServerConnectionKeepsThoseThatWereUsedLast(MysqlRelease release) throws SQLException {
    try (Connection client = connect(release)) {
      List<PreparedStatement> statements = new ArrayList<>();
      for (int i = 0; i < 3 * PER_SERVER; i++) {
        statements.add(client.prepareStatement("SELECT ? /* statement " + i + " */"));
        run(statements.get(i), 1);
        assertThat(statements(release)).isLessThanOrEqualTo(PER_SERVER);
      }
      for (PreparedStatement statement : statements) {
        run(statement, 1);
      }
      assertThat(statements(release)).isEqualTo(PER_SERVER);
    }
  }

  private static long statements(MysqlRelease release) throws SQLException {
    return status(release, "Prepared_stmt_count");
  }

  /** Also where the session has changed it in its open transaction, and on another connection. */
  @MariadbAndMysql
  void aStatementReadsTheDatabaseThatItWasPreparedIn(MysqlRelease release) throws SQLException {
    for (String database : List.of("app", "prepared_in")) {
      release
          .shared()
          .primary()
          .executeIn(
              "",
              "CREATE DATABASE IF NOT EXISTS " + database,
              "GRANT ALL ON " + database + ".* TO " + MysqlRelease.USER,
              "CREATE OR REPLACE VIEW " + database + ".place AS SELECT '" + database + "' AS name",
              "CREATE TABLE IF NOT EXISTS app.places (id INT)");
    }
    String sql = "SELECT name FROM place";
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2));
        Connection client = node.target().jdbc("useServerPrepStmts", "true");
        Connection other = node.target().jdbc();
        Statement statement = client.createStatement()) {
      statement.execute("BEGIN");
      statement.execute("INSERT INTO app.places VALUES (1)");
      try (PreparedStatement before = client.prepareStatement(sql)) {
        statement.execute("USE prepared_in");
        try (PreparedStatement behind = client.prepareStatement(sql)) {
          for (boolean last : List.of(false, true)) {
            assertThat(name(behind)).isEqualTo("prepared_in");
            assertThat(name(before)).isEqualTo("app");
            statement.execute("COMMIT");
            other.setAutoCommit(last);
            other.createStatement().execute("SELECT 1 FROM app.place");
          }
        }
      }
    }
  }

  /** Whatever its session has set meanwhile, and for whichever client it is prepared again. */
  @MariadbAndMysql
  void aStatementKeepsTheModeInWhichItWasPrepared(MysqlRelease release) throws SQLException {
    String sql = "SELECT \"id\" FROM (SELECT 'quoted' AS id) AS keeps_mode";
    try (MysqlNode node =
            MysqlNode.start(release, c -> c.vdb("pool.size", 1).vdb("prepared.perServer", 1));
        Connection client = node.target().jdbc("useServerPrepStmts", "true");
        Connection other = node.target().jdbc("useServerPrepStmts", "true");
        Statement statement = client.createStatement();
        PreparedStatement before = client.prepareStatement(sql)) {
      assertThat(name(before)).isEqualTo("id");
      statement.execute("SET sql_mode = 'STRICT_TRANS_TABLES,ANSI_QUOTES'");
      try (PreparedStatement instead = client.prepareStatement("SELECT 'instead'")) {
        assertThat(name(instead)).isEqualTo("instead");
      }
      assertThat(name(before)).isEqualTo("id");
      try (PreparedStatement likewise = other.prepareStatement(sql);
          PreparedStatement behind = client.prepareStatement(sql)) {
        assertThat(name(likewise)).isEqualTo("id");
        assertThat(name(behind)).isEqualTo("quoted");
        assertThat(name(before)).isEqualTo("id");
      }
    }
  }

  @MariadbAndMysql
  void aClientThatLeavesWhileItsStatementIsPreparedReleasesItOnce(MysqlRelease release)
      throws IOException {
    byte[] prepare = RawMysqlClient.text(Command.STMT_PREPARE, "SELECT 'released once'");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1).node("loops", 1))) {
      RawMysqlClient holder = RawMysqlClient.logIn(node.target());
      RawMysqlClient leaves = RawMysqlClient.logIn(node.target());
      RawMysqlClient stays = RawMysqlClient.logIn(node.target());
      holder.query(RawMysqlClient.query("START TRANSACTION"));
      holder.query(RawMysqlClient.query("SELECT 1"));
      leaves.send(prepare);
      stays.send(prepare);
      Await.until("both wait", () -> waiting(node) == 2);
      leaves.vanish();
      Await.until("one has left", () -> node.clients().size() == 2);
      assertThat(node.metric(NAMED)).isEqualTo(1);
      holder.query(RawMysqlClient.query("COMMIT"));
      assertThat(stays.receive()[0]).isZero();
      stays.close();
      holder.close();
      Await.until("nobody has it", () -> node.metric(NAMED) == 0);
    }
  }

  private static long waiting(MysqlNode node) {
    return node.clients().stream().filter(row -> "waiting".equals(row.get("state"))).count();
  }

  private static String name(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** As directly: what clients have closed takes up no room, theirs nor another one's. */
  @MariadbAndMysql
  void statementsThatNobodyHoldsMakeRoomForOthers(MysqlRelease release) throws Exception {
    int room = 60;
    MysqlServer server = release.shared().primary();
    String before = server.queryValue("app", "SELECT @@global.max_prepared_stmt_count");
    try (MysqlNode node = MysqlNode.start(release, c -> {});
        RawMysqlClient greedy = RawMysqlClient.logIn(node.target());
        RawMysqlClient holding = RawMysqlClient.logIn(node.target());
        RawMysqlClient polite = RawMysqlClient.logIn(node.target())) {
      int held = holding.prepare("SELECT 'held', ?");
      holding.query(RawMysqlClient.query("BEGIN"));
      holding.query(RawMysqlClient.query("SELECT 1"));
      server.execute("SET GLOBAL max_prepared_stmt_count = " + room);
      for (int i = 0; i < 2 * room; i++) {
        int number = greedy.prepare("SELECT " + i + ", ?");
        greedy.query(RawMysqlClient.execute(number, "x"));
        greedy.send(RawMysqlClient.ofStatement(Command.STMT_CLOSE, number));
        if (i % 10 == 0) {
          assertThat(polite.prepare("SELECT 'polite', " + i)).isPositive();
        }
      }
      assertThat(holding.query(RawMysqlClient.execute(held, "x"))).isNotEmpty();
      holding.query(RawMysqlClient.query("COMMIT"));
      assertThat(holding.query(RawMysqlClient.execute(held, "x"))).isNotEmpty();
    } finally {
      server.execute("SET GLOBAL max_prepared_stmt_count = " + before);
    }
  }

  /**
   * As long as the node is the only one that prepares there, no client of the server meets 1461.
   */
  @MariadbAndMysql
  void whatTheNodeHoldsStaysWithinItsShareOfTheServersLimit(MysqlRelease release) throws Exception {
    int room = 60;
    MysqlServer server = release.shared().primary();
    String before = server.queryValue("app", "SELECT @@global.max_prepared_stmt_count");
    try (Connection direct = server.connect("");
        Statement watching = direct.createStatement()) {
      long others = status(watching, "Prepared_stmt_count");
      server.execute("SET GLOBAL max_prepared_stmt_count = " + (room + others));
      long share = (room + others) / 2;
      try (MysqlNode node = MysqlNode.start(release, c -> {});
          RawMysqlClient greedy = RawMysqlClient.logIn(node.target());
          RawMysqlClient holding = RawMysqlClient.logIn(node.target());
          RawMysqlClient polite = RawMysqlClient.logIn(node.target())) {
        int politely = polite.prepare("SELECT 'polite', ?");
        List<Integer> kept = new ArrayList<>();
        long most = 0;
        for (int i = 0; i < 2 * room; i++) {
          int number = greedy.prepare("SELECT " + i + ", ?");
          greedy.query(RawMysqlClient.execute(number, "x"));
          greedy.send(RawMysqlClient.ofStatement(Command.STMT_CLOSE, number));
          if (i % 2 == 0) {
            holding.query(RawMysqlClient.query("BEGIN")); // on a server connection of its own
            kept.add(holding.prepare("SELECT 'kept', ?, " + i));
            assertThat(polite.query(RawMysqlClient.execute(politely, "x"))).hasSize(1);
            holding.query(RawMysqlClient.query("COMMIT"));
          }
          most = Math.max(most, status(watching, "Prepared_stmt_count") - others);
        }
        // A connection in use cannot be asked: each may hold one more until it is given back.
        assertThat(most).isBetween(share / 2, share + 4);
        assertThat(node.metric("heimdall_pool_prepared_statements")).isBetween(1.0, share + 4.0);
        assertThat(node.metric("heimdall_pool_prepared_bytes")).isGreaterThan(1);
        for (int number : kept) {
          assertThat(holding.query(RawMysqlClient.execute(number, "x"))).hasSize(1);
        }
      }
    } finally {
      server.execute("SET GLOBAL max_prepared_stmt_count = " + before);
    }
  }
}
