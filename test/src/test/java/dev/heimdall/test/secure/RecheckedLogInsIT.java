package dev.heimdall.test.secure;

import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Log-ins that the server would reject now, while a pooled connection lives that was made before.
 * The role has a database of its own; {@code at-once} asks the server each time, {@code soon} now
 * and then.
 */
@Tag("long")
class RecheckedLogInsIT {
  private static final String DATABASE = "rechecked";
  private static TestNode node;

  private static PostgresServer server() {
    return SecureServer.server();
  }

  @BeforeAll
  static void start() {
    server()
        .execute("CREATE ROLE tenant LOGIN PASSWORD 'tenant-secret'", "CREATE DATABASE rechecked");
    node =
        TestNode.start(
            c -> {
              SecureServer.behind(c);
              vdb(c, "at-once", "passthrough", "0s");
              vdb(c, "soon", "passthrough", "300ms");
              vdb(c, "late", "passthrough", "1h");
              vdb(c, "by-user", "user", "0s");
              c.user("tenant", "password", "tenant-secret");
            });
  }

  @AfterAll
  static void stop() {
    node.close();
    server().execute("DROP DATABASE rechecked WITH (FORCE)", "DROP ROLE tenant");
  }

  private static void vdb(TestConfiguration c, String name, String credentials, String recheck) {
    SecureServer.vdb(c, name)
        .vdb(name, "source", name)
        .vdb(name, "credentials", credentials)
        .vdb(name, "pool.size", 1)
        .source(name, "url", server().jdbcUrl("postgres"))
        .source(name, "tls.mode", "disable")
        .source(name, "credentials.recheck", recheck);
  }

  /** The role as it was, with the password that it had. */
  @BeforeEach
  void keepVerifier() {
    String stored = SecureServer.stored("tenant");
    node.change(c -> c.without("users/tenant.json", "password").user("tenant", "verifier", stored));
  }

  @AfterEach
  void restore() {
    server()
        .execute(
            "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'renamed') THEN"
                + " ALTER ROLE renamed RENAME TO tenant; END IF;"
                + " IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenant') THEN"
                + " CREATE ROLE tenant; END IF; END $$",
            "ALTER ROLE tenant LOGIN PASSWORD 'tenant-secret' VALID UNTIL 'infinity'"
                + " CONNECTION LIMIT -1",
            "ALTER ROLE tenant RESET ALL",
            "ALTER ROLE tenant NOSUPERUSER",
            "ALTER DATABASE rechecked CONNECTION LIMIT -1 ALLOW_CONNECTIONS true",
            "GRANT CONNECT ON DATABASE rechecked TO PUBLIC");
  }

  private static Connection login(String vdb) throws SQLException {
    return SecureServer.jdbc(node.node().port(vdb), DATABASE, "tenant", "tenant-secret");
  }

  private static Refusal direct() {
    return Refusal.of(SecureServer.port(), DATABASE, "tenant", "tenant-secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "28P01 | ALTER ROLE tenant VALID UNTIL '2001-01-01'",
        "28P01 | ALTER ROLE tenant PASSWORD 'another'",
        "28P01 | ALTER ROLE tenant PASSWORD NULL",
        "28P01 | DROP ROLE tenant",
        "28P01 | ALTER ROLE tenant RENAME TO renamed",
        "28000 | ALTER ROLE tenant NOLOGIN",
        "42501 | REVOKE CONNECT ON DATABASE rechecked FROM PUBLIC",
        "53300 | ALTER ROLE tenant CONNECTION LIMIT 0",
        "53300 | ALTER DATABASE rechecked CONNECTION LIMIT 0",
        "55000 | ALTER DATABASE rechecked ALLOW_CONNECTIONS false",
      })
  void logInThatTheServerRejectsNowFailsAsThereWhilePooledConnectionsLive(
      String sqlState, String change) throws Exception {
    for (String vdb : List.of("at-once", "soon")) {
      try (Connection before = login(vdb)) {
        assertThat(value(before, "SELECT session_user")).isEqualTo("tenant");
      }
    }
    try (Connection stays = login("at-once")) {
      server().execute(change);

      Refusal refusal = direct();
      assertThat(refusal.sqlState()).isEqualTo(sqlState);
      assertThat(Refusal.of(node.node().port("at-once"), DATABASE, "tenant", "tenant-secret"))
          .isEqualTo(refusal);
      Await.until(
          "the server is asked again",
          () -> {
            try {
              login("soon").close();
              return false;
            } catch (SQLException e) {
              assertThat(e.getSQLState()).isEqualTo(sqlState);
              return true;
            }
          });
      if (!change.startsWith("DROP") && !sqlState.equals("53300")) {
        assertThat(value(stays, "SELECT 1")).isEqualTo("1");
      }
    }
  }

