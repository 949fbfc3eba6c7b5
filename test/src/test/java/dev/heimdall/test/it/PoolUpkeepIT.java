package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long server connections live, and what operators do to them and to clients. */
class PoolUpkeepIT extends OwnNodeOfEachKind {
  @Test
  void idleServerConnectionsAreClosedDownToTheMinimum() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.idleTimeout", "200ms").vdb("pool.minIdle", 1))) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        clients.add(RawClient.logIn(node.target()));
        clients.get(i).query("BEGIN");
      }
      assertThat(node.servers()).hasSize(3);
      for (RawClient client : clients) {
        letGo(client);
      }
      Await.until("one is left", () -> node.servers().size() == 1);
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void aPoolThatNobodyUsesIsForgotten() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.idleTimeout", "200ms"))) {
      try (RawClient client = RawClient.logIn(node.target())) {
        client.value("SELECT 1");
        client.query("LISTEN forgotten");
        assertThat(node.admin("SHOW POOLS")).hasSize(1);
        Await.until(
            "its idle server connections are closed, but for its own and the listening one",
            () -> node.servers().size() == 1);
        assertThat(node.admin("SHOW POOLS")).hasSize(1);
      }
      Await.until("the pool is gone", () -> node.admin("SHOW POOLS").isEmpty());
      Await.until("the listener is gone", () -> node.servers().isEmpty());
      try (RawClient next = RawClient.logIn(node.target())) {
        assertThat(next.value("SELECT 1")).isEqualTo("1");
      }
    }
  }

  @Test
  void theMinimumIsOpenedBeforeItIsNeeded() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.minIdle", 3));
        RawClient client = RawClient.logIn(node.target())) {
      client.value("SELECT 1");
      Await.until("three are open", () -> node.servers().size() == 3);
    }
  }

  @Test
  void anOldServerConnectionIsReplacedBetweenTransactionsOnly() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.maxLifetime", "300ms"));
        RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      String pid = client.value("SELECT pg_backend_pid()");
      client.value("SELECT pg_sleep(0.6)");
      assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);
      client.query("COMMIT");
      if (kind.multiplexes()) {
        Await.until(
            "another one serves", () -> !pid.equals(client.value("SELECT pg_backend_pid()")));
      } else {
        assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);
      }
    }
  }

  @Test
  void aReconnectReplacesServerConnections() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target())) {
      String pid = client.value("SELECT pg_backend_pid()");
      node.admin("RECONNECT");
      if (kind.multiplexes()) {
        assertThat(client.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
      } else {
        assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);
        client.close();
        try (RawClient next = RawClient.logIn(node.target())) {
          assertThat(next.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
        }
      }
    }
  }

  @Test
  void whatASessionLeftBehindIsRemovedBeforeTheNextOne() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 1))) {
      try (RawClient client = RawClient.logIn(node.target())) {
        client.query("CREATE TEMP TABLE left_behind (a int)");
        client.query("SELECT pg_advisory_lock(4711)");
        client.query("SET work_mem = '7MB'");
        client.send(Frontend.terminate());
        client.untilClosed();
      }
      try (RawClient next = RawClient.logIn(node.target())) {
        assertThat(next.value("SELECT to_regclass('pg_temp.left_behind')")).isNull();
        assertThat(next.value("SHOW work_mem")).isEqualTo("4MB");
        assertThat(next.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
            .isEqualTo("0");
      }
    }
  }

  // ---- the operator

  @Test
  void aPauseHoldsStatementsBackUntilTheResume() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 2));
        RawClient inTransaction = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      inTransaction.query("BEGIN");
      Thread pause = new Thread(() -> node.admin("PAUSE"), "pause");
      pause.start();
      Await.until("the pool is paused", () -> paused(node));
      assertThat(inTransaction.value("SELECT 'may end its transaction'")).isNotNull();
      client.send(query("SELECT 'held back'"));
      awaitWaiting(node, 1);
      letGo(inTransaction);
      pause.join();
      assertThat(client.hasInput()).isFalse();
      node.admin("RESUME");
      assertThat(client.untilReady().get(1).columns()).containsExactly("held back");
    }
  }

  private static boolean paused(TestNode node) {
    List<Map<String, String>> pools = node.admin("SHOW POOLS");
    return !pools.isEmpty()
        && pools.stream().allMatch(row -> row.get("paused").matches("t|true|yes"));
  }

  @Test
  void aKilledClientIsToldAndItsTransactionEnds() throws Exception {
    try (TestNode node = start(c -> {});
        RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      String pid = client.value("SELECT pg_backend_pid()");
      String id = node.clients().get(0).get("id");
      node.admin("KILL " + id);
      List<Message> last = client.untilClosed();
      assertThat(last).hasSize(1);
      assertThat(last.get(0).sqlState()).isEqualTo("57P01");
      awaitClean(pid);
    }
  }

  @Test
  void aDrainLetsTransactionsEndAndClosesIdleClients() throws Exception {
    try (TestNode node = start(c -> c.node("drainTimeout", "10s"));
        RawClient idle = RawClient.logIn(node.target());
        RawClient busy = RawClient.logIn(node.target())) {
      busy.query("BEGIN");
      Thread drain = new Thread(() -> node.node().drain(), "drain");
      drain.start();
      List<Message> told = idle.untilClosed();
      assertThat(told).hasSize(1);
      assertThat(told.get(0).sqlState()).isEqualTo("57P01");
      assertThat(busy.value("SELECT 'still served'")).isEqualTo("still served");
      List<Message> end = busy.query("COMMIT");
      assertThat(end.get(0).text()).isEqualTo("COMMIT");
      busy.untilClosed();
      drain.join();
    }
  }
}
