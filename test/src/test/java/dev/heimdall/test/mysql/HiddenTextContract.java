package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a server reads of a text, the node reads of it, too, whatever quotes, comments and character
 * sets hide it: a table that a rule guards, and a lock that the next session must not have.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HiddenTextContract {
  private static final String SECRET = "730914";

  /** Stands ahead of a database that a client changes to by a command of its own. */
  private static final String USES = "COM_INIT_DB ";

  /** Stands ahead of 0 to have several statements in one text taken, or of 1 not to. */
  private static final String OPTION = "COM_SET_OPTION ";

  /** Begins a character of two bytes in all of {@link #EATING}. */
  private static final String LEAD = "\u00e5";

  /** Collations of gbk, big5, sjis and cp932, in which a character may end with a backslash. */
  private static final List<Integer> EATING = List.of(28, 1, 13, 95);

  private static final String COUNT = "(SELECT max(n) FROM hidden_orders)";
  private static final String LOCK = "GET_LOCK('hidden', 0)";
  private static final String PLAIN = "'NO_BACKSLASH_ESCAPES'";

  private final MysqlRelease release;
  private final int unreached;
  private MysqlServer server;
  private MysqlTarget direct;
  private MysqlNode node;
  private MysqlNode unruled;

  /**
   * @param unreached how many of the stories this server does not understand
   */
  HiddenTextContract(MysqlRelease release, int unreached) {
    this.release = release;
    this.unreached = unreached;
  }

  @BeforeAll
  void start() throws SQLException {
    server = release.shared().primary();
    server.executeIn(
        "app",
        "DROP TABLE IF EXISTS hidden_orders",
        "CREATE TABLE hidden_orders (n int)",
        "INSERT INTO hidden_orders VALUES (" + SECRET + ")",
        "DROP DATABASE IF EXISTS hidden_there",
        "CREATE DATABASE hidden_there",
        "CREATE TABLE hidden_there.hidden_orders (n int)",
        "GRANT ALL ON hidden_there.* TO app",
        "DROP PROCEDURE IF EXISTS hidden_mode",
        "CREATE PROCEDURE hidden_mode() SET SESSION sql_mode = " + PLAIN);
    direct = MysqlTarget.of(server);
    direct.jdbc().close(); // the server remembers the password from now on
    node = ruled();
    unruled = MysqlNode.start(release, c -> c.vdb("pool.size", 1).node("loops", 1));
  }

  private MysqlNode ruled() {
    return MysqlNode.start(
        release,
        c ->
            c.vdb("pool.size", 2)
                .node("loops", 1)
                .vdb("rules", List.of("all"))
                .rules("all", "{\"match\": \"tables:app.hidden_orders\", \"action\": \"drop\"}"));
  }

  @AfterAll
  void stop() {
    node.close();
    unruled.close();
  }

  /** Each is what a client sends, one text after the other; %s stands for what is hidden. */
  static Stream<List<String>> stories() {
    String set = "SET sql_mode = " + PLAIN;
    String hidden = "SELECT '\\', %s -- '";
    String escaped = "SELECT '\\'', %s -- '";
    return Stream.of(
        List.of(set, hidden),
        List.of("BEGIN", set, hidden, "COMMIT"),
        List.of("BEGIN", "SAVEPOINT a", set, "ROLLBACK TO a", hidden, "COMMIT"),
        List.of(set, "SET sql_mode = ''", escaped),
        List.of(set + "; " + hidden),
        List.of(set, "SET sql_mode = ''; " + escaped),
        List.of("SET sql_mode = ''; DO 1; SET @@sql_mode = " + PLAIN + "; " + hidden),
        List.of("SET @@sql_mode = " + PLAIN, hidden),
        List.of("BEGIN; SET @@sql_mode = " + PLAIN, hidden),
        List.of("SET @m = " + PLAIN, "SET SESSION sql_mode = @m", hidden),
        List.of("SET @m = " + PLAIN + "; SET @@SESSION.sql_mode = @m; " + hidden),
        List.of("PREPARE s FROM 'SET @@sql_mode = ''NO_BACKSLASH_ESCAPES'''", "EXECUTE s", hidden),
        List.of("PREPARE s FROM 'SET sql_mode = ''NO_BACKSLASH_ESCAPES'''; EXECUTE s; " + hidden),
        List.of("EXECUTE IMMEDIATE 'SET @@sql_mode = ''NO_BACKSLASH_ESCAPES'''", hidden),
        List.of("EXECUTE IMMEDIATE 'SET sql_mode = ''NO_BACKSLASH_ESCAPES'''; " + hidden),
        List.of(
            "EXECUTE IMMEDIATE 'SET @@sql_mode = ''ANSI_QUOTES'''",
            "SELECT 1 AS \"\\\", %s, 1 AS \"x\""),
        List.of(
            "EXECUTE IMMEDIATE 'SET @@character_set_client = gbk'", "SELECT '\u00bf\\', %s -- '"),
        List.of("BEGIN NOT ATOMIC SET @@sql_mode = " + PLAIN + "; END", escaped),
        List.of("BEGIN NOT ATOMIC SET sql_mode = " + PLAIN + "; END; " + escaped),
        List.of("IF 1 THEN SET @@sql_mode = " + PLAIN + "; END IF", escaped),
        List.of(set, "CALL hidden_mode()", "SET sql_mode = ''", escaped),
        List.of("CALL hidden_mode()", escaped),
        List.of("CALL hidden_mode(); " + escaped),
        List.of("SET STATEMENT sql_mode = " + PLAIN + " FOR " + escaped),
        List.of("SET STATEMENT sql_mode = " + PLAIN + " FOR DO 1; " + escaped),
        List.of("SET sql_mode = 'ANSI_QUOTES'", "SELECT 1 AS \"\\\", %s, 1 AS \"x\""),
        List.of("SET sql_mode = 'ANSI_QUOTES'; SELECT 1 AS \"\\\", %s, 1 AS \"x\""),
        List.of("SET sql_mode = 'MSSQL'", "SELECT 1 AS [it's], %s AS [it's]"),
        List.of("SET sql_mode = 'ORACLE'", "SELECT 1 AS \"\\\", %s, 1 AS \"x\""),
        List.of("SET sql_mode = 'PIPES_AS_CONCAT,IGNORE_SPACE'", "SELECT '' || %s"),
        List.of("SET NAMES gbk", "SELECT '\u00bf\\', %s -- '"),
        List.of("SET NAMES gbk; SELECT '\u00bf\\', %s -- '"),
        List.of("SET NAMES big5", "SELECT '\u00a4\\', %s -- '"),
        List.of("SET NAMES sjis", "SELECT '\u0083\\', %s -- '"),
        List.of("SET NAMES cp932", "SELECT '\u0083\\', %s -- '"),
        List.of("SET NAMES gb18030", "SELECT '\u0081\\', %s -- '"),
        List.of("SET NAMES gb18030; SELECT '\u0081\\', %s -- '"),
        List.of(OPTION + 1, OPTION + 0, set + "; " + hidden),
        List.of(set, OPTION + 1, hidden),
        List.of("BEGIN", "SET character_set_client = gbk", "SELECT '\u00bf\\', %s -- '"),
        List.of("SET CHARACTER SET gbk; SELECT '\u00bf\\', %s -- '"),
        List.of("SET NAMES latin1", "SELECT\u00a01,%s\u00a0--\u00a0"),
        List.of("SET NAMES latin1", "SELECT 1,%s --\u00a0'"),
        List.of("SET NAMES latin1", "SELECT 1,%s\u00a0FROM\u00a0dual"),
        List.of("SELECT x'41''\\'', %s -- '"),
        List.of("SELECT b'01''\\'', %s -- '"),
        List.of("SELECT 1 /*!99999 ' */, %s -- '"),
        List.of("SELECT 1 /*!50710 ' */, %s -- '"),
        List.of("SELECT 1 /*!999999 ' */, %s -- '"),
        List.of("SELECT 1 /*M!999999 ' */, %s -- '"),
        List.of("SELECT 1 /*M!100100 , %s */"),
        List.of("SELECT 1 /*!100100 , %s */"),
        List.of("SELECT 1 /*! , %s */"),
        List.of("SELECT 1 /*!40000 , %s */"),
        List.of("SELECT 1 /*!99999 /* ' */ */, %s -- '"),
        List.of("SELECT 1 --\u0001'\n, %s -- '"),
        List.of("SELECT 1 -- '\n, %s -- '"),
        List.of("SELECT 1 # '\n, %s # '"),
        List.of("SELECT N'\\'', %s -- '"),
        List.of("SELECT _utf8mb4'\\'', %s -- '"),
        List.of("SELECT @'\\'', %s -- '"),
        List.of("SELECT `'`.x, %s -- ' \n FROM (SELECT 1 x) `'`"),
        List.of("SELECT 1 AS '\\\\', %s -- '"));
  }

  /** What is hidden in a way of its own. */
  static Stream<List<String>> tables() {
    return Stream.of(
        List.of("SELECT n, 1e1from hidden_orders"),
        List.of("SELECT n, 1.e1from hidden_orders"),
        List.of("SELECT n, .5from hidden_orders"),
        List.of("SELECT n, 0x41from hidden_orders"),
        List.of("SET NAMES latin1", "SELECT\u00a0n\u00a0FROM\u00a0hidden_orders"),
        List.of("SET NAMES latin1", "SELECT n FROM(hidden_orders)\u00a0"));
  }

  /** Each changes the default database where the table behind it is another one. */
  static Stream<List<String>> databases() {
    String read = "SELECT max(n) FROM hidden_orders";
    String there = "USE hidden_there";
    return Stream.of(
        List.of(there, "BEGIN", "USE app", read, "COMMIT"),
        List.of(there, "BEGIN", USES + "app", read, "COMMIT"),
        List.of(USES + "hidden_there", "BEGIN", "DO 1", USES + "app", "DO 2", read, "COMMIT"),
        List.of(there, "BEGIN", "SAVEPOINT a", "USE app", "ROLLBACK TO a", read, "COMMIT"),
        List.of(there, "BEGIN", "USE app", "USE no_such_database", read, "COMMIT"),
        List.of(there, "SET autocommit = 0", "DO 1", "USE app", read),
        List.of(there, "LOCK TABLES app.hidden_orders READ", "USE app", read, "UNLOCK TABLES"),
        List.of(there, "USE app; " + read),
        List.of(there, "BEGIN; USE app; " + read + "; COMMIT"),
        List.of(there, "BEGIN; USE app", read, "COMMIT"),
        List.of(there, "/*!50000 USE app */; " + read),
        List.of(there, "uSe`app`; " + read),
        List.of(there, "BEGIN", "/**/ use app # there", read, "COMMIT"));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void whatIsReadInAnotherDatabaseIsDropped(List<String> story) throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(direct)) {
      assertThat(play(client, story, "")).contains(SECRET);
    }
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      assertThat(play(client, story, "")).doesNotContain(SECRET);
    }
  }

  /** What is not guarded is read, once it is known in which database it is. */
  @Test
  void whatIsReadInTheOtherDatabaseIsNotDropped() throws IOException {
    List<String> story =
        List.of("BEGIN", "USE hidden_there", "COMMIT", "SELECT n FROM hidden_orders");
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      assertThat(play(client, story, "")).noneMatch(heard -> heard.contains("rejected"));
    }
  }

  private static byte[] query(String text) {
    if (text.startsWith(OPTION)) {
      byte option = (byte) Integer.parseInt(text.substring(OPTION.length()));
      return RawMysqlClient.command(Command.SET_OPTION, option, (byte) 0);
    }
    if (text.startsWith(USES)) {
      return RawMysqlClient.text(Command.INIT_DB, text.substring(USES.length()));
    }
    return RawMysqlClient.command(Command.QUERY, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static List<String> play(RawMysqlClient client, List<String> story, String hidden)
      throws IOException {
    List<String> heard = new ArrayList<>();
    for (String text : story) {
      try {
        client.query(query(text.replace("%s", hidden))).forEach(heard::addAll);
      } catch (RawMysqlClient.ErrorReceived error) {
        heard.add(error.getMessage());
      }
    }
    return heard;
  }

  @ParameterizedTest
  @MethodSource("stories")
  void whatIsReadOfATableIsDropped(List<String> story) throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      assertThat(play(client, story, COUNT)).doesNotContain(SECRET);
    }
  }

  /** Without this the test above might pass because nothing is hidden. */
  @Test
  void storiesReachTheTableWhereNoRuleGuardsIt() throws IOException {
    List<List<String>> fail = new ArrayList<>();
    for (List<String> story : stories().toList()) {
      try (RawMysqlClient client = RawMysqlClient.logIn(direct)) {
        if (!play(client, story, COUNT).contains(SECRET)) {
          fail.add(story);
        }
      }
    }
    assertThat(fail).as("%s", fail).hasSize(unreached);
  }

  /** In which a session reads its texts from its log-in on, or from another log-in on. */
  @Test
  void textsAreReadByTheCharactersOfTheLogIn() throws IOException {
    List<String> story = List.of("SELECT '" + LEAD + "\\', %s -- '");
    for (int collation : EATING) {
      try (RawMysqlClient client = RawMysqlClient.logInWith(direct, collation)) {
        assertThat(play(client, story, COUNT)).contains(SECRET);
      }
      try (RawMysqlClient client = RawMysqlClient.logInWith(node.target(), collation)) {
        assertThat(play(client, story, COUNT)).as("at once").doesNotContain(SECRET);
        assertThat(play(client, story, COUNT)).as("again").doesNotContain(SECRET);
      }
      try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
        assertThat(play(client, List.of("DO 1"), "")).isEmpty();
        client.changeUser(collation);
        assertThat(play(client, story, COUNT)).as("changed").doesNotContain(SECRET);
        client.changeUser(45);
        assertThat(play(client, List.of("SELECT '\\'', %s -- '"), COUNT)).doesNotContain(SECRET);
      }
    }
  }

  @Test
  void textsAreReadByTheModeThatInitConnectSets() throws IOException {
    server.execute("SET GLOBAL init_connect = \"SET sql_mode = " + PLAIN + "\"");
    try (MysqlNode fresh = ruled()) {
      List<String> story = List.of("SELECT '\\', %s -- '");
      try (RawMysqlClient client = RawMysqlClient.logIn(direct)) {
        assertThat(play(client, story, COUNT)).contains(SECRET);
      }
      for (int i = 0; i < 3; i++) {
        try (RawMysqlClient client = RawMysqlClient.logIn(fresh.target())) {
          assertThat(play(client, story, COUNT)).doesNotContain(SECRET);
          assertThat(play(client, story, COUNT)).doesNotContain(SECRET);
        }
      }
    } finally {
      server.execute("SET GLOBAL init_connect = ''");
    }
  }

  @ParameterizedTest
  @MethodSource("tables")
  void aTableBesideWhatLooksLikePartOfItsNameIsDropped(List<String> story) throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      assertThat(play(client, story, "")).doesNotContain(SECRET);
    }
  }

  List<String> modes() {
    return List.of("NO_BACKSLASH_ESCAPES", "ANSI_QUOTES");
  }

  /** The servers' own default counts from a session's first statement on. */
  @ParameterizedTest
  @MethodSource("modes")
  void textsAreReadByTheModeThatTheServerGivesItsSessions(String mode) throws IOException {
    String before = server.queryValue("app", "SELECT @@GLOBAL.sql_mode");
    server.execute("SET GLOBAL sql_mode = '" + mode + "'");
    List<String> texts =
        List.of(
            "SELECT '\\', %s -- '",
            "SELECT 1 AS \"\\\", %s, 1 AS \"x\"", "SELECT 1 AS [it's], %s AS [it's]");
    try (MysqlNode fresh = ruled()) {
      for (String text : texts) {
        try (RawMysqlClient client = RawMysqlClient.logIn(fresh.target())) {
          assertThat(play(client, List.of(text, text), COUNT)).as(text).doesNotContain(SECRET);
        }
      }
    } finally {
      server.execute("SET GLOBAL sql_mode = '" + before + "'");
    }
  }

  @Test
  void textsOfAClientThatLogsInWithGbkAreReadByIt() throws SQLException {
    try (Connection client = node.target().jdbc("characterEncoding", "GBK");
        Statement statement = client.createStatement()) {
      for (int i = 0; i < 2; i++) {
        // The first of these characters ends with the byte of a backslash.
        assertThatThrownBy(
                () -> statement.executeQuery("SELECT '\u7e17', " + COUNT + " -- '").close())
            .hasMessageContaining("rejected by a rule");
      }
    }
  }

  @Test
  void whatAPreparedStatementSetsCountsForTheTextsBehindIt() throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      int set = client.prepare("SET @@sql_mode = " + PLAIN);
      client.send(
          RawMysqlClient.ofStatement(
              Command.STMT_EXECUTE, set, (byte) 0, (byte) 1, (byte) 0, (byte) 0, (byte) 0));
      client.rows();
      assertThat(play(client, List.of("SELECT '\\', %s -- '"), COUNT)).doesNotContain(SECRET);
      client.query(RawMysqlClient.command(Command.RESET_CONNECTION));
      assertThat(play(client, List.of("SELECT '\\'', %s -- '"), COUNT)).doesNotContain(SECRET);
    }
  }

  /** Finds none of the texts that hide something from the node and not from the server. */
  @Test
  void randomTextsHideNothing() throws IOException {
    hunt(
        new Random(Long.getLong("hidden.seed", 20261123)),
        Integer.getInteger("hidden.rounds", 300));
  }

  @Test
  @Tag("long")
  void manyRandomTextsHideNothing() throws IOException {
    long seed = Long.getLong("hidden.seed", System.nanoTime());
    hunt(new Random(seed), Integer.getInteger("hidden.rounds", 60_000));
  }

  private void hunt(Random random, int rounds) throws IOException {
    HiddenTexts texts = new HiddenTexts(random);
    int reached = 0;
    int locked = 0;
    try (RawMysqlClient watcher = RawMysqlClient.logIn(direct)) {
      for (int i = 0; i < rounds; i++) {
        List<String> story = texts.next();
        try (RawMysqlClient client = RawMysqlClient.logIn(direct)) {
          reached += play(client, story, COUNT).contains(SECRET) ? 1 : 0;
        }
        try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
          assertThat(play(client, story, COUNT)).as("%s", story).doesNotContain(SECRET);
        }
        try (RawMysqlClient client = RawMysqlClient.logIn(unruled.target());
            RawMysqlClient other = RawMysqlClient.logIn(unruled.target())) {
          play(client, story, LOCK);
          play(client, List.of("ROLLBACK"), "");
          if (watcher.value("SELECT IS_USED_LOCK('hidden')") != null) {
            locked++;
            other.send(query("SELECT RELEASE_LOCK('hidden')"));
            assertThat(client.value("SELECT RELEASE_LOCK('hidden')"))
                .as("%s", story)
                .isEqualTo("1");
          }
        }
      }
    }
    assertThat(reached).as("texts that reach the table directly").isGreaterThan(rounds / 50);
    assertThat(locked).as("texts that take the lock").isGreaterThan(rounds / 50);
  }

  @ParameterizedTest
  @MethodSource("stories")
  void aLockThatIsTakenPinsTheSession(List<String> story) throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(unruled.target());
        RawMysqlClient other = RawMysqlClient.logIn(unruled.target());
        RawMysqlClient watcher = RawMysqlClient.logIn(direct)) {
      List<String> heard = play(client, story, LOCK);
      play(client, List.of("ROLLBACK"), "");
      if (watcher.value("SELECT IS_USED_LOCK('hidden')") != null) {
        other.send(query("SELECT RELEASE_LOCK('hidden')"));
        assertThat(client.value("SELECT RELEASE_LOCK('hidden')")).as("%s", heard).isEqualTo("1");
      }
    }
  }
}