  /** What it has accepted before counts for as long as it refuses nothing of the role's. */
  @Test
  void afterARefusalTheServerIsAskedAtTheNextLogInWhateverItsDatabase() throws Exception {
    login("late").close();
    server().execute("ALTER ROLE tenant NOLOGIN");
    login("late").close(); // the hour is not over

    assertThat(Refusal.of(node.node().port("late"), "postgres", "tenant", "tenant-secret"))
        .satisfies(refusal -> assertThat(refusal.sqlState()).isEqualTo("28000"));

    assertThat(Refusal.of(node.node().port("late"), DATABASE, "tenant", "tenant-secret"))
        .isEqualTo(direct());
    server().execute("ALTER ROLE tenant LOGIN");
    login("late").close();
  }

  @Test
  void logInThatTheServersAccessRulesRejectFailsAsThere() throws Exception {
    login("at-once").close();
    Path rules = server().dataDirectory().resolve("pg_hba.conf");
    String before = Files.readString(rules);
    try {
      Files.writeString(rules, "host rechecked tenant all reject\n" + before);
      reload();
      Await.until("the server rejects the role", () -> !mayLogIn(SecureServer.port()));
      assertThat(Refusal.of(node.node().port("at-once"), DATABASE, "tenant", "tenant-secret"))
          .isEqualTo(direct())
          .satisfies(refusal -> assertThat(refusal.sqlState()).isEqualTo("28000"));
    } finally {
      Files.writeString(rules, before);
      reload();
    }
    Await.until("the role may log in", () -> mayLogIn(node.node().port("at-once")));
  }

  private static void reload() {
    server().execute("SELECT pg_reload_conf()");
  }

