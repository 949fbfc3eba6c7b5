package dev.heimdall.test.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.operate.Door;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Settings that the server lets a session change and then neither put back, nor read, nor set
 * again: the server connection is closed and counted, and no other client meets it. The pool has
 * one connection.
 */
class FailingSettingsIT {
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @BeforeEach
  void grant() {
    SharedPostgres.primary()
        .execute("GRANT SET ON PARAMETER log_statement, dynamic_library_path TO app");
  }

  @AfterEach
  void revoke() {
    SharedPostgres.primary()
        .execute("REVOKE SET ON PARAMETER log_statement, dynamic_library_path FROM app");
  }

  private static long failures() {
    return (long) new Door(node.httpPort()).metric("heimdall_server_state_failures_total");
  }

  @Test
  void aSettingThatCannotBePutBackCostsTheConnectionAndNoOtherClient() throws IOException {
    long before = failures();
    try (LoggedLines log = LoggedLines.of("heimdall.server");
        RawClient setting = RawClient.logIn(node.target());
        RawClient next = RawClient.logIn(node.target())) {
      setting.value("SET log_statement = 'ddl'");
      String pid = setting.value("SELECT pg_backend_pid()");
      revoke();

      assertThat(next.value("SELECT current_setting('log_statement')")).isEqualTo("none");
      assertThat(next.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
      assertThat(failures()).isEqualTo(before + 1);
      assertThat(log.beginningWith("WARN server state failure"))
          .singleElement()
          .asString()
          .contains("vdb=app", "RESET failed with 42501");
    }
  }

  @Test
  void aSettingThatCannotBeSetAgainEndsItsOwnClientOnly() throws IOException {
    long before = failures();
    try (RawClient setting = RawClient.logIn(node.target());
        RawClient next = RawClient.logIn(node.target())) {
      setting.value("SET log_statement = 'ddl'");
      assertThat(next.value("SELECT current_setting('log_statement')")).isEqualTo("none");
      revoke();

      // Each further statement would fail as well, a RESET included: the session is over.
      setting.send(Frontend.query("SELECT 1"));
      assertThat(Message.errorIn(setting.untilClosed())).isEqualTo("42501");
      assertThat(failures()).isEqualTo(before + 1);
      assertThat(next.value("SELECT current_setting('log_statement')")).isEqualTo("none");
    }
  }

  @Test
  void aSettingThatCannotBeReadKeepsItsConnectionWhichNobodyGetsAfterwards() throws IOException {
    long before = failures();
    String pid;
    try (RawClient setting = RawClient.logIn(node.target())) {
      setting.value("SET dynamic_library_path = '/nowhere'");
      pid = setting.value("SELECT pg_backend_pid()");
      assertThat(setting.value("SELECT pg_backend_pid()")).isEqualTo(pid);
    }
    Await.until("the connection is closed", () -> failures() == before + 1);
    try (RawClient next = RawClient.logIn(node.target())) {
      assertThat(next.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
    }
  }

  @Test
  void whatAStartUpPacketMayNotSetCostsNobodyAnything() throws IOException {
    long before = failures();
    try (RawClient next = RawClient.logIn(node.target())) {
      String pid = next.value("SELECT pg_backend_pid()");
      assertThatThrownBy(() -> RawClient.logIn(node.target(), "options", "-c work_mem=nonsense"))
          .isInstanceOfSatisfying(
              RawClient.ErrorReceived.class,
              refused -> assertThat(refused.error().sqlState()).isEqualTo("22023"));
      assertThat(next.value("SELECT pg_backend_pid()")).isEqualTo(pid);
      assertThat(failures()).isEqualTo(before);
    }
  }

  @Test
  void anIdleTimeoutOfOneClientEndsNoConnectionOfThePool() throws IOException {
    try (RawClient setting = RawClient.logIn(node.target());
        RawClient next = RawClient.logIn(node.target())) {
      setting.value("SET idle_session_timeout = '1min'");
      assertThat(setting.value("SHOW idle_session_timeout")).isEqualTo("1min");
      String pid = next.value("SELECT pg_backend_pid()");
      assertThat(setting.value("SELECT current_setting('idle_session_timeout')")).isEqualTo("1min");
      Await.until(
          "nothing is set on the idle connection",
          () -> node.servers().stream().anyMatch(row -> "idle".equals(row.get("state"))));
      assertThat(next.value("SELECT pg_backend_pid()")).isEqualTo(pid);
    }
  }
}
