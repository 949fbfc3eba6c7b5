package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** As whom the node logs in to the server. Each VDB has a data source of its name. */
class PassthroughIT {
  private static final Authority AUTHORITY = new Authority("passthrough");
  private static TestNode node;

  @BeforeAll
  static void start() {
    SecureServer.server()
        .execute(
            "CREATE ROLE rotating LOGIN PASSWORD 'rotating-secret'",
            "CREATE ROLE bare LOGIN PASSWORD 'bare-secret'",
            "CREATE ROLE walkin LOGIN PASSWORD 'walkin-secret'");
    node = TestNode.start(PassthroughIT::configure);
    // The same password, another salt.
    SecureServer.server().execute("ALTER ROLE rotating PASSWORD 'rotating-secret'");
  }

  @AfterAll
  static void stop() {
    node.close();
    SecureServer.server().execute("DROP ROLE rotating", "DROP ROLE bare", "DROP ROLE walkin");
  }

  private static void configure(TestConfiguration c) {
    SecureServer.behind(c);
    c.clientTls("allow", AUTHORITY.issue("node", "localhost").files());
    vdb(c, "pass-plain", "passthrough", "disable");
    vdb(c, "pass-tls", "passthrough", "require");
    vdb(c, "by-user", "user", "require");
    vdb(c, "unknown", "passthrough", "require")
        .vdb("unknown", "auth", List.of(Map.of("type", "hostssl", "method", "password")));
    c.user("bare", "vdbs", List.of("unknown"));
    vdb(c, "wrong", "source", "disable")
        .source("wrong", "user", "scram")
        .source("wrong", "password", "wrong");
    vdb(c, "crowded", "source", "disable")
        .source("crowded", "user", "full")
        .source("crowded", "password", "full-secret")
        .source("crowded", "connectTimeout", "2s");
    vdb(c, "gone", "source", "disable")
        .source("gone", "user", "nobody")
        .source("gone", "password", "nobody-secret");
    for (String role : List.of("scram", "md5er", "clear", "open", "rotating", "tlsonly")) {
      c.user(role, "verifier", SecureServer.stored(role));
    }
    c.user("alias", "password", "alias-secret");
    c.user("alias", "serverUser", "scram");
    c.user("alias", "serverPassword", "scram-secret");
  }

  private static TestConfiguration vdb(
      TestConfiguration c, String name, String credentials, String tls) {
    SecureServer.vdb(c, name)
        .vdb(name, "source", name)
        .vdb(name, "credentials", credentials)
        .vdb(name, "tls.certificateFile", "client-side.pem")
        .vdb(name, "tls.keyFile", "client-side.key")
        .vdb(
            name,
            "auth",
            List.of(
                Map.of("users", List.of("md5er"), "method", "md5"),
                Map.of("type", "hostssl", "users", List.of("clear"), "method", "password"),
                Map.of("method", "scram-sha-256")));
    return c.source(name, "url", SecureServer.server().jdbcUrl("app"))
        .source(name, "tls.mode", tls);
  }

