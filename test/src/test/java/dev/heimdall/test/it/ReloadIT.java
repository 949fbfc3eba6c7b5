package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The configuration changes under busy clients; none of them is dropped. */
@Tag("ci")
class ReloadIT extends OwnNodeOfEachKind {
  private static final int CLIENTS = 8;

  /** A change, by the words for it. */
  record Change(String what, Consumer<TestConfiguration> wishes) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Change> changes() {
    Map<String, Consumer<TestConfiguration>> changes = new LinkedHashMap<>();
    changes.put("a larger pool", c -> c.vdb("pool.size", 8));
    changes.put("a smaller pool", c -> c.vdb("pool.size", 1));
    changes.put(
        "limits of the pool", c -> c.vdb("pool.maxConnections", 2).vdb("pool.maxPerUser", 2));
    changes.put(
        "time limits", c -> c.vdb("clients.idleTimeout", "1h").vdb("clients.queryTimeout", "1m"));
    changes.put("short lives of server connections", c -> c.vdb("pool.maxLifetime", "50ms"));
    changes.put("reset each time", c -> c.vdb("pool.reset", "always"));
    changes.put("session mode", c -> c.vdb("multiplex", false).vdb("pool.size", 20));
    changes.put("transaction mode", c -> c.vdb("multiplex", true).vdb("pool.size", 2));
    changes.put("delayed transactions", c -> c.vdb("delayedTransaction", true));
    changes.put("another user", c -> c.user("newcomer", "password", "newcomer"));
    changes.put("the client's own password", c -> c.user("app", "password", "changed"));
    changes.put("a user removed", c -> c.without("users/other.json"));
    changes.put("another VDB", c -> secondVdb(c));
    changes.put("fewer databases", c -> c.vdb("databases", Map.of("app", "app")));
    changes.put("a way to log in", c -> c.vdb("auth", List.of(Map.of("method", "md5"))));
    changes.put("TLS", c -> c.clientTls("allow", TestCertificate.localhost()));
    changes.put(
        "the data source",
        c -> c.source("connectTimeout", "9s").source("parameters", Map.of("work_mem", "6MB")));
    changes.put("the port", c -> c.vdb("address", "127.0.0.2"));
    changes.put(
        "node settings",
        c -> c.node("drainTimeout", "9s").node("maxClients", 500).node("logLevel", "error"));
    changes.put(
        "prepared statements",
        c -> c.vdb("prepared.perServer", 3).vdb("prepared.anonymousParse", "cache"));
    changes.put(
        "sizes", c -> c.vdb("limits.maxPipeline", 5).vdb("limits.maxStatementSize", "1MiB"));
    return changes.entrySet().stream().map(e -> new Change(e.getKey(), e.getValue()));
  }

  private static void secondVdb(TestConfiguration c) {
    c.vdb("second", "address", "127.0.0.1");
    c.vdb("second", "ports", List.of(0));
    c.vdb("second", "source", TestConfiguration.SOURCE);
  }

  /** One client: transactions with a state of its own, over and over, checked. */
  private static int work(TestNode node, int number, AtomicBoolean stop, AtomicInteger done)
      throws IOException, InterruptedException {
    int rounds = 0;
    try (RawClient client = RawClient.logIn(node.target(), "application_name", "busy" + number)) {
      client.query("SET my.number = '" + number + "'");
      do {
        client.query("BEGIN");
        assertThat(client.value("SELECT current_setting('my.number')")).isEqualTo("" + number);
        client.send(statement("SELECT $1::int * 2", "" + number), sync());
        assertThat(client.untilReady())
            .anyMatch(m -> m.toString().equals("DataRow [" + 2 * number + "]"));
        assertThat(client.query("COMMIT")).extracting(Message::type).doesNotContain('E');
        rounds++;
        done.incrementAndGet();
        Thread.sleep(2); // Eight without a pause would have the machine to themselves.
      } while (!stop.get());
    }
    return rounds;
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aChangeDropsNobody(Change change) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(CLIENTS);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger done = new AtomicInteger();
    try (TestNode node = start(c -> c.vdb("pool.size", kind.multiplexes() ? 3 : CLIENTS + 1))) {
      List<Future<Integer>> clients = new ArrayList<>();
      for (int i = 1; i <= CLIENTS; i++) {
        int number = i;
        clients.add(pool.submit(() -> work(node, number, stop, done)));
      }
      Await.until(
          "all work", () -> done.get() >= 3 * CLIENTS || clients.stream().anyMatch(Future::isDone));
      RawClient idle = RawClient.logIn(node.target());
      idle.query("SET my.idle = 'kept'");
      try (RawClient console = RawClient.logIn(node.console())) {
        node.rewrite(change.wishes());
        assertThat(console.query("RELOAD")).extracting(Message::type).doesNotContain('E');
      }
      int before = done.get();
      Await.until(
          "all go on",
          () -> done.get() >= before + 3 * CLIENTS || clients.stream().anyMatch(Future::isDone));
      stop.set(true);
      for (Future<Integer> client : clients) {
        assertThat(client.get()).isPositive();
      }
      assertThat(idle.value("SELECT current_setting('my.idle')")).isEqualTo("kept");
      idle.close();
    } finally {
      stop.set(true);
      pool.shutdownNow();
    }
  }

