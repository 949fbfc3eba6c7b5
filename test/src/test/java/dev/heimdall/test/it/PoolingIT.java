package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets a server connection, and how many there may be. */
@Tag("ci")
class PoolingIT extends OwnNodeOfEachKind {
  @Test
  void twentyClientsShareTwoServerConnectionsUnlessInSessionMode() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", kind.multiplexes() ? 2 : 20))) {
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
      if (kind.multiplexes()) {
        assertThat(servers).hasSizeBetween(1, 2);
        assertThat(node.servers()).hasSizeLessThanOrEqualTo(2);
      } else {
        assertThat(servers).hasSize(20);
      }
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void onlyInSessionModeAClientKeepsItsServerConnection() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", kind.multiplexes() ? 1 : 2));
        RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target())) {
      String pidOfOne = one.value("SELECT pg_backend_pid()");
      String pidOfTwo = two.value("SELECT pg_backend_pid()");
      assertThat(pidOfOne.equals(pidOfTwo)).isEqualTo(kind.multiplexes());
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
      letGo(holder);
      for (int i = 0; i < 8; i++) {
        assertThat(waiting.get(i).untilReady().get(1).columns())
            .containsExactly(Integer.toString(i + 1));
        waiting.get(i).close();
      }
    }
  }

  @Test
  void whoWaitsTooLongGetsAnErrorAndStaysConnected() throws Exception {
    try (TestNode node = start(c -> c.vdb("pool.size", 1));
        RawClient holder = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      holder.query("BEGIN");
      // Only now, so that nobody waits too long for a server connection to be made.
      node.change(c -> c.vdb("pool.queueTimeout", "1500ms").vdb("pool.queueNotice", "100ms"));
      List<Message> answer = client.query("SELECT 1");
      assertThat(answer).extracting(Message::type).containsExactly('N', 'E', 'Z');
      assertThat(answer.get(1).sqlState()).isEqualTo("53300");
      client.send(statement("SELECT 2"), sync());
      answer = client.untilReady();
      assertThat(answer).extracting(Message::type).containsExactly('N', 'E', 'Z');
      node.change(c -> c.vdb("pool.queueTimeout", "20s"));
      letGo(holder);
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
      letGo(holder);
      assertThat(waiting.untilReady().get(1).columns()).containsExactly("waited");
      waiting.close();
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
      letGo(holder);
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
    try (TestNode node = start(c -> c.vdb(limit, 2).vdb("pool.queueNotice", "0"))) {
      try (RawClient one = RawClient.logIn(node.target());
          RawClient two = RawClient.logIn(node.target());
          RawClient three = RawClient.logIn(node.target())) {
        one.query("BEGIN");
        two.query("BEGIN");
        node.change(c -> c.vdb("pool.queueTimeout", "200ms"));
        assertThat(three.query("SELECT 1").get(0).sqlState()).isEqualTo("53300");
        assertThat(node.servers()).hasSize(2);
        node.change(c -> c.vdb("pool.queueTimeout", "20s"));
        letGo(one);
        assertThat(three.value("SELECT 2")).isEqualTo("2");
      }
    }
  }
}
