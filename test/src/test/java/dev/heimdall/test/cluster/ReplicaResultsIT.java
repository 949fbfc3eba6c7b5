package dev.heimdall.test.cluster;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.queryInfo;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a replica answers is kept for others, at the level {@code session}, where it has every write
 * that the node knows of; and nobody reads less than what he has written.
 */
class ReplicaResultsIT {
  private static final int ROWS = 3;
  private static final int WRITES = Integer.getInteger("replica.results.writes", 150);
  private static final String CACHED = "cached";

  private static RoutedCluster routed;

  @BeforeAll
  static void start() {
    routed =
        new RoutedCluster(
            c ->
                c.node("loops", 2)
                    .user("app", "admin", true)
                    .source("cluster.reads", "all")
                    .source("cluster.consistency", "session")
                    .vdb("cache.enabled", true)
                    .vdb("cache.dmlThreshold", 100)
                    .vdb("pool.size", 16)
                    .vdb("rules", List.of("all"))
                    .rules("all", "{\"match\": \"(?i)^select n\", \"action\": \"cache\"}"),
            primary ->
                RoutedCluster.asOwner(
                    primary,
                    "CREATE TABLE counted (id INT PRIMARY KEY, n BIGINT)",
                    "INSERT INTO counted SELECT i, 0 FROM generate_series(0, %d) i"
                        .formatted(ROWS)));
  }

  @AfterAll
  static void stop() {
    routed.close();
  }

  private static long read(Connection client, int row) throws SQLException {
    return Long.parseLong(value(client, "SELECT n FROM counted WHERE id = " + row));
  }

  /** Why the statement before was not answered from the cache, or that it was. */
  private static String how(Connection client) throws SQLException {
    return queryInfo(client).get(CACHED);
  }

  @Test
  void aReplicaThatHasAllWritesMakesResultsAndOneThatLagsMakesNone() throws SQLException {
    try (Connection writer = routed.connect();
        Connection reader = routed.connect("preferQueryMode", "simple")) {
      RoutedCluster.awaitCatalogue(reader, "counted");
      routed.awaitReplicaReads(reader);
      routed.pauseReplay(true);
      try {
        execute(writer, "UPDATE counted SET n = n + 1 WHERE id = 0");
        assertThat(read(reader, 0)).as("by a replica that lags").isZero();
        assertThat(how(reader)).startsWith("no: a replica answered it");
      } finally {
        routed.pauseReplay(false);
      }
      // Another text each time: an answer of the writer's is kept, too.
      AtomicInteger tries = new AtomicInteger();
      Await.until(
          "a replica has all, and its answer is kept",
          () -> {
            String sql =
                "SELECT n FROM counted WHERE id IN (0, -%d)".formatted(tries.incrementAndGet());
            String n = value(reader, sql);
            Map<String, String> info = queryInfo(reader);
            return n.equals("1")
                && info.get(CACHED).startsWith("no")
                && String.valueOf(info.get("answered by")).startsWith("replica")
                && value(reader, sql).equals("1")
                && how(reader).startsWith("yes");
          });
    }
  }

  @Test
  void aReplicaThatLacksWritesOfOtherRowsMakesResults() throws SQLException {
    try (Connection writer = routed.connect();
        Connection reader = routed.connect("preferQueryMode", "simple")) {
      RoutedCluster.awaitCatalogue(reader, "counted");
      routed.awaitReplicaReads(reader);
      routed.pauseReplay(true);
      try {
        execute(writer, "UPDATE counted SET n = n WHERE id = 0");
        AtomicInteger tries = new AtomicInteger();
        Await.until(
            "a replica that lacks it answers, and its answer is kept",
            () -> {
              String sql =
                  "SELECT n FROM counted WHERE id IN (1, -%d)".formatted(tries.incrementAndGet());
              value(reader, sql);
              Map<String, String> info = queryInfo(reader);
              value(reader, sql);
              return String.valueOf(info.get("answered by")).startsWith("replica")
                  && how(reader).startsWith("yes");
            });
        read(reader, 0);
        assertThat(how(reader)).as("by what it lacks").startsWith("no: a replica answered it");
      } finally {
        routed.pauseReplay(false);
      }
    }
  }

  @Test
  void nobodyReadsLessThanHeHasWritten() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger served = new AtomicInteger();
    List<String> stale = new ArrayList<>();
    try (Connection operator = routed.connect("preferQueryMode", "simple")) {
      RoutedCluster.awaitCatalogue(operator, "counted");
    }
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<Void>> writers = new ArrayList<>();
      for (int row = 1; row <= ROWS; row++) {
        writers.add(threads.submit(writer(row, stale)));
      }
      List<Future<Void>> others = new ArrayList<>();
      for (int i = 0; i < ROWS; i++) {
        others.add(threads.submit(reader(i + 1, over, served)));
      }
      others.add(
          threads.submit(
              () -> {
                while (!over.get()) {
                  routed.pauseReplay(true);
                  routed.pauseReplay(false);
                }
                return null;
              }));
      for (Future<Void> each : writers) {
        each.get();
      }
      over.set(true);
      for (Future<Void> each : others) {
        each.get();
      }
    } finally {
      over.set(true);
      threads.shutdownNow();
    }
    assertThat(stale).isEmpty();
    assertThat(served).as("reads that the cache has answered").hasPositiveValue();
  }

  /** Writes, and reads what everybody reads. */
  private static Callable<Void> writer(int row, List<String> stale) {
    return () -> {
      try (Connection client = routed.connect()) {
        for (int i = 0; i < WRITES; i++) {
          long written =
              Long.parseLong(
                  value(
                      client,
                      "UPDATE counted SET n = n + 1 WHERE id = %d RETURNING n".formatted(row)));
          for (int again = 0; again < 3; again++) {
            long found = read(client, row);
            if (found < written) {
              synchronized (stale) {
                stale.add("row %d: %d behind %d".formatted(row, found, written));
              }
            }
          }
        }
      }
      return null;
    };
  }

  private static Callable<Void> reader(int row, AtomicBoolean over, AtomicInteger served) {
    return () -> {
      try (Connection client = routed.connect("preferQueryMode", "simple")) {
        while (!over.get()) {
          read(client, row);
          read(client, row);
          if (how(client).startsWith("yes")) {
            served.incrementAndGet();
          }
        }
      }
      return null;
    };
  }
}
