package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.DirectoryServer;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients of PostgreSQL whose passwords a directory checks. */
class DirectoryLogInIT {
  private static final Authority AUTHORITY = new Authority("directory log-in");
  private static final Refusal WRONG =
      Refusal.fatal("28P01", "password authentication failed for user \"alice\"");

  private DirectoryServer directory;
  private TestNode node;

  @BeforeEach
  void start() {
    directory =
        new DirectoryServer().user("alice", "readers", "dba").user("bob", "readers").user("müller");
    node = TestNode.start(this::configure);
  }

  @AfterEach
  void stop() {
    node.close();
    directory.close();
  }

  private void configure(TestConfiguration c) {
    SecureServer.behind(c);
    c.clientTls("allow", AUTHORITY.issue("node", "localhost").files());
    c.node("ldap", directory.settings(c));
    c.node("failedLogIns.maxDelay", "0");
    c.vdb(
        "auth",
        List.of(
            Map.of("users", List.of("app", "admin"), "method", "scram-sha-256"),
            Map.of("databases", List.of("postgres"), "method", "ldap", "groups", List.of("dba")),
            Map.of("method", "ldap")));
  }

  private int port() {
    return node.node().port("app");
  }

  private Refusal refusal(String database, String user, String password) {
    return Refusal.of(port(), database, user, password, "sslmode", "require");
  }

  private Connection connect(String user, String password) throws SQLException {
    return SecureServer.jdbc(port(), "app", user, password, "sslmode", "require");
  }

  private String value(String user, String password) throws SQLException {
    try (Connection connection = connect(user, password);
        ResultSet rows = connection.createStatement().executeQuery("SELECT session_user")) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void usersOfTheDirectoryGetInWithoutADocumentHere() throws Exception {
    assertThat(value("alice", "alice-secret")).isEqualTo("app");
    assertThat(value("müller", "müller-secret")).isEqualTo("app");
    assertThat(refusal("app", "alice", "bob-secret")).isEqualTo(WRONG);
    assertThat(refusal("app", "nobody", "x"))
        .isEqualTo(Refusal.fatal("28P01", "password authentication failed for user \"nobody\""));
    assertThat(refusal("app", "*", "alice-secret").sqlState()).isEqualTo("28P01");

    node.change(c -> c.node("ldap", directory.tlsSettings(c)));
    assertThat(value("bob", "bob-secret")).isEqualTo("app");
  }

  @Test
  void passwordsAreTakenInTlsOnlyUnlessThatIsAllowed() throws Exception {
    assertThat(Refusal.of(port(), "app", "alice", "alice-secret"))
        .isEqualTo(Refusal.fatal("28000", "LDAP authentication requires SSL encryption"));
    node.change(c -> c.node("ldap.clearText", true));
    SecureServer.jdbc(port(), "app", "alice", "alice-secret").close();
  }

  @Test
  void anEmptyPasswordIsNoBindAsNobody() throws Exception {
    try (Line line = Line.to(port())) {
      line.startTls(Tls.trusting(AUTHORITY)).send(Line.startup("alice", "app"));
      assertThat(line.receive().toString()).isEqualTo("Authentication 3");
      line.send(Line.password(""));
      Message refused = line.refusal();
      assertThat(refused.sqlState()).isEqualTo("28P01");
      assertThat(refused.fields().get('M')).isEqualTo("empty password returned by client");
    }
  }

  @Test
  void groupsDecideWhoMayEnterAndWhatRulesDo() throws Exception {
    assertThat(refusal("postgres", "bob", "bob-secret"))
        .isEqualTo(
            Refusal.fatal(
                "28000",
                "user \"bob\" is in none of the groups that the auth table of VDB \"app\""
                    + " admits"));
    assertThat(refusal("postgres", "bob", "wrong").sqlState()).isEqualTo("28P01");
    SecureServer.jdbc(port(), "postgres", "alice", "alice-secret", "sslmode", "require").close();

    node.change(
        c ->
            c.vdb("rules", List.of("groups"))
                .rules("groups", "{\"match\": \"ldapgroups:db.\", \"action\": \"drop\"}"));
    assertThat(value("bob", "bob-secret")).isEqualTo("app");
    assertThatThrownBy(() -> value("alice", "alice-secret")).isInstanceOf(SQLException.class);
    assertThat(value("müller", "müller-secret")).isEqualTo("app");
  }

  @Test
  void whileTheDirectoryIsAwayOnlyThoseGetInWhomItHasAcceptedOfLate() throws Exception {
    node.change(c -> c.node("ldap.keepAccepted", "1h").node("ldap.timeout", "2s"));
    assertThat(value("alice", "alice-secret")).isEqualTo("app");
    directory.away();
    try (LoggedLines log = LoggedLines.of("heimdall.node")) {
      assertThat(value("alice", "alice-secret")).isEqualTo("app");
      assertThat(refusal("app", "bob", "bob-secret"))
          .isEqualTo(
              Refusal.fatal(
                  "28000",
                  "LDAP authentication failed for user \"bob\": the directory is unavailable"));
      assertThat(log.beginningWith("WARN directory server unavailable"))
          .hasSize(1)
          .noneMatch(line -> line.contains("-secret"));
      directory.back();
      Await.until("the directory decides again", () -> getsIn("bob"));
    }
    assertThat(refusal("app", "alice", "wrong")).isEqualTo(WRONG);
  }

  private boolean getsIn(String user) {
    try {
      connect(user, user + "-secret").close();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  @Test
  @Needs("psql")
  void psqlGetsIn() throws Exception {
    assertThat(psql("alice", "alice-secret")).isEqualTo("in");
    assertThat(psql("alice", "wrong"))
        .contains("FATAL:  password authentication failed for user \"alice\"");
  }

  private String psql(String user, String password) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                "psql",
                "-XAtc",
                "SELECT 'in'",
                "host=127.0.0.1 port=%d dbname=app user=%s sslmode=require".formatted(port(), user))
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("PGPASSWORD", password);
    Process process = builder.start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