  @Test
  void aWrongConfigurationChangesNothing() throws Exception {
    try (TestNode node = start(c -> {});
        RawClient client = RawClient.logIn(node.target())) {
      assertThatThrownBy(() -> node.change(c -> c.vdb("pool.sze", 3))).hasMessageContaining("sze");
      assertThat(client.value("SELECT 1")).isEqualTo("1");
      RawClient.logIn(node.target()).close();
      node.change(c -> c.without("vdbs/app.json", "pool.sze").vdb("pool.size", 2));
      assertThat(client.value("SELECT 2")).isEqualTo("2");
    }
  }

  /** The node looks at the directory by itself, too, and may have read a former state of it. */
  @Test
  void reloadAnswersForWhatItWasAskedAbout() throws Exception {
    try (TestNode node = start(c -> {})) {
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(() -> node.change(c -> c.vdb("pool.sze", 3)))
            .as("wrong, round %s", i)
            .hasMessageContaining("sze");
        int size = 2 + i % 2;
        node.change(c -> c.without("vdbs/app.json", "pool.sze").vdb("pool.size", size));
      }
    }
  }

  @Test
  void clientsOfARemovedVdbAreToldAndOthersStay() throws Exception {
    try (TestNode node = start(ReloadIT::secondVdb);
        RawClient stays = RawClient.logIn(node.target());
        RawClient goes = RawClient.logIn(node.target("second"))) {
      assertThat(goes.value("SELECT 1")).isEqualTo("1");
      node.change(c -> c.without("vdbs/second.json"));
      assertThat(goes.untilClosed()).extracting(Message::sqlState).containsExactly("57P01");
      assertThat(stays.value("SELECT 2")).isEqualTo("2");
    }
  }

  @Test
  void changedSettingsAreInForceForNewClients() throws Exception {
    try (TestNode node = start(c -> {})) {
      node.change(c -> c.user("app", "password", "changed"));
      assertThatThrownBy(() -> RawClient.logIn(node.target()).close())
          .hasMessageContaining("28P01");
      RawClient.logIn(node.target().as("app", "changed")).close();
      node.change(c -> c.source("parameters", Map.of("work_mem", "6MB")));
      Await.until(
          "new server connections have it",
          () -> {
            try (RawClient client = RawClient.logIn(node.target().as("app", "changed"))) {
              return "6MB".equals(client.value("SHOW work_mem"));
            }
          });
    }
  }

  @Test
  void aMovedDataSourceIsUsedByTheNextTransactionOrSession() throws Exception {
    SharedPostgres.createDatabase("elsewhere");
    try (TestNode node = start(c -> c.vdb("databases", Map.of("app", "app")));
        RawClient client = RawClient.logIn(node.target())) {
      String port = client.value("SELECT inet_server_port()");
      node.change(c -> c.source("url", SharedPostgres.cluster().replicas().get(0).jdbcUrl("app")));
      if (kind.multiplexes()) {
        Await.until(
            "the replica answers", () -> !port.equals(client.value("SELECT inet_server_port()")));
        assertThat(client.value("SELECT pg_is_in_recovery()")).isEqualTo("t");
      } else {
        assertThat(client.value("SELECT inet_server_port()")).isEqualTo(port);
      }
      try (RawClient next = RawClient.logIn(node.target())) {
        assertThat(next.value("SELECT pg_is_in_recovery()")).isEqualTo("t");
      }
    }
  }

  @Test
  void aChangedFileIsNoticedWithoutBeingTold() throws Exception {
    try (TestNode node = start(c -> {})) {
      node.rewrite(c -> c.user("late", "password", "late"));
      Await.until(
          "the newcomer may log in",
          () -> {
            try (RawClient client = RawClient.logIn(node.target().as("late", "late"))) {
              return client.processId() != 0;
            } catch (RawClient.ErrorReceived refused) {
              return false;
            }
          });
    }
  }
}
