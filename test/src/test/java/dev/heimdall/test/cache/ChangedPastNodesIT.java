package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.cache.ChangePastNodes.Kind;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is changed at the server itself, past all nodes, and lets a statement answer otherwise: soon
 * the node answers as the server does, by polling alone and where the event trigger counts.
 */
@Tag("ci")
class ChangedPastNodesIT {
  private static final String POLLED = "changed_polled";
  private static final String COUNTED = "changed_counted";

  /** Much longer than the promise: ten times what a look takes; much shorter than the results. */
  private static final Duration SOON = Duration.ofSeconds(3);

  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    for (String database : List.of(POLLED, COUNTED)) {
      SharedPostgres.createDatabase(database);
    }
    SharedPostgres.primary()
        .execute(
            "DROP ROLE IF EXISTS seen_role", "CREATE ROLE seen_role", "GRANT seen_role TO app");
    try (Connection superuser = superuser(COUNTED);
        Statement statement = superuser.createStatement()) {
      statement.execute(
          Files.readString(
              Path.of("..", "templates", "postgresql").resolve("definition-changes.sql")));
    }
    node =
        TestNode.start(
            c ->
                c.source("url", SharedPostgres.primary().jdbcUrl(POLLED))
                    .cluster(SharedPostgres.cluster())
                    .source("cluster.probe.positionInterval", "50ms")
                    .source("catalog.user", "app")
                    .source("catalog.password", "app")
                    // Long enough for a change that the trigger does not count to be missed.
                    .source("catalog.refresh", "5m")
                    .vdb("credentials", "passthrough")
                    .vdb("pool.size", 20)
                    .user("app", "admin", true)
                    .user("other", "password", "other")
                    .user("other", "admin", true)
                    .vdb("cache.enabled", true)
                    .vdb("cache.ttl", "1h")
                    .vdb("rules", List.of("cached"))
                    .rules(
                        "cached",
                        "{\"action\": \"cache\", \"parameters\": {\"ttl\": 3600000,"
                            + " \"unconditional\": true, \"cachesystem\": true}}"));
  }

  @AfterAll
  static void stop() {
    node.close();
    SharedPostgres.primary()
        .execute(
            "DROP DATABASE " + POLLED + " WITH (FORCE)",
            "DROP DATABASE " + COUNTED + " WITH (FORCE)",
            "DROP ROLE seen_role");
  }

  private static Connection superuser(String database) throws SQLException {
    return SharedPostgres.target()
        .in(database)
        .as(SharedPostgres.cluster().superuser(), SharedPostgres.cluster().password())
        .jdbc("preferQueryMode", "simple");
  }

  private static void change(String database, String... statements) throws SQLException {
    try (Connection superuser = superuser(database);
        Statement statement = superuser.createStatement()) {
      for (String several : statements) {
        for (String sql : several.split(";; ")) {
          statement.execute(sql);
        }
      }
    }
  }

  /** Rows under the names of their columns, or the error. */
  private static String answer(Connection client, String sql) {
    try (Statement statement = client.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> all = new ArrayList<>();
      int columns = rows.getMetaData().getColumnCount();
      for (int i = 1; i <= columns; i++) {
        all.add(rows.getMetaData().getColumnLabel(i));
        all.add(rows.getMetaData().getColumnTypeName(i));
      }
      while (rows.next()) {
        for (int i = 1; i <= columns; i++) {
          all.add(rows.getString(i));
        }
      }
      return all.toString();
    } catch (SQLException e) {
      return e.getSQLState() + " " + e.getMessage();
    }
  }

  private static String direct(Target at, String sql) throws SQLException {
    try (Connection client = at.jdbc("preferQueryMode", "simple")) {
      return answer(client, sql);
    }
  }

  /**
   * One whose read the cache keeps or has answered. Each attempt is another session's: one that has
   * called what is not known at that moment, as the catalogue is being read, is not served later.
   */
  private static Connection cachingClient(Target through, String sql, String answer) {
    String[] seen = new String[2];
    Connection[] served = new Connection[1];
    Await.until(
        "it is cached",
        SOON.multipliedBy(5),
        () -> {
          Connection client = through.jdbc("preferQueryMode", "simple");
          seen[0] = answer(client, sql);
          seen[1] = Jdbc.queryInfo(client).getOrDefault("cached", "not said");
          if (seen[0].equals(answer) && seen[1].startsWith("yes")) {
            served[0] = client;
          } else {
            client.close();
          }
          return served[0] != null;
        },
        () -> seen[0] + ", cached: " + seen[1] + ", and at the server " + answer);
    return served[0];
  }

  private static void awaitCached(Target through, String sql, String answer) throws SQLException {
    cachingClient(through, sql, answer).close();
  }

  static Stream<Arguments> kinds() {
    return Stream.of(POLLED, COUNTED)
        .flatMap(database -> ChangePastNodes.ALL.stream().map(k -> Arguments.of(database, k)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theNodeAnswersAsTheServerDoesSoon(String database, Kind kind) throws Exception {
    change(
        database,
        "DROP SCHEMA IF EXISTS seen CASCADE",
        "CREATE SCHEMA seen",
        "GRANT USAGE ON SCHEMA seen TO PUBLIC",
        kind.before());
    Target server = SharedPostgres.target().in(database).as(kind.reader(), kind.reader());
    Target through = node.target().in(database).as(kind.reader(), kind.reader());
    String before = direct(server, kind.read());
    try (Connection client = cachingClient(through, kind.read(), before)) {
      change(database, kind.change());
      try {
        String after = direct(server, kind.read());
        assertThat(after).as("what the change does").isNotEqualTo(before);
        Await.until(
            "the node answers as the server does",
            SOON,
            () ->
                (kind.forNewSessions() ? direct(through, kind.read()) : answer(client, kind.read()))
                    .equals(after),
            () -> answer(client, kind.read()) + " instead of " + after);
      } finally {
        change(database, kind.after());
      }
    }
  }

  /** Whoever cannot look does not know who has lost which rights: the server does. */
  @ParameterizedTest
  @ValueSource(strings = {POLLED, COUNTED})
  void aLookThatIsNotAnsweredHasNothingServed(String database) throws Exception {
    String read = "SELECT a FROM seen.t";
    change(
        database,
        "DROP SCHEMA IF EXISTS seen CASCADE",
        "CREATE SCHEMA seen",
        "CREATE TABLE seen.t AS SELECT 1 AS a",
        "GRANT USAGE ON SCHEMA seen TO PUBLIC",
        "GRANT SELECT ON seen.t TO seen_role",
        "GRANT seen_role TO other");
    Target server = SharedPostgres.target().in(database).as("other", "other");
    Target through = node.target().in(database).as("other", "other");
    String before = direct(server, read);
    try (Connection client = cachingClient(through, read, before);
        Connection superuser = superuser(database);
        Statement statement = superuser.createStatement()) {
      superuser.setAutoCommit(false);
      statement.execute("LOCK TABLE pg_catalog.pg_shseclabel");
      try {
        change(database, "REVOKE seen_role FROM other");
        String after = direct(server, read);
        assertThat(after).isNotEqualTo(before);
        Await.until(
            "the server answers",
            SOON.multipliedBy(5),
            () -> answer(client, read).equals(after),
            () -> "what was kept is served instead of " + after);
      } finally {
        superuser.rollback();
      }
    }
    change(database, "GRANT SELECT ON seen.t TO other");
    awaitCached(through, read, before);
  }

  /** What a look took while the server stood still says nothing of how often it can be asked. */
  @Test
  void aLookThatHadToWaitDelaysNoOther() throws Exception {
    String read = "SELECT a FROM seen.t";
    change(
        POLLED,
        "DROP SCHEMA IF EXISTS seen CASCADE",
        "CREATE SCHEMA seen",
        "CREATE TABLE seen.t AS SELECT 1 AS a, 2 AS b",
        "GRANT USAGE ON SCHEMA seen TO PUBLIC",
        "GRANT SELECT ON seen.t TO PUBLIC");
    Target server = SharedPostgres.target().in(POLLED).as("other", "other");
    Target through = node.target().in(POLLED).as("other", "other");
    awaitCached(through, read, direct(server, read));
    try (Connection superuser = superuser(POLLED);
        Statement statement = superuser.createStatement()) {
      superuser.setAutoCommit(false);
      statement.execute("LOCK TABLE pg_catalog.pg_ts_config");
      change(POLLED, "CREATE TABLE seen.other (a int)");
      Await.until(
          "a look waits",
          () ->
              direct(
                      SharedPostgres.target()
                          .in(POLLED)
                          .as(
                              SharedPostgres.cluster().superuser(),
                              SharedPostgres.cluster().password()),
                      "SELECT count(*) FROM pg_locks WHERE NOT granted")
                  .endsWith(", 1]"));
      Thread.sleep(SOON.toMillis());
      superuser.commit();
    }
    awaitCached(through, read, direct(server, read));
    change(POLLED, "ALTER TABLE seen.t RENAME a TO x;; ALTER TABLE seen.t RENAME b TO a");
    String after = direct(server, read);
    Await.until(
        "the node answers as the server does",
        SOON.multipliedBy(2),
        () -> direct(through, read).equals(after),
        () -> "what was kept before is served instead of " + after);
  }
}