  private static boolean mayLogIn(int port) {
    try {
      SecureServer.jdbc(port, DATABASE, "tenant", "tenant-secret").close();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  /** What a role's sessions start as may change without a change to the role. */
  @Test
  void roleThatSessionsStartAsIsTheOneThatTheyMayStillSet() throws Exception {
    server()
        .execute(
            "CREATE ROLE landlord",
            "GRANT landlord TO tenant",
            "ALTER ROLE tenant SET role = 'landlord'");
    try {
      for (String vdb : List.of("at-once", "soon")) {
        try (Connection before = login(vdb)) {
          assertThat(value(before, "SELECT current_user")).isEqualTo("landlord");
        }
      }
      server().execute("REVOKE landlord FROM tenant");

      try (Connection direct = loginAt(SecureServer.port());
          Connection after = login("at-once")) {
        assertThat(value(direct, "SELECT current_user")).isEqualTo("tenant");
        assertThat(value(after, "SELECT current_user")).isEqualTo("tenant");
      }
      Await.until(
          "the server is asked again",
          () -> {
            try (Connection after = login("soon")) {
              return value(after, "SELECT current_user").equals("tenant");
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
          });
    } finally {
      server().execute("DROP ROLE landlord");
    }
  }

  private static Connection loginAt(int port) throws SQLException {
    return SecureServer.jdbc(port, DATABASE, "tenant", "tenant-secret");
  }

  /** A session that has set a role keeps it; one that begins, or sets it again, does not get it. */
  @Test
  void roleThatWasRevokedCannotBeSetAgain() throws Exception {
    server().execute("CREATE ROLE landlord", "GRANT landlord TO tenant");
    try (Connection direct = loginAt(SecureServer.port());
        Connection through = login("at-once")) {
      for (Connection client : List.of(direct, through)) {
        client.createStatement().execute("SET ROLE landlord");
        assertThat(value(client, "SELECT current_user")).isEqualTo("landlord");
      }
      server().execute("REVOKE landlord FROM tenant");

      for (Connection client : List.of(direct, through)) {
        assertThat(value(client, "SELECT current_user")).isEqualTo("landlord");
        client.createStatement().execute("RESET ROLE");
        assertThatThrownBy(() -> client.createStatement().execute("SET ROLE landlord"))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        assertThat(value(client, "SELECT current_user")).isEqualTo("tenant");
      }
    } finally {
      server().execute("DROP ROLE landlord");
    }
    for (int port : List.of(SecureServer.port(), node.node().port("at-once"))) {
      try (Connection after = loginAt(port)) {
        assertThat(value(after, "SELECT current_user")).isEqualTo("tenant");
      }
    }
  }

  /** Servers before version 17 remember for a session that its role was a superuser. */
  @Test
  void roleThatIsNoSuperuserAnyMoreDoesNotGetConnectionsOfWhenItWas() throws Exception {
    server().execute("ALTER ROLE tenant SUPERUSER");
    String pid;
    try (Connection before = login("at-once")) {
      pid = value(before, "SELECT pg_backend_pid()");
      assertThat(value(before, "SHOW is_superuser")).isEqualTo("on");
    }
    server().execute("ALTER ROLE tenant NOSUPERUSER");

    try (Connection after = login("at-once")) {
      assertThat(value(after, "SHOW is_superuser")).isEqualTo("off");
      assertThat(value(after, "SELECT pg_backend_pid()")).isNotEqualTo(pid);
    }
  }

  @Test
  void roleOfTheUsersDocumentIsCheckedToo() throws Exception {
    node.change(
        c ->
            c.without("users/tenant.json", "verifier").user("tenant", "password", "tenant-secret"));
    login("by-user").close();
    server().execute("ALTER ROLE tenant NOLOGIN");

    assertThat(Refusal.of(node.node().port("by-user"), DATABASE, "tenant", "tenant-secret"))
        .isEqualTo(direct());
  }

  @Test
  void newDefaultsOfTheRoleAreThoseOfTheNextLogIn() throws Exception {
    try (Connection before = login("at-once")) {
      value(before, "SELECT 1");
    }
    server()
        .execute(
            "ALTER ROLE tenant SET work_mem = '3MB'",
            "ALTER ROLE tenant IN DATABASE rechecked SET default_transaction_read_only = on");

    try (Connection after = login("at-once")) {
      assertThat(value(after, "SHOW work_mem")).isEqualTo("3MB");
      assertThat(value(after, "SHOW default_transaction_read_only")).isEqualTo("on");
    }
  }

  @Test
  void roleThatWasCreatedAnewDoesNotGetConnectionsOfTheOneBefore() throws Exception {
    try (Connection before = login("at-once")) {
      value(before, "SELECT 1");
    }
    String verifier = SecureServer.stored("tenant");
    server().execute("DROP ROLE tenant", "CREATE ROLE tenant LOGIN PASSWORD '" + verifier + "'");

    try (Connection after = login("at-once")) {
      assertThat(value(after, "SELECT rolname FROM pg_roles WHERE oid = current_user::regrole"))
          .isEqualTo("tenant");
    }
  }

  @Test
  void limitThatThePoolItselfHasReachedKeepsNoClientOut() throws Exception {
    node.admin("RECONNECT");
    Await.until(
        "the role has no connection",
        () ->
            server()
                .queryValue(
                    "postgres", "SELECT count(*) FROM pg_stat_activity WHERE usename = 'tenant'")
                .equals("0"));
    server().execute("ALTER ROLE tenant CONNECTION LIMIT 1");
    try (Connection holds = login("at-once")) {
      holds.setAutoCommit(false);
      value(holds, "SELECT 1");
      // A driver that sends nothing before its first statement.
      SecureServer.jdbc(
              node.node().port("at-once"),
              DATABASE,
              "tenant",
              "tenant-secret",
              "assumeMinServerVersion",
              "14")
          .close();
      holds.commit();
      try (Connection next = login("at-once")) {
        assertThat(value(next, "SELECT 1")).isEqualTo("1");
      }
    }
  }

  /** Else each statement would fail, RESET ROLE included, and a client's pool would keep it. */
  @Test
  void sessionWhoseRoleWasRevokedEndsWithItsServerConnection() throws Exception {
    server().execute("CREATE ROLE landlord", "GRANT landlord TO tenant");
    try (Connection client = login("at-once")) {
      client.createStatement().execute("SET ROLE landlord");
      server()
          .execute(
              "REVOKE landlord FROM tenant",
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tenant'");

      Await.until("the session ends", () -> ended(client));
    } finally {
      server().execute("DROP ROLE landlord");
    }
  }

  private static boolean ended(Connection client) {
    try {
      assertThat(value(client, "SELECT current_user")).isEqualTo("landlord");
      return false;
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isIn("42501", "08006", "57P01");
      try {
        return client.isClosed();
      } catch (SQLException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }
}
