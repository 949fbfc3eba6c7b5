package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.cache.ChangePastNodes.Kind;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is changed at the server itself, past all nodes, is seen soon; and tables behind others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("ci")
class MysqlChangedPastNodesIT {
  private static final Duration SOON = Duration.ofSeconds(40);

  private static final String USER = "seen_user";

  private static final String OPEN =
      "CREATE TABLE seen.t (a int, b int, c varchar(20) CHARACTER SET utf8mb4);; INSERT INTO seen.t"
          + " VALUES (1, 2, 'a');; GRANT SELECT ON seen.* TO seen_user;; ";

  private static final String CLOSED =
      "CREATE TABLE seen.t (a int, b int);; INSERT INTO seen.t VALUES (1, 2);; ";

  private static final String READ = "SELECT a FROM seen.t";

  private static final String UNITED =
      "CREATE TABLE seen.one (a int) ENGINE = MyISAM;; CREATE TABLE seen.two (a int) ENGINE ="
          + " MyISAM;; INSERT INTO seen.one VALUES (1);; INSERT INTO seen.two VALUES (2);; CREATE"
          + " TABLE seen.m (a int) ENGINE = MERGE UNION = (seen.one, seen.two) INSERT_METHOD ="
          + " LAST;; GRANT ALL ON seen.* TO seen_user";

  private MysqlNode node;

  MysqlRelease release() {
    return MysqlRelease.MARIADB;
  }

  @BeforeAll
  void start() throws SQLException {
    change(
        "DROP USER IF EXISTS " + USER,
        "CREATE USER " + USER + "@'%' IDENTIFIED BY '" + MysqlRelease.PASSWORD + "'",
        "GRANT SELECT ON app.* TO " + USER);
    node =
        MysqlNode.start(
            release(),
            c ->
                c.cluster(release().shared())
                    .source("cluster.probe.positionInterval", "50ms")
                    .catalog(release().shared())
                    .vdb("credentials", "passthrough")
                    .user(USER, "password", MysqlRelease.PASSWORD)
                    .user(USER, "admin", true)
                    .vdb("cache.enabled", true)
                    .vdb("cache.ttl", "1h")
                    .vdb("rules", List.of("cached"))
                    .rules(
                        "cached",
                        "{\"action\": \"cache\", \"parameters\": {\"ttl\": 3600000,"
                            + " \"unconditional\": true}}"));
  }

  @AfterAll
  void stop() throws SQLException {
    node.close();
    change("DROP DATABASE IF EXISTS seen", "DROP USER " + USER);
  }

  private MysqlTarget server() {
    MysqlServer server = release().shared().primary();
    return MysqlTarget.of(server);
  }

  private void change(String... statements) throws SQLException {
    try (Connection root =
            server().as(release().shared().superuser(), release().shared().password()).jdbc();
        Statement statement = root.createStatement()) {
      for (String several : statements) {
        for (String sql : several.split(";; ")) {
          statement.execute(sql);
        }
      }
    }
  }

  private static String answer(Connection client, String sql) {
    try (Statement statement = client.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> all = new ArrayList<>();
      int columns = rows.getMetaData().getColumnCount();
      for (int i = 1; i <= columns; i++) {
        all.add(
            rows.getMetaData().getColumnLabel(i) + ' ' + rows.getMetaData().getColumnTypeName(i));
      }
      while (rows.next()) {
        for (int i = 1; i <= columns; i++) {
          all.add(rows.getString(i));
        }
      }
      return all.toString();
    } catch (SQLException e) {
      return String.valueOf(e.getErrorCode());
    }
  }

  private String direct(String sql) throws SQLException {
    try (Connection client = server().as(USER, MysqlRelease.PASSWORD).jdbc()) {
      return answer(client, sql);
    }
  }

  private Connection client() throws SQLException {
    return node.target().as(USER, MysqlRelease.PASSWORD).jdbc();
  }

  private static String said(Connection client) {
    try {
      return ", cached: " + Jdbc.queryInfo(client).getOrDefault("cached", "not said");
    } catch (SQLException e) {
      return ", " + e.getMessage();
    }
  }

  private void anew(String before) throws SQLException {
    change(
        "DROP DATABASE IF EXISTS seen",
        "CREATE DATABASE seen",
        "REVOKE ALL PRIVILEGES, GRANT OPTION FROM " + USER,
        "GRANT SELECT ON app.* TO " + USER,
        before);
  }

