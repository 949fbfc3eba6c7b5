package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.copyData;
import static dev.heimdall.test.fixture.Frontend.copyDone;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolingIT {

  private static TestNode start(Consumer<TestConfiguration> wishes) {
    return TestNode.start(wishes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void twentyClientsShareTwoServerConnections(int loops) throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 2).node("loops", loops))) {
      List<RawClient> clients = new ArrayList<>();
      Set<String> servers = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        clients.add(RawClient.logIn(node.target()));
      }
      for (int round = 0; round < 20; round++) {
        for (int i = 0; i < clients.size(); i++) {
          clients
              .get(i)
              .send(query("BEGIN"), query("SELECT pg_backend_pid(), " + i), query("COMMIT"));
        }
        for (int i = 0; i < clients.size(); i++) {
          clients.get(i).untilReady();
          List<String> row = clients.get(i).untilReady().get(1).columns();
          assertThat(row.get(1)).isEqualTo(Integer.toString(i));
          servers.add(row.get(0));
          clients.get(i).untilReady();
        }
      }
      assertThat(servers).hasSizeBetween(1, 2);
      assertThat(node.servers()).hasSizeLessThanOrEqualTo(2);
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void inSessionModeEachClientKeepsItsServerConnection() throws Exception {
    try (TestNode node = start(c -> c.vdb("multiplex", false));
        RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target())) {
      String pidOfOne = one.value("SELECT pg_backend_pid()");
      String pidOfTwo = two.value("SELECT pg_backend_pid()");
      assertThat(pidOfOne).isNotEqualTo(pidOfTwo);
      for (int i = 0; i < 5; i++) {
        assertThat(one.value("SELECT pg_backend_pid()")).isEqualTo(pidOfOne);
        assertThat(two.value("SELECT pg_backend_pid()")).isEqualTo(pidOfTwo);
      }
    }
  }

  @Test
  void whoCameFirstIsServedFirst() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 1).node("loops", 1));
        RawClient holder = RawClient.logIn(node.target())) {
      holder.query("BEGIN");
      List<RawClient> waiting = new ArrayList<>();
      SharedPostgres.primary()
          .executeIn(
              "app",
              "DROP SEQUENCE IF EXISTS turns",
              "CREATE SEQUENCE turns",
              "GRANT ALL ON SEQUENCE turns TO app");
      for (int i = 0; i < 8; i++) {
        RawClient client = RawClient.logIn(node.target());
        waiting.add(client);
        client.send(query("SELECT nextval('turns')"));
        awaitWaiting(node, i + 1);
      }
      holder.query("COMMIT");
      for (int i = 0; i < 8; i++) {
        assertThat(waiting.get(i).untilReady().get(1).columns())
            .containsExactly(Integer.toString(i + 1));
        waiting.get(i).close();
      }
    }
  }

  private static void awaitWaiting(TestNode node, int count) {
    Await.until(
        count + " clients wait",
        () ->
            node.clients().stream().filter(row -> "waiting".equals(row.get("state"))).count()
                == count);
  }

  @Test
  void whoWaitsTooLongGetsAnErrorAndStaysConnected() throws Exception {
    try (TestNode node =
            start(
                c ->
                    c.vdb("pool.size", 1)
                        .vdb("pool.queueTimeout", "600ms")
                        .vdb("pool.queueNotice", "100ms"));
        RawClient holder = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      holder.query("BEGIN");
      List<Message> answer = client.query("SELECT 1");
      assertThat(answer).extracting(Message::type).containsExactly('N', 'E', 'Z');
      assertThat(answer.get(1).sqlState()).isEqualTo("53300");
      client.send(statement("SELECT 2"), sync());
      answer = client.untilReady();
      assertThat(answer).extracting(Message::type).containsExactly('N', 'E', 'Z');
      holder.query("COMMIT");
      assertThat(client.value("SELECT 3")).isEqualTo("3");
    }
  }

  @Test
  void oneMoreThanMayWaitIsRefusedAtOnce() throws Exception {
    try (TestNode node =
            start(c -> c.vdb("pool.size", 1).vdb("pool.maxQueue", 1).node("loops", 1));
        RawClient holder = RawClient.logIn(node.target());
        RawClient waiting = RawClient.logIn(node.target());
        RawClient refused = RawClient.logIn(node.target())) {
      holder.query("BEGIN");
      waiting.send(query("SELECT 'waited'"));
      awaitWaiting(node, 1);
      assertThat(refused.query("SELECT 1").get(0).sqlState()).isEqualTo("53300");
      holder.query("COMMIT");
      assertThat(waiting.untilReady().get(1).columns()).containsExactly("waited");
      assertThat(refused.value("SELECT 2")).isEqualTo("2");
    }
  }

  @Test
  void aClientThatVanishesWhileWaitingLeavesTheQueue() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 1));
        RawClient holder = RawClient.logIn(node.target())) {
      holder.query("BEGIN");
      RawClient waiting = RawClient.logIn(node.target());
      waiting.send(query("SELECT 1"));
      awaitWaiting(node, 1);
      waiting.vanish();
      awaitWaiting(node, 0);
      holder.query("COMMIT");
      try (RawClient next = RawClient.logIn(node.target())) {
        assertThat(next.value("SELECT 2")).isEqualTo("2");
      }
    }
  }

  // ---- limits

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vdb:clients.max",
        "vdb:clients.maxPerUser",
        "vdb:clients.maxPerDatabase",
        "user:maxClients",
        "node:maxClients"
      })
  void oneClientTooManyIsRefusedAsByPostgres(String limit) throws Exception {
    String path = limit.substring(limit.indexOf(':') + 1);
    try (TestNode node =
        start(
            c -> {
              switch (limit.charAt(0)) {
                case 'v' -> c.vdb(path, 2);
                case 'u' -> c.user("app", path, 2);
                default -> c.node(path, 2);
              }
            })) {
      RawClient one = RawClient.logIn(node.target());
      RawClient two = RawClient.logIn(node.target());
      assertThat(refusal(node.target()).sqlState()).isEqualTo("53300");
      one.close();
      Await.until("a place is free", () -> canLogIn(node.target()));
      two.close();
    }
  }

  private static Message refusal(Target target) {
    RawClient.ErrorReceived refused =
        catchThrowableOfType(RawClient.ErrorReceived.class, () -> RawClient.logIn(target).close());
    assertThat(refused).as("a refusal").isNotNull();
    return refused.error();
  }

  private static boolean canLogIn(Target target) {
    try (RawClient client = RawClient.logIn(target)) {
      return client.processId() != 0;
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"pool.size", "pool.maxConnections", "pool.maxPerUser", "pool.maxPerDatabase"})
  void serverConnectionsAreLimited(String limit) throws Exception {
    try (TestNode node =
        start(
            c -> c.vdb(limit, 2).vdb("pool.queueTimeout", "200ms").vdb("pool.queueNotice", "0"))) {
      try (RawClient one = RawClient.logIn(node.target());
          RawClient two = RawClient.logIn(node.target());
          RawClient three = RawClient.logIn(node.target())) {
        one.query("BEGIN");
        two.query("BEGIN");
        assertThat(three.query("SELECT 1").get(0).sqlState()).isEqualTo("53300");
        assertThat(node.servers()).hasSize(2);
        one.query("COMMIT");
        assertThat(three.value("SELECT 2")).isEqualTo("2");
      }
    }
  }

  // ---- upkeep

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
        client.query("COMMIT");
      }
      Await.until("one is left", () -> node.servers().size() == 1);
      for (RawClient client : clients) {
        client.close();
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
      Await.until("another one serves", () -> !pid.equals(client.value("SELECT pg_backend_pid()")));
    }
  }

  @Test
  void aReconnectReplacesServerConnections() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target())) {
      String pid = client.value("SELECT pg_backend_pid()");
      node.admin("RECONNECT");
      assertThat(client.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
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
      inTransaction.query("COMMIT");
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

  // ---- clients that vanish

  private static void awaitClean(String pid) {
    Await.until(
        "the server process " + pid + " is at rest or gone",
        () ->
            "t"
                .equals(
                    SharedPostgres.value(
                        "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s AND state <> 'idle')"
                                .formatted(pid)
                            + " AND NOT EXISTS (SELECT FROM pg_locks WHERE pid = %s)"
                                .formatted(pid))));
  }

  /** How a client comes to its end, with a server connection of this process id. */
  private interface Ending {
    void play(RawClient client) throws IOException;
  }

  private static void vanishes(Ending ending) throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 1))) {
      SharedPostgres.primary()
          .executeIn(
              "app",
              "CREATE TABLE IF NOT EXISTS vanishing (a int, b text)",
              "TRUNCATE vanishing",
              "GRANT ALL ON vanishing TO app");
      RawClient client = RawClient.logIn(node.target());
      client.query("BEGIN");
      String pid = client.value("SELECT pg_backend_pid()");
      client.query("INSERT INTO vanishing VALUES (1, 'lost')");
      ending.play(client);
      client.vanish();
      awaitClean(pid);
      try (RawClient next = RawClient.logIn(node.target())) {
        assertThat(next.value("SELECT count(*) FROM vanishing")).isEqualTo("0");
        next.send(statement("SELECT 'extended'"), sync());
        assertThat(next.untilReady())
            .extracting(Message::type)
            .containsExactly('1', '2', 'T', 'D', 'C', 'Z');
      }
    }
  }

  @Test
  void aClientVanishesBetweenTheStatementsOfATransaction() throws Exception {
    vanishes(client -> {});
  }

  @Test
  void aClientVanishesInAFailedTransaction() throws Exception {
    vanishes(client -> client.query("SELECT 1/0"));
  }

  @Test
  void aClientVanishesWhileItsStatementRuns() throws Exception {
    vanishes(
        client -> {
          client.send(query("SELECT pg_sleep(60)"));
          Await.until(
              "it runs",
              () ->
                  "1"
                      .equals(
                          SharedPostgres.value(
                              "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")));
        });
  }

  @Test
  void aClientVanishesInACopyIn() throws Exception {
    vanishes(
        client -> {
          client.send(query("COPY vanishing FROM STDIN"));
          client.until('G');
          client.send(copyData("2\tlost too\n"));
        });
  }

  @Test
  void aClientVanishesInACopyInOfTheExtendedProtocol() throws Exception {
    vanishes(
        client -> {
          client.send(statement("COPY vanishing FROM STDIN"), sync());
          client.until('G');
          client.send(copyData("2\tlost too\n"));
        });
  }

  @Test
  void aClientVanishesInTheMiddleOfCopyData() throws Exception {
    vanishes(
        client -> {
          client.send(query("COPY vanishing FROM STDIN"));
          client.until('G');
          byte[] data = copyData("x".repeat(100_000));
          client.sendPart(data, 0, 50_000);
        });
  }

  @Test
  void aClientVanishesInACopyOut() throws Exception {
    vanishes(
        client -> {
          client.send(
              query("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 1000000)) TO STDOUT"));
          client.until('H');
          client.receive();
        });
  }

  @Test
  void aClientVanishesInTheMiddleOfALargeResult() throws Exception {
    vanishes(
        client -> {
          client.send(query("SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"));
          client.until('T');
          client.receive();
        });
  }

  @Test
  void aClientVanishesInTheMiddleOfAMessage() throws Exception {
    vanishes(
        client -> {
          byte[] large = query("SELECT '" + "x".repeat(500_000) + "'");
          client.sendPart(large, 0, 250_000);
        });
  }

  @Test
  void aClientVanishesInTheMiddleOfALargeBind() throws Exception {
    vanishes(
        client -> {
          byte[] batch = statement("SELECT $1::text", "x".repeat(500_000));
          client.sendPart(batch, 0, 250_000);
        });
  }

  @Test
  void aClientVanishesInABatchWithoutSync() throws Exception {
    vanishes(
        client -> {
          client.send(statement("INSERT INTO vanishing VALUES (2, 'lost too')"), Frontend.flush());
          client.until('C');
        });
  }

  @Test
  void aClientVanishesWithAPipelineUnderWay() throws Exception {
    vanishes(
        client -> {
          for (int i = 0; i < 50; i++) {
            client.send(
                statement("INSERT INTO vanishing SELECT g, 'x' FROM generate_series(1, 1000) g"),
                sync());
          }
        });
  }

  @Test
  void aServerConnectionGoesBackAfterACopyWhoseSyncWasSentUpFront() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target());
        RawClient next = RawClient.logIn(node.target())) {
      client.query("DROP TABLE IF EXISTS copied_up_front");
      client.query("CREATE TABLE copied_up_front (a int)");
      for (int i = 0; i < 3; i++) {
        client.send(statement("COPY copied_up_front FROM STDIN"), sync());
        client.until('G');
        client.send(copyData("1\n"), copyDone(), sync());
        client.untilReady();
        client.send(
            statement("COPY copied_up_front FROM STDIN"),
            sync(),
            copyData("2\n"),
            copyDone(),
            sync());
        client.untilReady();
        assertThat(next.value("SELECT count(*) FROM copied_up_front"))
            .isEqualTo(Integer.toString(2 * i + 2));
      }
    }
  }
}
