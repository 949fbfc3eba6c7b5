package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users whom the database alone knows. */
class AuthQueryIT {
  private static final String FAILED = "password authentication failed for user";
  private static final List<String> ROLES =
      List.of("aq_scram", "aq_md5", "aq_expired", "aq_nologin", "aq_without", "aq_changing");

  private static TestNode node;

  @BeforeAll
  static void start() {
    for (String sql :
        List.of(
            "CREATE ROLE aq_scram LOGIN PASSWORD 'secret'",
            "SET password_encryption = 'md5'; CREATE ROLE aq_md5 LOGIN PASSWORD 'secret'",
            "CREATE ROLE aq_expired LOGIN PASSWORD 'secret' VALID UNTIL '2020-01-01'",
            "CREATE ROLE aq_nologin NOLOGIN PASSWORD 'secret'",
            "CREATE ROLE aq_without LOGIN",
            "CREATE ROLE aq_changing LOGIN PASSWORD 'old'")) {
      SharedPostgres.primary().execute(sql);
    }
    node = TestNode.start(AuthQueryIT::configure);
  }

  @AfterAll
  static void stop() {
    node.close();
    ROLES.forEach(role -> SharedPostgres.primary().execute("DROP ROLE " + role));
  }

  private static void configure(TestConfiguration c) {
    c.vdb("authQuery.enabled", true)
        .vdb("authQuery.user", SharedPostgres.cluster().superuser())
        .vdb("authQuery.password", SharedPostgres.cluster().password())
        .vdb("authQuery.keep", "100ms")
        .vdb("auth", List.of(Map.of("method", "md5")))
        .vdb("clients.maxPerUser", 100)
        .node("failedLogIns.maxDelay", "0");
  }

  private static Target as(String user, String password) {
    return node.target().as(user, password);
  }

  private static String whoIsLetIn(Target target) throws IOException {
    try (RawClient client = RawClient.logIn(target)) {
      return client.value("SELECT 'in'");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"aq_scram", "aq_md5"})
  void aRoleWithoutADocumentLogsInWithItsPassword(String role) throws Exception {
    assertThat(whoIsLetIn(as(role, "secret"))).isEqualTo("in");
    assertThatThrownBy(() -> whoIsLetIn(as(role, "wrong"))).hasMessageContaining(FAILED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aq_expired",
        "aq_nologin",
        "aq_without",
        "aq_stranger",
        "AQ_SCRAM",
        "aq_scram' OR 'a'='a",
        "aq_scram'; DROP ROLE aq_scram; --",
        "aq_scram\" --",
        "$1",
        "%"
      })
  void nobodyElseIsLetIn(String name) {
    for (String password : List.of("secret", "x")) {
      assertThatThrownBy(() -> whoIsLetIn(as(name, password))).hasMessageContaining(FAILED);
    }
  }

  @Test
  void aChangedPasswordCountsSoon() throws Exception {
    assertThat(whoIsLetIn(as("aq_changing", "old"))).isEqualTo("in");
    SharedPostgres.primary().execute("ALTER ROLE aq_changing PASSWORD 'new'");

    Await.until("the new password counts", () -> letIn(as("aq_changing", "new")));
    assertThat(letIn(as("aq_changing", "old"))).isFalse();

    SharedPostgres.primary().execute("ALTER ROLE aq_changing NOLOGIN");
    Await.until("nobody is let in", () -> !letIn(as("aq_changing", "new")));
  }

  private static boolean letIn(Target target) {
    try {
      return whoIsLetIn(target).equals("in");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void whoeverIsFoundHasNoRightToTheConsole() {
    assertThatThrownBy(() -> whoIsLetIn(as("aq_scram", "secret").in("heimdall")))
        .hasMessageContaining("permission denied for database");
  }

  @Test
  void usersWithADocumentAreThoseOfTheirDocument() throws Exception {
    assertThat(whoIsLetIn(node.target())).isEqualTo("in");
    assertThatThrownBy(() -> whoIsLetIn(as(node.target().user(), SharedPostgres.PASSWORD + "x")))
        .hasMessageContaining(FAILED);
  }

  @Test
  void trustIsForUsersWithADocumentAlone() {
    try (TestNode trusting =
        TestNode.start(
            c -> {
              configure(c);
              c.vdb("auth", List.of(Map.of("method", "trust")));
            })) {
      assertThatThrownBy(() -> whoIsLetIn(trusting.target().as("aq_scram", "")))
          .hasMessageContaining("aq_scram");
    }
  }

  @Test
  void withPassthroughTheServerSeesWhoTheClientIs() throws Exception {
    try (TestNode passing =
            TestNode.start(
                c -> {
                  configure(c);
                  c.vdb("credentials", "passthrough")
                      .vdb("auth", List.of(Map.of("method", "scram-sha-256")));
                });
        RawClient client = RawClient.logIn(passing.target().as("aq_scram", "secret"))) {
      assertThat(client.value("SELECT current_user")).isEqualTo("aq_scram");
    }
  }

  @Test
  void aQueryThatFailsForOneNameLetsOthersIn() throws Exception {
    try (TestNode failing =
        TestNode.start(
            c -> {
              configure(c);
              c.vdb(
                  "authQuery.sql",
                  "SELECT rolname, CASE WHEN rolname = 'aq_md5' THEN (1 / (length(rolname) - 6))::text"
                      + " ELSE rolpassword END FROM pg_authid WHERE rolname = $1");
            })) {
      assertThatThrownBy(() -> whoIsLetIn(failing.target().as("aq_md5", "secret")))
          .hasMessageContaining(FAILED);
      assertThat(whoIsLetIn(failing.target().as("aq_scram", "secret"))).isEqualTo("in");
    }
  }

  @Test
  void aSilentServerEndsTheLogInWithAnErrorThatSaysSo() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TestNode alone =
            TestNode.start(
                c -> {
                  configure(c);
                  c.source("url", "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort())
                      .source("connectTimeout", "1s")
                      .vdb("authQuery.timeout", "1s");
                })) {
      assertThatThrownBy(() -> whoIsLetIn(alone.target().as("aq_scram", "secret")))
          .hasMessageContaining("users cannot be looked up in the database at present");
      assertThatThrownBy(() -> whoIsLetIn(alone.target().as("aq_stranger", "secret")))
          .hasMessageContaining("users cannot be looked up in the database at present");
    }
  }
}
