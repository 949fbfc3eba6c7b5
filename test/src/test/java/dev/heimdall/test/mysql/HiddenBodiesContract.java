package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What stored routines, triggers and views do is seen, whatever modes and characters they were made
 * with, and whatever quotes and comments surround it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HiddenBodiesContract {
  /**
   * A way to hide a statement.
   *
   * @param open a value that seems to go on
   * @param close one in which it seems to end
   */
  record Kind(String name, String modes, String charset, String open, String close) {
    String body(String declare, String statement, String result) {
      boolean oracle = modes.equals("ORACLE");
      String set = oracle ? "x := " : "SET x = ";
      return (oracle ? declare : "BEGIN DECLARE ")
          + "x varchar(200); "
          + (oracle ? "r varchar(200); BEGIN " : "DECLARE r varchar(200); ")
          + set
          + open
          + "; "
          + statement
          + "; "
          + set
          + close
          + "; "
          + result
          + " END";
    }

    String function(String prefix, String statement, String result) {
      boolean oracle = modes.equals("ORACLE");
      return "CREATE FUNCTION "
          + prefix
          + name
          + "() "
          + (oracle ? "RETURN" : "RETURNS")
          + " varchar(200) DETERMINISTIC "
          + body("AS ", statement, "RETURN " + result + ";");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final String ROWS = "SELECT sum(n) FROM hb_rows";
  private static final String LINE = "'a' -- '\n";
  private static final String NAMED = "(SELECT 1 AS \"\\\")";
  private static final String LOCK = "hidden_in_body";

  private static final List<Kind> KINDS =
      List.of(
          new Kind("none", "", "utf8mb4", "1", "2"),
          new Kind("escaped", "", "latin1", "'\\\\'", LINE),
          new Kind("doubled", "", "utf8mb4", "''''", "''''"),
          new Kind("plain", "NO_BACKSLASH_ESCAPES", "utf8mb4", "'\\'", LINE),
          new Kind("ansi", "ANSI_QUOTES", "utf8mb4", NAMED, NAMED),
          new Kind("both", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "utf8mb4", NAMED + "+'\\'", LINE),
          new Kind("pipes", "PIPES_AS_CONCAT", "utf8mb4", "'\\\\'||''''", "''''||" + LINE),
          new Kind("gbk", "", "gbk", "'\u00bf\\'", LINE),
          new Kind("gb18030", "", "gb18030", "'\u0081\\'", LINE),
          new Kind("big5", "", "big5", "'\u00a4\\'", LINE),
          new Kind("sjis", "", "sjis", "'\u0083\\'", LINE),
          new Kind("cp932", "NO_BACKSLASH_ESCAPES", "cp932", "'\u0083\\\\'", LINE),
          new Kind("introduced", "", "gbk", "_gbk'\u00bf\\'", LINE),
          new Kind("blank", "", "latin1", "1 --\u00a0'\n", LINE),
          new Kind("versioned", "", "utf8mb4", "1 /*M!999999 ' */", "1 /* ' */"),
          new Kind("newer", "", "utf8mb4", "1 /*!999999 ' */", "1 /* ' */"),
          new Kind("run", "", "utf8mb4", "1 /*! + '\\\\' */", LINE),
          new Kind("comment", "", "utf8mb4", "1 /* ' */", "1 # '\n"),
          new Kind("oracle", "ORACLE", "utf8mb4", NAMED, NAMED),
          new Kind("brackets", "MSSQL", "utf8mb4", "(SELECT 1 AS [it's])", "(SELECT 1 AS [it's])"));

  /** What begins a character there that ends with a backslash. */
  private static final Map<String, String> LEADS =
      Map.of("gbk", "\u00bf", "big5", "\u00a4", "sjis", "\u0083");

  private final MysqlRelease release;
  private final List<String> unknown;
  private final List<Kind> made = new ArrayList<>();
  private MysqlTarget superuser;
  private MysqlNode node;
  private MysqlNode ruled;

  /**
   * @param unknown kinds that this release does not take
   */
  HiddenBodiesContract(MysqlRelease release, List<String> unknown) {
    this.release = release;
    this.unknown = unknown;
  }

  @BeforeAll
  void start() throws IOException, SQLException {
    MysqlCluster cluster = release.shared();
    superuser =
        MysqlTarget.of(cluster.primary()).as(cluster.superuser(), cluster.password()).in("app");
    superuser.jdbc().close(); // the server remembers the password from now on
    cluster
        .primary()
        .executeIn(
            "app",
            "DROP TABLE IF EXISTS hb_rows, hb_one",
            "CREATE TABLE hb_rows (n int)",
            "INSERT INTO hb_rows VALUES (1)",
            "CREATE TABLE hb_one (n int)",
            "INSERT INTO hb_one VALUES (-1)");
    KINDS.forEach(this::make);
    makeViews();
    assertThat(KINDS)
        .filteredOn(kind -> !made.contains(kind))
        .extracting(Kind::name)
        .containsExactlyElementsOf(unknown);
    node =
        MysqlNode.start(
            release,
            c ->
                c.node("loops", 1)
                    .cluster(cluster)
                    .catalog(cluster)
                    .vdb("pool.size", 2)
                    .vdb("cache.enabled", true)
                    .vdb("rules", List.of("cached"))
                    .rules("cached", "{\"action\": \"cache\"}"));
    ruled =
        MysqlNode.start(
            release,
            c ->
                c.node("loops", 1)
                    .catalog(cluster)
                    .vdb("rules", List.of("all"))
                    .rules("all", "{\"match\": \"tables:app.hb_rows\", \"action\": \"drop\"}"));
    String[] cached = new String[1];
    Await.until(
        "the catalogue is read",
        Duration.ofSeconds(60),
        () -> {
          try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
            client.value(ROWS);
            cached[0] = client.queryInfo().getOrDefault("cached", "");
          } catch (IOException e) {
            cached[0] = e.toString(); // while the writer is not known yet
          }
          return cached[0].equals("yes");
        },
        () -> cached[0]);
  }

  private void make(Kind kind) {
    String lock = "SET r = GET_LOCK('" + LOCK + "', 0)";
    String trigger = kind.body("DECLARE ", "UPDATE hb_rows SET n = n + 1", "");
    try (RawMysqlClient client = RawMysqlClient.logIn(superuser)) {
      for (String drop : List.of("FUNCTION IF EXISTS hb_read_", "FUNCTION IF EXISTS hb_write_")) {
        run(client, "DROP " + drop + kind.name());
      }
      run(client, "DROP FUNCTION IF EXISTS hb_lock_" + kind.name());
      run(client, "DROP TABLE IF EXISTS hb_" + kind.name());
      run(client, "CREATE TABLE hb_" + kind.name() + " (n int)");
      run(client, "SET NAMES " + kind.charset());
      run(client, "SET sql_mode = '" + kind.modes() + "'");
      run(client, kind.function("hb_read_", "SELECT sum(n) INTO r FROM hb_rows", "r"));
      run(client, kind.function("hb_write_", "INSERT INTO hb_rows VALUES (1)", "1"));
      run(client, kind.function("hb_lock_", lock, "r"));
      run(
          client,
          "CREATE TRIGGER hb_on_%1$s AFTER INSERT ON hb_%1$s FOR EACH ROW ".formatted(kind.name())
              + trigger);
      made.add(kind);
    } catch (IOException e) {
      if (!unknown.contains(kind.name())) {
        throw new IllegalStateException(kind.name(), e);
      }
    }
  }

  private void makeViews() throws IOException {
    for (Map.Entry<String, String> lead : LEADS.entrySet()) {
      try (RawMysqlClient client = RawMysqlClient.logIn(superuser)) {
        run(client, "SET NAMES " + lead.getKey());
        run(
            client,
            "CREATE OR REPLACE VIEW hb_view_%s AS SELECT '%s\\'' AS `y`, (%s) AS `x` -- ' AS y, (%s) AS x"
                .formatted(lead.getKey(), lead.getValue(), ROWS, "SELECT max(n) FROM hb_one"));
      }
    }
  }

  private static List<List<String>> run(RawMysqlClient client, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return client.query(RawMysqlClient.command(Command.QUERY, bytes));
  }

  @AfterAll
  void stop() {
    node.close();
    ruled.close();
  }

  List<Kind> kinds() {
    return made;
  }

  private static boolean pinned(MysqlNode node) {
    return node.clients().stream().map(row -> row.get("pin_reason")).anyMatch(r -> r != null);
  }

  /** What it returns is another one as soon as a row was written, by whomever of the node's. */
  private void isNeverOld(String sql) throws IOException {
    try (RawMysqlClient reader = RawMysqlClient.logIn(node.target());
        RawMysqlClient writer = RawMysqlClient.logIn(node.target())) {
      for (int i = 0; i < 3; i++) {
        String before = reader.value(sql);
        assertThat(reader.value(sql)).as(sql).isEqualTo(before);
        run(writer, "UPDATE hb_rows SET n = n + 1");
        assertThat(reader.value(sql)).as(sql).isNotEqualTo(before);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aTableThatABodyReadsIsGuarded(Kind kind) throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(ruled.target())) {
      assertThatThrownBy(() -> client.value("SELECT hb_read_" + kind + "() FROM hb_one"))
          .hasMessageContaining("rejected by a rule");
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatABodyWritesIsSeen(Kind kind) throws IOException {
    String insert = "INSERT INTO hb_" + kind + " VALUES (1)";
    for (String write : List.of("SELECT hb_write_" + kind + "()", insert)) {
      try (RawMysqlClient reader = RawMysqlClient.logIn(node.target());
          RawMysqlClient writer = RawMysqlClient.logIn(node.target())) {
        String before = reader.value(ROWS);
        assertThat(reader.value(ROWS)).isEqualTo(before);
        run(writer, write);
        assertThat(reader.value(ROWS)).as(write).isNotEqualTo(before);
      }
    }
  }

  /** Each runs on one of the servers, or on both; %s is what it hides. */
  private static final List<String> COMMENTS =
      List.of(
          "SELECT %s /*M!999999 ' */, 1 -- '",
          "SELECT 1 + /*M! %s + */ 1",
          "SELECT 1 + /*M!100100 %s + */ 1",
          "SELECT 1 + /*! %s + */ 1",
          "SELECT 1 + /*!50000 %s + */ 1",
          "SELECT 1 + /*!90000 %s + */ 1",
          "SELECT 1 + /*!100100 %s + */ 1",
          "SELECT 1 + /*!50000 /* ' */ %s + */ 1",
          "SELECT 1 + /*!999999 ' */ %s -- '");

  @Test
  void whatCommentsOfClientsHaveServersRunIsSeen() throws IOException {
    int seen = 0;
    for (String comment : COMMENTS) {
      String sql = comment.formatted("(" + ROWS + ")");
      try (RawMysqlClient reader = RawMysqlClient.logIn(node.target());
          RawMysqlClient writer = RawMysqlClient.logIn(node.target());
          RawMysqlClient direct = RawMysqlClient.logIn(superuser)) {
        for (int i = 0; i < 3; i++) {
          String before = direct.value(sql);
          assertThat(reader.value(sql)).as(sql).isEqualTo(before);
          assertThat(reader.value(sql)).as(sql).isEqualTo(before);
          run(writer, "UPDATE hb_rows SET n = n + 1");
          assertThat(reader.value(sql)).as(sql).isEqualTo(direct.value(sql));
          seen += before.equals(direct.value(sql)) ? 0 : 1;
        }
      }
    }
    assertThat(seen).as("results that have changed").isGreaterThanOrEqualTo(15);
  }

  @Test
  void aLockThatCommentsOfClientsHaveServersTakeIsItsClients() throws IOException {
    List<String> texts = new ArrayList<>(COMMENTS);
    if (release != MysqlRelease.MYSQL) {
      texts.add("SELECT mariadb_schema.%s");
    }
    int taken = 0;
    try (RawMysqlClient watcher = RawMysqlClient.logIn(superuser)) {
      for (String text : texts) {
        try (RawMysqlClient taker = RawMysqlClient.logIn(node.target());
            RawMysqlClient other = RawMysqlClient.logIn(node.target())) {
          taker.value(text.formatted("GET_LOCK('" + LOCK + "', 0)"));
          if (watcher.value("SELECT IS_USED_LOCK('" + LOCK + "')") != null) {
            taken++;
            isOnlyOf(taker, other);
          }
        }
      }
    }
    assertThat(taken).as("locks that were taken").isGreaterThanOrEqualTo(5);
  }

  private void isOnlyOf(RawMysqlClient taker, RawMysqlClient other) throws IOException {
    assertThat(pinned(node)).isTrue();
    for (int i = 0; i < 3; i++) {
      assertThat(other.value("SELECT RELEASE_LOCK('" + LOCK + "')")).isEqualTo("0");
    }
    assertThat(taker.value("SELECT RELEASE_LOCK('" + LOCK + "')")).isEqualTo("1");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aLockThatABodyTakesIsItsClients(Kind kind) throws IOException {
    try (RawMysqlClient watcher = RawMysqlClient.logIn(superuser);
        RawMysqlClient taker = RawMysqlClient.logIn(node.target());
        RawMysqlClient other = RawMysqlClient.logIn(node.target())) {
      assertThat(taker.value("SELECT hb_lock_" + kind + "()")).isEqualTo("1");
      assertThat(watcher.value("SELECT IS_USED_LOCK('" + LOCK + "')")).isNotNull();
      isOnlyOf(taker, other);
    }
  }

  /**
   * MySQL escapes what is in a view's literals byte by byte, and runs another view than it shows.
   */
  @Test
  void aTableThatAViewReadsIsSeenInEachCharacterSet() throws IOException {
    for (String charset : LEADS.keySet()) {
      String view = "hb_view_" + charset;
      boolean hidden = release == MysqlRelease.MYSQL;
      try (RawMysqlClient direct = RawMysqlClient.logIn(superuser)) {
        String shown = direct.value("SELECT x FROM " + view);
        assertThat(shown.equals(direct.value(ROWS))).as(view).isEqualTo(hidden);
      }
      if (hidden) {
        isNeverOld("SELECT x FROM " + view);
      }
    }
  }
}
