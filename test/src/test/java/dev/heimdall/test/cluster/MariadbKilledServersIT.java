package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Servers of a MariaDB cluster are killed and stopped under clients that only read, each in its
 * way: none of them hears of it.
 */
class MariadbKilledServersIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int CLIENTS = 8;

  private static final String[] READS = {
    "SELECT count(*) FROM t",
    "SELECT i FROM t WHERE i = 1",
    "SELECT count(*), now() FROM t",
    "SELECT i, sleep(0.002) AS slept FROM t"
  };

  private static void read(
      MysqlNode node,
      int number,
      AtomicBoolean stop,
      AtomicLong reads,
      ConcurrentLinkedQueue<String> errors) {
    String[] properties = {
      "useServerPrepStmts", String.valueOf(number % 2 == 1),
      "cachePrepStmts", String.valueOf(number % 4 == 1),
      "allowMultiQueries", "true"
    };
    try (Connection client =
        number % 3 == 2
            ? node.target()
                .mariaJdbc(
                    "useServerPrepStmts",
                    String.valueOf(number % 2 == 1),
                    "allowMultiQueries",
                    "true")
            : node.connect(properties)) {
      while (!stop.get()) {
        String sql = READS[(int) (reads.get() % READS.length)];
        try {
          if (number % 2 == 1) {
            try (PreparedStatement statement =
                client.prepareStatement("SELECT * FROM (" + sql + ") r WHERE ? = 5")) {
              statement.setInt(1, 5);
              try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
              }
            }
          } else {
            try (Statement statement = client.createStatement()) {
              boolean more = statement.execute(number == 4 ? sql + "; " + sql : sql);
              assertThat(more).isTrue();
              while (more) {
                assertThat(statement.getResultSet().next()).isTrue();
                more = statement.getMoreResults();
              }
            }
          }
          reads.incrementAndGet();
        } catch (SQLException e) {
          errors.add(e.getSQLState() + " " + e.getMessage() + " to client " + number + ": " + sql);
          return;
        }
      }
    } catch (Exception | AssertionError e) {
      errors.add("client " + number + ": " + e);
    }
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"all, 2", "none, 2", "none, 20"})
  void readsGoOnWhateverServerIsKilled(String split, int poolSize) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
    List<AtomicLong> counts = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (MysqlCluster cluster = MysqlRelease.MARIADB.cluster().replicas(2).start()) {
      cluster.primary().executeIn("app", "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1), (2)");
      cluster.awaitReplay(PATIENCE);
      try (MysqlNode node =
          MysqlNode.start(
              cluster,
              c ->
                  c.cluster(cluster)
                      .source("cluster.reads", split)
                      .source("cluster.balance.slowStart", "0")
                      .source("cluster.probe.timeout", "1s")
                      .source("cluster.probe.positionInterval", "50ms")
                      .catalog(cluster)
                      .user("app", "admin", true)
                      .vdb("pool.size", poolSize))) {
        try (Connection client = node.connect();
            Statement statement = client.createStatement()) {
          Await.until(
              "the catalogue was read",
              PATIENCE,
              () -> {
                statement.executeQuery("SELECT count(*) FROM t").close();
                return "tables".equals(Jdbc.queryInfo(client).get("rests on"));
              },
              () -> node.servers().toString());
        }
        for (int i = 0; i < CLIENTS; i++) {
          int number = i;
          AtomicLong reads = new AtomicLong();
          counts.add(reads);
          Thread thread = new Thread(() -> read(node, number, stop, reads, errors), "reader-" + i);
          thread.setDaemon(true);
          threads.add(thread);
          thread.start();
        }
        goOn(counts, errors);
        List<MysqlServer> victims =
            split.equals("none")
                ? List.of(cluster.primary())
                : List.of(cluster.replicas().get(0), cluster.replicas().get(1), cluster.primary());
        for (MysqlServer victim : victims) {
          victim.kill();
          victim.start();
          goOn(counts, errors);
          assertThat(errors).as("%s killed", victim).isEmpty();
          victim.stop();
          victim.start();
          goOn(counts, errors);
          assertThat(errors).as("%s stopped", victim).isEmpty();
        }
        stop.set(true);
        for (Thread thread : threads) {
          thread.join(TimeUnit.SECONDS.toMillis(20));
        }
        assertThat(errors).isEmpty();
      }
    } finally {
      stop.set(true);
    }
  }

  private static void goOn(List<AtomicLong> counts, ConcurrentLinkedQueue<String> errors) {
    long[] before = counts.stream().mapToLong(AtomicLong::get).toArray();
    for (int i = 0; i < before.length; i++) {
      AtomicLong count = counts.get(i);
      long enough = before[i] + 20;
      Await.until(
          "a client goes on",
          PATIENCE,
          () -> count.get() > enough || !errors.isEmpty(),
          errors::toString);
    }
  }
}