  /** Each time by another session: one that has met what is not known yet is not served. */
  private void awaitCached(String sql, String answer) {
    String[] seen = new String[2];
    Await.until(
        "it is cached",
        SOON,
        () -> {
          try (Connection client = client()) {
            seen[0] = answer(client, sql);
            seen[1] = Jdbc.queryInfo(client).getOrDefault("cached", "not said");
          }
          return seen[0].equals(answer) && seen[1].startsWith("yes");
        },
        () -> seen[0] + ", cached: " + seen[1] + ", and at the server " + answer);
  }

  private static Kind kind(String name, String before, String read, String change) {
    return ChangePastNodes.kind(name, before, read, change);
  }

  /** MariaDB's own word. */
  String defaultRole() {
    return "SET DEFAULT ROLE seen_role FOR seen_user";
  }

  List<Kind> kinds() {
    return List.of(
        kind(
            "REVOKE on a table",
            CLOSED + "GRANT SELECT ON seen.t TO seen_user",
            READ,
            "REVOKE SELECT ON seen.t FROM seen_user"),
        kind("REVOKE on a database", OPEN, READ, "REVOKE ALL ON seen.* FROM seen_user"),
        kind(
                "REVOKE on all",
                CLOSED + "GRANT SELECT ON *.* TO seen_user",
                READ,
                "REVOKE SELECT ON *.* FROM seen_user")
            .ofNewSessions(),
        kind(
                "REVOKE of a role",
                CLOSED
                    + "DROP ROLE IF EXISTS seen_role;; CREATE ROLE seen_role;; GRANT SELECT ON"
                    + " seen.t TO seen_role;; GRANT seen_role TO seen_user;; "
                    + defaultRole(),
                READ,
                "REVOKE seen_role FROM seen_user")
            .after("DROP ROLE seen_role")
            .ofNewSessions(),
        kind("ADD COLUMN", OPEN, "SELECT * FROM seen.t", "ALTER TABLE seen.t ADD COLUMN d int"),
        kind("DROP COLUMN", OPEN, "SELECT * FROM seen.t", "ALTER TABLE seen.t DROP COLUMN b"),
        kind(
            "columns change their names",
            OPEN,
            READ,
            "ALTER TABLE seen.t CHANGE a x int, CHANGE b a int"),
        kind("the type of a column", OPEN, READ, "ALTER TABLE seen.t MODIFY a decimal(8, 2)"),
        kind(
            "the collation of a column",
            OPEN + "INSERT INTO seen.t VALUES (5, 5, 'A')",
            "SELECT count(*) FROM seen.t WHERE c = 'a'",
            "ALTER TABLE seen.t MODIFY c varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
        kind(
            "the label of an enum",
            "CREATE TABLE seen.t (a enum('m', 'n'));; INSERT INTO seen.t VALUES ('m');; GRANT"
                + " SELECT ON seen.* TO seen_user",
            "SELECT a + 0, a = 'm' FROM seen.t",
            "ALTER TABLE seen.t MODIFY a enum('l', 'm', 'n')"),
        kind(
            "tables change their names",
            OPEN + "CREATE TABLE seen.u AS SELECT 5 AS a",
            READ,
            "RENAME TABLE seen.t TO seen.x, seen.u TO seen.t"),
        kind("a table is dropped", OPEN, READ, "DROP TABLE seen.t"),
        kind(
            "a view",
            OPEN + "CREATE VIEW seen.v AS SELECT a FROM seen.t",
            "SELECT a FROM seen.v",
            "CREATE OR REPLACE VIEW seen.v AS SELECT b AS a FROM seen.t"),
        kind(
            "who invokes a view",
            CLOSED
                + "CREATE VIEW seen.v AS SELECT a FROM seen.t;; GRANT SELECT ON seen.v TO"
                + " seen_user",
            "SELECT a FROM seen.v",
            "CREATE OR REPLACE SQL SECURITY INVOKER VIEW seen.v AS SELECT a FROM seen.t"),
        kind(
            "a generated column",
            "CREATE TABLE seen.t (a int, b int AS (a + 1));; INSERT INTO seen.t (a) VALUES (1);;"
                + " GRANT SELECT ON seen.* TO seen_user",
            "SELECT b FROM seen.t",
            "ALTER TABLE seen.t DROP b, ADD b int AS (a + 2)"),
        kind(
                "what sessions begin with",
                OPEN,
                "SELECT HEX(AES_ENCRYPT(c, 'k')) FROM seen.t",
                "SET GLOBAL block_encryption_mode = 'aes-256-ecb'")
            .after("SET GLOBAL block_encryption_mode = DEFAULT")
            .ofNewSessions(),
        kind(
            "what a MERGE table unites",
            UNITED,
            "SELECT a FROM seen.m",
            "ALTER TABLE seen.m UNION = (seen.two)"));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theNodeAnswersAsTheServerDoesSoon(Kind kind) throws Exception {
    anew(kind.before());
    String before = direct(kind.read());
    awaitCached(kind.read(), before);
    try (Connection client = client()) {
      assertThat(answer(client, kind.read())).isEqualTo(before);
      change(kind.change());
      try {
        String after = direct(kind.read());
        assertThat(after).as("what the change does").isNotEqualTo(before);
        Await.until(
            "the node answers as the server does",
            SOON,
            () -> {
              try (Connection later = client()) {
                return answer(kind.forNewSessions() ? later : client, kind.read()).equals(after);
              }
            },
            () -> answer(client, kind.read()) + " instead of " + after + said(client));
      } finally {
        change(kind.after());
      }
    }
  }

  /**
   * Two changes between two looks leave all as it was, but for results that were kept meanwhile.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GRANT SELECT ON seen.t TO seen_user | REVOKE SELECT ON seen.t FROM seen_user",
        "GRANT SELECT (a) ON seen.t TO seen_user | REVOKE SELECT (a) ON seen.t FROM seen_user",
        "ALTER TABLE seen.w CHANGE a x int, CHANGE b a int | ALTER TABLE seen.w CHANGE a b int,"
            + " CHANGE x a int",
        "CREATE OR REPLACE VIEW seen.v AS SELECT b AS a FROM seen.w | CREATE OR REPLACE VIEW seen.v"
            + " AS SELECT a FROM seen.w"
      })
  void whatIsChangedAndChangedBackIsSeen(String change, String back) throws Exception {
    anew(
        CLOSED
            + "CREATE TABLE seen.w AS SELECT 1 AS a, 2 AS b;; CREATE VIEW seen.v AS SELECT a FROM"
            + " seen.w;; GRANT SELECT ON seen.w TO seen_user;; GRANT SELECT ON seen.v TO"
            + " seen_user");
    String read =
        change.contains("seen.v")
            ? "SELECT a FROM seen.v"
            : change.contains("seen.w") ? "SELECT a FROM seen.w" : READ;
    String closed = direct(read);
    try (Connection client = client()) {
      for (int i = 0; i < 8; i++) {
        Await.until("it is as before", () -> answer(client, read).equals(closed));
        change(change);
        Await.until("it is changed", () -> !answer(client, read).equals(closed));
        answer(client, read);
        change(back);
        assertThat(direct(read)).isEqualTo(closed);
        Await.until(
            "the node answers as the server does",
            SOON,
            () -> answer(client, read).equals(closed),
            () -> answer(client, read) + " instead of " + closed + said(client));
      }
    }
  }

  @Test
  void whatIsWrittenToAMergeTableIsReadInThoseItUnitesAndTheReverse() throws Exception {
    anew(UNITED);
    String united = "SELECT a FROM seen.m ORDER BY a";
    String base = "SELECT a FROM seen.two ORDER BY a";
    try (Connection client = client();
        Statement statement = client.createStatement()) {
      for (String write :
          List.of(
              "INSERT INTO seen.m VALUES (10)",
              "UPDATE seen.m SET a = a + 100",
              "INSERT INTO seen.two VALUES (20)",
              "DELETE FROM seen.two WHERE a < 30",
              "TRUNCATE TABLE seen.m",
              "INSERT INTO seen.m VALUES (30)",
              "INSERT INTO seen.m SELECT a + 1 FROM seen.m")) {
        awaitCached(united, direct(united));
        awaitCached(base, direct(base));
        statement.execute(write);
        assertThat(answer(client, base)).as(write).isEqualTo(direct(base));
        assertThat(answer(client, united)).as(write).isEqualTo(direct(united));
      }
    }
  }
}
