package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.port;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.queryInfo;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestConfiguration;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Transactions that only read are carried out by replicas, as a whole. */
@Tag("ci")
class ReadOnlyTransactionsIT {
  private static RoutedCluster start(Consumer<TestConfiguration> wishes) {
    return new RoutedCluster(
        c -> {
          c.source("cluster.reads", "all");
          wishes.accept(c);
        },
        primary -> asOwner(primary, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)"));
  }

  @Test
  void aReadOnlyTransactionStaysOnOneReplicaAndTheNextOneNeedNot() throws Exception {
    for (boolean delayed : List.of(false, true)) {
      try (RoutedCluster routed = start(c -> c.vdb("delayedTransaction", delayed));
          Connection simple = routed.connect("preferQueryMode", "simple");
          Connection extended = routed.connect("prepareThreshold", "1")) {
        int rows = 1;
        for (Connection client : List.of(simple, extended)) {
          routed.awaitReplicaReads(client);
          client.setAutoCommit(false);
          client.setReadOnly(true);
          for (int i = 0; i < 4; i++) {
            int replica = onReplica(routed, client);
            execute(client, "SET LOCAL work_mem = '7MB'");
            execute(client, "SAVEPOINT s");
            assertThat(value(client, "SELECT current_setting('work_mem') FROM t")).isEqualTo("7MB");
            assertThat(port(client)).isEqualTo(replica);
            client.commit();
          }
          client.setReadOnly(false);
          execute(client, "INSERT INTO t VALUES (2)");
          assertThat(port(client)).isEqualTo(routed.primary().port());
          client.commit();
          client.setReadOnly(true);
          rows++;
          assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo(Integer.toString(rows));
          client.rollback();
        }
      }
    }
  }

  /** Begins transactions until one is on a replica, which may have to catch up first. */
  private static int onReplica(RoutedCluster routed, Connection client) {
    AtomicInteger port = new AtomicInteger();
    Await.until(
        "a transaction is on a replica",
        () -> {
          port.set(port(client));
          if (!routed.isReplica(port.get())) {
            client.rollback();
          }
          return routed.isReplica(port.get());
        });
    return port.get();
  }

  private static void awaitWithin(RoutedCluster routed, Connection client, String begin) {
    Await.until(begin, () -> routed.isReplica(within(client, begin)));
  }

  @Test
  void eachWayToSayThatATransactionOnlyReadsCounts() throws Exception {
    for (boolean delayed : List.of(false, true)) {
      try (RoutedCluster routed = start(c -> c.vdb("delayedTransaction", delayed));
          Connection client = routed.connect("preferQueryMode", "simple")) {
        routed.awaitReplicaReads(client);
        awaitWithin(routed, client, "BEGIN READ ONLY");
        awaitWithin(routed, client, "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        assertThat(within(client, "BEGIN; SET TRANSACTION READ ONLY"))
            .as("only a BEGIN that was held back can still go elsewhere")
            .isEqualTo(routed.primary().port());
        int writer = routed.primary().port();
        Await.until(
            "SET TRANSACTION counts where the BEGIN was held back",
            () -> {
              execute(client, "BEGIN");
              execute(client, "SET TRANSACTION READ ONLY");
              int port = port(client);
              execute(client, "COMMIT");
              return delayed ? routed.isReplica(port) : port == writer;
            });
        assertThat(within(client, "BEGIN")).isEqualTo(writer);
        assertThat(within(client, "BEGIN /* READ ONLY */")).isEqualTo(writer);
        assertThat(within(client, "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"))
            .isEqualTo(writer);
        execute(client, "SET default_transaction_read_only = on");
        awaitWithin(routed, client, "BEGIN");
        assertThat(within(client, "BEGIN READ WRITE")).isEqualTo(writer);
        awaitWithin(routed, client, "BEGIN READ ONLY");
        assertThat(value(client, "SELECT pg_advisory_lock(7) IS NOT NULL"))
            .as("the replica's transaction is over")
            .isEqualTo("t");
      }
    }
  }

  private static int within(Connection client, String begin) throws SQLException {
    execute(client, begin);
    int port = port(client);
    execute(client, "COMMIT");
    return port;
  }

  @Test
  void itSeesAllThatWasWrittenBeforeItBegan() throws Exception {
    try (RoutedCluster routed = start(c -> {});
        Connection client = routed.connect("preferQueryMode", "simple");
        Connection another = routed.connect()) {
      routed.awaitReplicaReads(client);
      for (PostgresServer replica : List.of(routed.first(), routed.second())) {
        replica.execute("SELECT pg_wal_replay_pause()");
      }
      execute(another, "INSERT INTO t VALUES (2)");
      execute(client, "BEGIN READ ONLY");
      assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("2");
      execute(client, "COMMIT");
      for (PostgresServer replica : List.of(routed.first(), routed.second())) {
        replica.execute("SELECT pg_wal_replay_resume()");
      }
    }
  }

  @Test
  void itDoesNotGoBackBehindWhatTheCacheHas() throws Exception {
    String counted = "SELECT count(*) FROM t";
    try (RoutedCluster routed =
            start(
                c ->
                    c.vdb("cache.enabled", true)
                        .vdb("rules", List.of("cached"))
                        .rules(
                            "cached",
                            "{\"match\": \"count\", \"action\": \"cache\", \"inTransaction\":"
                                + " true}"));
        Connection client = routed.connect("preferQueryMode", "simple");
        Connection another = routed.connect("preferQueryMode", "simple")) {
      routed.awaitReplicaReads(client);
      client.setAutoCommit(false);
      client.setReadOnly(true);
      onReplica(routed, client);
      routed.pauseReplay(true);
      execute(another, "INSERT INTO t VALUES (2)");
      Await.until(
          "the new count is kept",
          () -> {
            assertThat(value(another, counted)).isEqualTo("2");
            return "yes".equals(queryInfo(another).get("cached"));
          });
      for (String sql : List.of(counted, counted, "SELECT sum(1) FROM t")) {
        assertThat(value(client, sql)).isEqualTo("1");
      }
      client.commit();
      assertThat(value(client, counted)).isEqualTo("2");
      routed.pauseReplay(false);
    }
  }

  @Test
  void whatComesBehindItWithoutWaitingGoesWhereItMust() throws Exception {
    for (boolean delayed : List.of(false, true)) {
      try (RoutedCluster routed = start(c -> c.vdb("delayedTransaction", delayed));
          Connection warm = routed.connect();
          RawClient client = RawClient.logIn(routed.node().target())) {
        routed.awaitReplicaReads(warm);
        client.send(
            query("BEGIN READ ONLY"),
            query("SELECT count(*) FROM t"),
            query("COMMIT"),
            query("INSERT INTO t VALUES (2)"),
            query("BEGIN READ ONLY"),
            query("SELECT count(*) FROM t"),
            query("ROLLBACK"),
            query("INSERT INTO t VALUES (3)"),
            query("SELECT count(*) FROM t"));
        List<String> counts = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
          for (Message message : client.untilReady()) {
            assertThat(message.type()).isNotEqualTo('E');
            if (message.type() == 'D') {
              counts.add(message.columns().get(0));
            }
          }
        }
        assertThat(counts).containsExactly("1", "2", "3");
      }
    }
  }

  @Test
  void whatWouldTieASessionToAReplicaIsRefusedThere() throws Exception {
    try (RoutedCluster routed = start(c -> {})) {
      for (String mode : List.of("simple", "extended")) {
        try (Connection client = routed.connect("preferQueryMode", mode)) {
          routed.awaitReplicaReads(client);
          client.setAutoCommit(false);
          client.setReadOnly(true);
          onReplica(routed, client);
          SQLException refused =
              catchThrowableOfType(
                  SQLException.class, () -> execute(client, "SELECT pg_advisory_lock(7)"));
          assertThat(refused.getSQLState()).isEqualTo("25006");
          client.rollback();
          client.setReadOnly(false);
          execute(client, "SELECT pg_advisory_lock(7)");
          client.commit();
          assertThat(port(client)).isEqualTo(routed.primary().port());
          client.commit();
        }
      }
    }
  }

  @Test
  void oneWhoseReplicaDiesCanBeRunAgain() throws Exception {
    try (RoutedCluster routed = start(c -> {});
        Connection client = routed.connect("preferQueryMode", "simple")) {
      routed.awaitReplicaReads(client);
      client.setAutoCommit(false);
      client.setReadOnly(true);
      int at = onReplica(routed, client);
      PostgresServer replica = routed.first().port() == at ? routed.first() : routed.second();
      replica.kill();
      SQLException lost =
          catchThrowableOfType(SQLException.class, () -> value(client, "SELECT i FROM t"));
      assertThat(lost.getSQLState()).isIn("40001", "08006", "57P01", "57P02");
      client.rollback();
      assertThat(value(client, "SELECT i FROM t")).isEqualTo("1");
      assertThat(port(client)).isNotEqualTo(at);
      client.commit();
    }
  }
}