  private static String sessionUser(String vdb, String user, String password, String... properties)
      throws SQLException {
    try (Connection connection =
            SecureServer.jdbc(node.node().port(vdb), "app", user, password, properties);
        ResultSet rows = connection.createStatement().executeQuery("SELECT session_user")) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static Refusal refusal(String vdb, String user, String password, String... properties) {
    return Refusal.of(node.node().port(vdb), "app", user, password, properties);
  }

  @Test
  void scramKeysThatTheClientProvedAreEnoughForTheSameVerifier() throws Exception {
    assertThat(sessionUser("pass-plain", "scram", "scram-secret")).isEqualTo("scram");
    assertThat(sessionUser("pass-tls", "scram", "scram-secret", "sslmode", "require"))
        .isEqualTo("scram");
    assertThat(sessionUser("pass-tls", "tlsonly", "tlsonly-secret")).isEqualTo("tlsonly");
  }

  @Test
  void plainPasswordOfTheUsersDocumentIsPassedOnToo() throws Exception {
    assertThat(sessionUser("pass-plain", "app", "app")).isEqualTo("app");
  }

  @Test
  void verifierThatWasRotatedAtTheServerIsToldAndWorksOnceTheDocumentFollows() throws Exception {
    assertThat(refusal("pass-plain", "rotating", "rotating-secret"))
        .isEqualTo(Refusal.of(SecureServer.port(), "app", "rotating", "another password"));

    node.change(c -> c.user("rotating", "verifier", SecureServer.stored("rotating")));

    assertThat(sessionUser("pass-plain", "rotating", "rotating-secret")).isEqualTo("rotating");
  }

  @Test
  void clearTextIsPassedOnInsideTlsOnly() throws Exception {
    assertThat(sessionUser("pass-tls", "clear", "clear-secret", "sslmode", "require"))
        .isEqualTo("clear");
    Refusal refusal = refusal("pass-plain", "clear", "clear-secret", "sslmode", "require");
    assertThat(refusal.sqlState()).isEqualTo("28000");
    assertThat(refusal.message())
        .isEqualTo(
            "the server asks for the password of user \"clear\" in clear text over a connection"
                + " without TLS");
  }

  @Test
  void whoProvedOnlyScramKeysCannotAnswerAServerThatWantsClearText() {
    // Without TLS the rule for clear text does not fit, so the client logs in by SCRAM.
    Refusal refusal = refusal("pass-tls", "clear", "clear-secret");
    assertThat(refusal.sqlState()).isEqualTo("28000");
    assertThat(refusal.message())
        .isEqualTo(
            "cannot log in to the server as user \"clear\": it asks for the password in clear text,"
                + " the proxy has only the client's SCRAM keys");
  }

  @Test
  void serverChecksTheClearTextPasswordOfWhomTheNodeKnowsNothing() throws Exception {
    assertThat(sessionUser("unknown", "walkin", "walkin-secret", "sslmode", "require"))
        .isEqualTo("walkin");
    assertThat(sessionUser("unknown", "bare", "bare-secret", "sslmode", "require"))
        .isEqualTo("bare");
    for (String user : List.of("walkin", "bare", "nobody")) {
      assertThat(refusal("unknown", user, "wrong", "sslmode", "require"))
          .isEqualTo(Refusal.of(SecureServer.port(), "app", user, "wrong"));
    }
    assertThat(
            Refusal.of(
                node.node().port("unknown"),
                "nope",
                "walkin",
                "walkin-secret",
                "sslmode",
                "require"))
        .isEqualTo(
            Refusal.of(
                SecureServer.port(), "nope", "walkin", "walkin-secret", "sslmode", "require"));
  }

  @Test
  void passwordThatTheServerNoLongerTakesIsNotTakenFromMemory() throws Exception {
    assertThat(sessionUser("unknown", "bare", "bare-secret", "sslmode", "require"))
        .isEqualTo("bare");
    SecureServer.server().execute("ALTER ROLE bare PASSWORD 'bare-changed'");
    try {
      assertThat(refusal("unknown", "bare", "bare-secret", "sslmode", "require"))
          .isEqualTo(Refusal.of(SecureServer.port(), "app", "bare", "bare-secret"));
      assertThat(sessionUser("unknown", "bare", "bare-changed", "sslmode", "require"))
          .isEqualTo("bare");
    } finally {
      SecureServer.server().execute("ALTER ROLE bare PASSWORD 'bare-secret'");
    }
  }

  @Test
  void guessesLeaveNoPoolBehind() throws Exception {
    sessionUser("unknown", "bare", "bare-secret", "sslmode", "require");
    assertThat(node.admin("SHOW POOLS"))
        .anyMatch(row -> row.containsValue("unknown") && row.containsValue("bare"));
    for (int i = 0; i < 5; i++) {
      refusal("unknown", "guessed", "guess " + i, "sslmode", "require");
    }
    assertThat(node.admin("SHOW POOLS"))
        .noneMatch(row -> row.containsValue("unknown") && row.containsValue("guessed"));
  }

  @Test
  void md5HashIsEnoughForAnMd5Server() throws Exception {
    assertThat(sessionUser("pass-plain", "md5er", "md5er-secret")).isEqualTo("md5er");
  }

  @Test
  void trustingServerNeedsNoSecret() throws Exception {
    assertThat(sessionUser("pass-plain", "open", "open-secret")).isEqualTo("open");
  }

  @Test
  void usersDocumentNamesAnotherRoleAtTheServer() throws Exception {
    assertThat(sessionUser("by-user", "alias", "alias-secret")).isEqualTo("scram");
    assertThat(sessionUser("by-user", "app", "app")).isEqualTo("app");
  }

  @Test
  void dataSourcesRoleIsForEverybody() throws Exception {
    assertThat(sessionUser("app", "alias", "alias-secret")).isEqualTo("app");
  }

  @Test
  void whatTheServerSaysWhenItRefusesTheNodeReachesTheClient() {
    assertThat(refusal("wrong", "app", "app"))
        .isEqualTo(Refusal.of(SecureServer.port(), "app", "scram", "wrong"));
    assertThat(refusal("gone", "app", "app"))
        .isEqualTo(Refusal.of(SecureServer.port(), "app", "nobody", "nobody-secret"));
    assertThat(refusal("crowded", "app", "app"))
        .isEqualTo(Refusal.of(SecureServer.port(), "app", "full", "full-secret"));
  }

  @Test
  void sessionsOfDifferentUsersNeverShareAServerConnection() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(sessionUser("pass-plain", "scram", "scram-secret")).isEqualTo("scram");
      assertThat(sessionUser("pass-plain", "open", "open-secret")).isEqualTo("open");
      assertThat(sessionUser("pass-plain", "app", "app")).isEqualTo("app");
    }
  }
}
