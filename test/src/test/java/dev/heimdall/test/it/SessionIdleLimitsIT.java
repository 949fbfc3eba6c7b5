package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sessions that limit their own silence: they end as at a server, whether they have a server
 * connection or none, and nobody else ends with them.
 */
@Timeout(120)
class SessionIdleLimitsIT {
  /** Milliseconds; the limits are over by then. */
  private static final int LONG_ENOUGH = 4_000;

  private static final String OUTSIDE = "SET idle_session_timeout = '500ms'";
  private static final String INSIDE = "SET idle_in_transaction_session_timeout = 500";
  private static final String WHOLE = "SET transaction_timeout = '0.5s'";

  private static TestNode node;
  private static TestNode replaying;

  @BeforeAll
  static void start() {
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE, "CREATE TABLE silent (a int)", "GRANT ALL ON silent TO app");
    node = TestNode.start(c -> c.vdb("pool.size", 20));
    replaying = TestNode.start(c -> c.vdb("pool.size", 20).vdb("transactionReplay.enabled", true));
  }

  @AfterAll
  static void stop() {
    node.close();
    replaying.close();
    SharedPostgres.primary().executeIn(SharedPostgres.DATABASE, "DROP TABLE silent");
  }

  private static Map<String, List<String>> ended() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    all.put("outside", List.of(OUTSIDE));
    all.put("by a function", List.of("SELECT set_config('idle_session_timeout', '500', false)"));
    all.put("pinned", List.of(OUTSIDE, "CREATE TEMPORARY TABLE t (a int)"));
    all.put("pinned before", List.of("SELECT pg_advisory_lock_shared(5)", OUTSIDE));
    all.put("behind a transaction", List.of(OUTSIDE, "BEGIN", "SELECT 1", "COMMIT"));
    all.put("set in a transaction", List.of("BEGIN", OUTSIDE, "COMMIT"));
    all.put("a transaction that begins", List.of(INSIDE, "BEGIN"));
    all.put("a transaction that reads", List.of(INSIDE, "BEGIN", "SELECT 1"));
    all.put("a transaction that writes", List.of(INSIDE, "BEGIN", "INSERT INTO silent VALUES (1)"));
    all.put("local", List.of("BEGIN", INSIDE.replace("SET", "SET LOCAL"), "SELECT 1"));
    all.put("whole, begins", List.of(WHOLE, "BEGIN"));
    all.put("whole", List.of(WHOLE, "BEGIN", "INSERT INTO silent VALUES (1)"));
    return all;
  }

  private static Map<String, List<String>> unlimited() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    all.put("none", List.of(OUTSIDE, "SET idle_session_timeout = 0"));
    all.put("reset", List.of(OUTSIDE, "RESET ALL"));
    all.put("rolled back", List.of("BEGIN", OUTSIDE, "ROLLBACK"));
    all.put("in a transaction", List.of(OUTSIDE, "BEGIN", "SELECT 1"));
    all.put("in one that begins", List.of(OUTSIDE, "BEGIN"));
    all.put("not in one", List.of(INSIDE, "SELECT 1"));
    all.put("whole, outside", List.of(WHOLE, "BEGIN", "SELECT 1", "COMMIT"));
    all.put(
        "local none",
        List.of(INSIDE, "BEGIN", "SET LOCAL idle_in_transaction_session_timeout = 0", "SELECT 1"));
    return all;
  }

  private static RawClient after(Target target, List<String> texts) throws IOException {
    Socket socket = new Socket(target.host(), target.port());
    socket.setSoTimeout(LONG_ENOUGH);
    RawClient client = RawClient.over(target, socket).logIn(0);
    for (String sql : texts) {
      assertThat(client.query(sql)).as(sql).noneMatch(message -> message.type() == 'E');
    }
    return client;
  }

  private static String end(RawClient client) throws IOException {
    try (client) {
      List<Message> told = client.untilClosed();
      return told.stream()
          .map(m -> m.fields().get('S') + " " + m.sqlState() + " " + m.fields().get('M'))
          .toList()
          .toString();
    } catch (SocketTimeoutException e) {
      return "still there";
    }
  }

  private static Map<String, RawClient> all(Target target, Map<String, List<String>> scripts)
      throws IOException {
    Map<String, RawClient> clients = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> script : scripts.entrySet()) {
      clients.put(script.getKey(), after(target, script.getValue()));
    }
    return clients;
  }

  private static Map<String, String> ends(Target target) throws IOException {
    Map<String, String> ends = new LinkedHashMap<>();
    for (Map.Entry<String, RawClient> client : all(target, ended()).entrySet()) {
      ends.put(client.getKey(), end(client.getValue()));
    }
    return ends;
  }

  @Test
  void aSilentSessionEndsAsAtTheServer() throws Exception {
    Map<String, String> direct = ends(SharedPostgres.target());
    assertThat(direct).doesNotContainValue("still there");
    assertThat(ends(node.target())).isEqualTo(direct);
    assertThat(ends(replaying.target())).as("with replay").isEqualTo(direct);
  }

  @Test
  void aLimitGivenAtTheStartHolds() throws Exception {
    for (Target target : List.of(SharedPostgres.target(), node.target())) {
      try (RawClient silent = RawClient.logIn(target, "options", "-c idle_session_timeout=500ms")) {
        assertThat(silent.value("SELECT 1")).isEqualTo("1");
        assertThat(silent.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P05");
      }
    }
  }

  /** They are asked again when another session, limited behind them, has ended. */
  @Test
  void othersGoOn() throws Exception {
    for (Target target : List.of(SharedPostgres.target(), node.target())) {
      Map<String, RawClient> clients = all(target, unlimited());
      after(target, List.of("SET idle_session_timeout = '1200ms'")).untilClosed();
      for (Map.Entry<String, RawClient> client : clients.entrySet()) {
        try (RawClient there = client.getValue()) {
          assertThat(there.value("SELECT 1")).as(client.getKey()).isEqualTo("1");
        }
      }
    }
  }

  /** A server connection that had the limit is another session's then, and stays. */
  @Test
  void nobodyElseEndsWithIt() throws Exception {
    try (TestNode narrow = TestNode.start(c -> c.vdb("pool.size", 1));
        RawClient other = RawClient.logIn(narrow.target())) {
      String pid = other.value("SELECT pg_backend_pid()");
      RawClient limited = after(narrow.target(), List.of(OUTSIDE));
      assertThat(limited.value("SELECT pg_backend_pid()")).as("they share it").isEqualTo(pid);
      limited.untilClosed();
      assertThat(other.value("SHOW idle_session_timeout")).isEqualTo("0");
      assertThat(other.value("SELECT pg_backend_pid()")).isEqualTo(pid);
    }
  }
}
