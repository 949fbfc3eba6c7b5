package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.cluster.WithoutWriter.COUNT;
import static dev.heimdall.test.cluster.WithoutWriter.awaitNoWriter;
import static dev.heimdall.test.cluster.WithoutWriter.awaitReceived;
import static dev.heimdall.test.cluster.WithoutWriter.beginWrite;
import static dev.heimdall.test.cluster.WithoutWriter.isCached;
import static dev.heimdall.test.cluster.WithoutWriter.loseWriter;
import static dev.heimdall.test.cluster.WithoutWriter.other;
import static dev.heimdall.test.cluster.WithoutWriter.refused;
import static dev.heimdall.test.cluster.WithoutWriter.where;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** What replicas answer while no server is the writer, by the table in docs/failover.md. */
@Tag("ci")
class ReadsWithoutWriterIT {
  private static RoutedCluster start(String consistency) {
    return start(consistency, "2s");
  }

  /**
   * @param queueTimeout short where something is to be refused, and long where it is to be waited
   *     for
   */
  private static RoutedCluster start(String consistency, String queueTimeout) {
    return new RoutedCluster(
        c -> {
          c.source("cluster.reads", "all");
          c.source("cluster.consistency", consistency);
          c.source("cluster.lag.maxStaleness", "500ms");
          c.source("cluster.failover.queueTimeout", queueTimeout);
          c.user("app", "admin", true);
        },
        WithoutWriter::twoTables);
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet", "strict"})
  void completeReplicasAnswerWithoutWriter(String consistency) throws Exception {
    try (RoutedCluster routed = start(consistency);
        Connection reads = routed.connect();
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      execute(writes, "INSERT INTO other VALUES (2)");
      for (Connection client : new Connection[] {reads, writes}) {
        routed.awaitReplicas(
            () ->
                routed.isReplica(where(client))
                    && routed.isReplica(
                        Integer.parseInt(
                            value(client, "SELECT current_setting('port') FROM other LIMIT 1"))));
      }
      routed.awaitKnown(routed.node());
      loseWriter(routed);

      long lost = System.nanoTime();
      while (System.nanoTime() - lost < Duration.ofSeconds(3).toNanos()) {
        assertThat(routed.isReplica(where(reads))).isTrue();
        assertThat(other(reads)).isEqualTo("2");
        assertThat(other(writes)).isEqualTo("2");
      }
      try (Connection late = routed.connect("options", "-c work_mem=7MB")) {
        assertThat(value(late, "SELECT current_setting('work_mem') FROM t")).isEqualTo("7MB");
        assertThat(late.unwrap(PGConnection.class).getParameterStatus("in_hot_standby"))
            .as("what it is logged in to is the cluster")
            .isEqualTo("off");
      }
      Connection late = routed.connect();
      execute(late, "SET work_mem = '7MB'");
      assertThat(value(late, "SELECT current_setting('work_mem') FROM t")).isEqualTo("7MB");
      assertThat(routed.isReplica(where(late))).isTrue();
      assertThat(other(late)).isEqualTo("2");
      assertThat(
              catchThrowableOfType(
                      SQLException.class, () -> execute(reads, "INSERT INTO t VALUES (2)"))
                  .getSQLState())
          .isEqualTo("57P03");

      routed.first().promote();
      execute(reads, "INSERT INTO other VALUES (3)");
      assertThat(other(reads)).isEqualTo("3");
      execute(late, "INSERT INTO other VALUES (4)");
      assertThat(value(late, "SELECT current_setting('work_mem') FROM t")).isEqualTo("7MB");
      late.close();
    }
  }

  /** Log-ins to the database at both replicas, and rows of functions that were read there. */
  private static long atReplicas(RoutedCluster routed, String figure) {
    return Stream.of(routed.first(), routed.second())
        .mapToLong(replica -> Long.parseLong(replica.queryValue("app", figure)))
        .sum();
  }

  @Test
  void theNodesOwnQueriesKeepNoSnapshotOnReplicas() throws Exception {
    String logIns = "SELECT sessions FROM pg_stat_database WHERE datname = 'app'";
    String functions =
        "SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_sys_tables"
            + " WHERE relname = 'pg_proc'";
    String oldest =
        "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start) * 1000), 0)::bigint"
            + " FROM pg_stat_activity WHERE application_name LIKE 'heimdall%'";
    try (RoutedCluster routed = start("fleet");
        Connection reads = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(reads, "t");
      loseWriter(routed);
      long before = atReplicas(routed, functions);
      long from = atReplicas(routed, logIns);
      List<Long> ages = new ArrayList<>();
      Await.until(
          "the node has looked for the catalogue several times",
          () -> {
            ages.add(atReplicas(routed, oldest));
            return atReplicas(routed, logIns) >= from + 60;
          });

      assertThat(atReplicas(routed, functions) - before)
          .as("what is known is not read again from a replica")
          .isLessThan(3000);
      assertThat(ages).as("milliseconds").allMatch(age -> age < 2000);
    }
  }

  /** The writer is lost, and no replica shows what this client has written. */
  private static void writeAndLoseWriter(RoutedCluster routed, Connection writes)
      throws SQLException {
    routed.pauseReplay(true);
    execute(writes, "INSERT INTO other VALUES (2)");
    routed.awaitKnown(routed.node());
    awaitReceived(routed); // else the killed writer may take the write along
    loseWriter(routed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet", "strict"})
  void whatNoReplicaHasIsRefusedInTheEnd(String consistency) throws Exception {
    try (RoutedCluster routed = start(consistency);
        Connection reads = routed.connect();
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      for (Connection client : new Connection[] {reads, writes}) {
        routed.awaitReplicas(() -> routed.isReplica(where(client)));
      }
      writeAndLoseWriter(routed, writes);

      assertThat(catchThrowableOfType(SQLException.class, () -> other(writes)).getSQLState())
          .isEqualTo("57P03");
      if (consistency.equals("session")) {
        assertThat(other(reads)).as("written by another session").isEqualTo("1");
      } else {
        assertThat(catchThrowableOfType(SQLException.class, () -> other(reads)).getSQLState())
            .isEqualTo("57P03");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "strict"})
  void whatNoReplicaHasIsWaitedFor(String consistency) throws Exception {
    try (RoutedCluster routed = start(consistency, "2m");
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      routed.awaitReplicas(() -> routed.isReplica(where(writes)));
      writeAndLoseWriter(routed, writes);

      CompletableFuture<String> waits =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return other(writes);
                } catch (SQLException e) {
                  throw new CompletionException(e);
                }
              });
      routed.pauseReplay(false);
      assertThat(waits.get(60, TimeUnit.SECONDS)).as("once it is replayed").isEqualTo("2");
    }
  }

  /** A writer that is silent keeps connections open, and whoever waits for an answer waiting. */
  @ParameterizedTest
  @ValueSource(strings = {"0", "5m"})
  void aReadThatTheWriterHasAndDoesNotAnswerIsAnsweredByAReplica(String staleReads)
      throws Exception {
    boolean stale = !staleReads.equals("0");
    Consumer<TestConfiguration> wishes =
        c ->
            c.source("cluster.reads", "all")
                .source("cluster.lag.maxStaleness", "60s")
                .source("cluster.failover.queueTimeout", "60s")
                .source("cluster.failover.staleReads", staleReads)
                .user("app", "admin", true);
    try (RoutedCluster routed = new RoutedCluster(wishes, WithoutWriter::twoTables);
        Connection reads = routed.connect("preferQueryMode", "simple");
        Connection extended = routed.connect("prepareThreshold", "1");
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      routed.awaitReplicas(
          () -> routed.isReplica(where(reads)) && routed.isReplica(where(extended)));
      routed.pauseReplay(true);
      execute(writes, "INSERT INTO other VALUES (2)");
      assertThat(other(reads)).isEqualTo("2");
      assertThat(other(extended)).isEqualTo("2");
      routed.awaitKnown(routed.node());
      awaitReceived(routed);

      routed.primary().freeze();
      try {
        CompletableFuture<String> simple =
            CompletableFuture.supplyAsync(() -> refused(reads, COUNT));
        CompletableFuture<String> prepared =
            CompletableFuture.supplyAsync(() -> refused(extended, COUNT));
        if (!stale) {
          awaitNoWriter(routed);
          assertThat(simple.isDone() || prepared.isDone()).as("no replica has it").isFalse();
          routed.pauseReplay(false);
        }
        assertThat(simple.get(60, TimeUnit.SECONDS)).isEqualTo("answered");
        assertThat(prepared.get(60, TimeUnit.SECONDS)).isEqualTo("answered");
        assertThat(other(reads)).as("at a replica").isEqualTo(stale ? "1" : "2");
      } finally {
        routed.primary().thaw();
      }
    }
  }

  /** A cluster whose users log in with passwords of their own, two of them never before. */
  private static RoutedCluster passthrough(String queueTimeout) {
    return new RoutedCluster(
        c ->
            c.vdb("credentials", "passthrough")
                .source("cluster.reads", "all")
                .source("cluster.failover.queueTimeout", queueTimeout)
                .user("unseen", "password", "unseen")
                .user("barred", "password", "barred"),
        primary ->
            primary.execute(
                "CREATE ROLE unseen LOGIN PASSWORD 'unseen'",
                "CREATE ROLE barred NOLOGIN PASSWORD 'barred'"));
  }

  private static String refusedLogIn(RoutedCluster routed, String user, String password) {
    return catchThrowableOfType(
            SQLException.class,
            () -> routed.connect("user", user, "password", password, "sslmode", "disable").close())
        .getSQLState();
  }

  @Test
  void aCompleteReplicaDecidesOnLogIns() throws Exception {
    try (RoutedCluster routed = passthrough("2m");
        Connection stays = routed.connect()) {
      assertThat(value(stays, "SELECT 1")).isEqualTo("1");
      routed.awaitKnown(routed.node());
      loseWriter(routed);

      try (Connection unseen =
          routed.connect(
              "user", "unseen", "password", "unseen", "options", "-c IntervalStyle=iso_8601")) {
        assertThat(value(unseen, "SELECT 1")).isEqualTo("1");
        assertThat(unseen.unwrap(PGConnection.class).getParameterStatus("IntervalStyle"))
            .isEqualTo("iso_8601");
      }
      assertThat(refusedLogIn(routed, "barred", "barred")).isEqualTo("28000");

      routed.first().promote();
      Await.until(
          "the node knows the new writer",
          () ->
              routed.node().admin("SHOW NODES").stream()
                  .anyMatch(row -> "writer".equals(row.get("role"))));
      routed.first().execute("ALTER ROLE unseen NOLOGIN");
      assertThat(refusedLogIn(routed, "unseen", "unseen"))
          .as("the new writer decides anew")
          .isEqualTo("28000");
    }
  }

  /** The writer is lost, and no replica shows that a role may not log in any more. */
  private static void barAndLoseWriter(RoutedCluster routed, Connection client)
      throws SQLException {
    assertThat(value(client, "SELECT 1")).isEqualTo("1");
    routed.pauseReplay(true);
    routed.primary().execute("ALTER ROLE unseen NOLOGIN");
    routed.awaitKnown(routed.node());
    awaitReceived(routed);
    loseWriter(routed);
  }

  @Test
  void aReplicaThatLacksSomethingDecidesOnNoLogIn() throws Exception {
    try (RoutedCluster routed = passthrough("2s");
        Connection stays = routed.connect()) {
      barAndLoseWriter(routed, stays);

      assertThat(refusedLogIn(routed, "unseen", "unseen")).isEqualTo("57P03");
    }
  }

  @Test
  void aLogInWaitsForAReplicaThatHasAll() throws Exception {
    try (RoutedCluster routed = passthrough("2m");
        Connection stays = routed.connect()) {
      barAndLoseWriter(routed, stays);

      CompletableFuture<String> waits =
          CompletableFuture.supplyAsync(() -> refusedLogIn(routed, "unseen", "unseen"));
      routed.pauseReplay(false);
      assertThat(waits.get(60, TimeUnit.SECONDS)).as("once it is replayed").isEqualTo("28000");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet", "strict"})
  void readsOfOtherTablesAndReadsThatMayMissSomething(String consistency) throws Exception {
    Consumer<TestConfiguration> wishes =
        c -> {
          c.source("cluster.reads", "all");
          c.source("cluster.consistency", consistency);
          c.source("cluster.lag.maxStaleness", "500ms");
          c.source("cluster.failover.queueTimeout", "2s");
          c.user("app", "admin", true);
          c.vdb("rules", List.of("main"));
          c.rules(
              "main",
              "{\"match\": \"careless\", \"action\": \"reader-eligible\","
                  + " \"parameters\": {\"lagignore\": true}}");
        };
    try (RoutedCluster routed = new RoutedCluster(wishes, WithoutWriter::twoTables);
        Connection reads = routed.connect("preferQueryMode", "simple");
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      routed.awaitReplicas(() -> routed.isReplica(where(reads)));
      routed.pauseReplay(true);
      execute(writes, "INSERT INTO other VALUES (2)");
      routed.awaitKnown(routed.node());
      loseWriter(routed);
      long lost = System.nanoTime();
      Await.until(
          "replicas are staler than maxStaleness",
          () -> System.nanoTime() - lost > TimeUnit.MILLISECONDS.toNanos(500));

      if (consistency.equals("session")) {
        assertThat(value(reads, "SELECT count(*) FROM t")).isEqualTo("1");
      } else {
        assertThat(
                catchThrowableOfType(
                        SQLException.class, () -> value(reads, "SELECT count(*) FROM t"))
                    .getSQLState())
            .isEqualTo("57P03");
      }
      assertThat(value(reads, "SELECT /* careless */ count(*) FROM other")).isEqualTo("1");
      assertThat(value(writes, "SELECT /* careless */ count(*) FROM other")).isEqualTo("1");

      try (TestNode late = routed.another(wishes)) {
        assertThat(
                catchThrowableOfType(SQLException.class, () -> late.target().jdbc().close())
                    .getSQLState())
            .as("a node that has never known a writer")
            .isEqualTo("57P03");
      }
    }
  }

  private static void assertWaits(String consistency, boolean waits, Connection client)
      throws SQLException {
    assertThat(refused(client, COUNT))
        .as("%s: %s", consistency, COUNT)
        .isEqualTo(waits ? "57P03" : "answered");
  }

  /** Nobody knows whether the write took effect, and up to where a replica must have come. */
  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet", "strict"})
  void aWriteWhoseOutcomeIsLostIsWaitedFor(String consistency) throws Exception {
    try (RoutedCluster routed = start(consistency);
        Connection reads = routed.connect("preferQueryMode", "simple");
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      routed.awaitReplicas(() -> routed.isReplica(where(reads)));
      routed.awaitKnown(routed.node());
      CompletableFuture<String> lost = beginWrite(routed, writes);
      loseWriter(routed);

      assertThat(lost.get(60, TimeUnit.SECONDS)).isIn("57P01", "08006");
      assertWaits(consistency, true, writes);
      assertWaits(consistency, !consistency.equals("session"), reads);
      assertThat(routed.isReplica(where(reads))).as("what was not written").isTrue();
    }
  }

  /** What a session was answered by a replica that nobody can ask any more. */
  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet", "strict"})
  void whatALostReplicaHasAnsweredIsWaitedFor(String consistency) throws Exception {
    Consumer<TestConfiguration> wishes =
        c ->
            c.source("cluster.reads", "all")
                .source("cluster.consistency", consistency)
                .source("cluster.lag.maxStaleness", "60s")
                .source("cluster.failover.queueTimeout", "2s")
                .user("app", "admin", true);
    try (RoutedCluster routed = new RoutedCluster(wishes, WithoutWriter::twoTables);
        Connection reads = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(reads, "other");
      routed.second().execute("SELECT pg_wal_replay_pause()");
      try (Connection writes = routed.connect("preferQueryMode", "simple")) {
        execute(writes, "INSERT INTO other VALUES (2)");
      }
      routed.awaitReplicas(() -> routed.first().port() == where(reads) && other(reads).equals("2"));
      routed.first().kill();
      loseWriter(routed);

      assertThat(refused(reads, COUNT)).as("never back behind what it has seen").isEqualTo("57P03");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet", "strict"})
  void withoutTheStoreOtherNodesMayHaveWritten(String consistency) throws Exception {
    try (RedisProcess store = RedisProcess.running();
        RoutedCluster routed =
            new RoutedCluster(
                c ->
                    c.node("store.servers", List.of(store.address()))
                        .source("cluster.reads", "all")
                        .source("cluster.consistency", consistency)
                        .source("cluster.lag.maxStaleness", "500ms")
                        .source("cluster.failover.queueTimeout", "2s")
                        .user("app", "admin", true),
                WithoutWriter::twoTables);
        Connection reads = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(reads, "other");
      routed.awaitReplicas(() -> routed.isReplica(where(reads)));
      routed.awaitKnown(routed.node());
      loseWriter(routed);
      assertWaits(consistency, false, reads);

      store.stop();
      if (consistency.equals("session")) {
        assertWaits(consistency, false, reads);
      } else {
        Await.until("reads wait", () -> "57P03".equals(refused(reads, COUNT)));
        store.start();
        routed.first().promote();
        Await.until("reads go on", () -> "answered".equals(refused(reads, "SELECT i FROM other")));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet", "strict"})
  void keptResultsAreServedWithoutWriter(String consistency) throws Exception {
    try (RedisProcess store = RedisProcess.running();
        RoutedCluster routed =
            new RoutedCluster(
                c ->
                    c.node("store.servers", List.of(store.address()))
                        .source("cluster.reads", "none")
                        .source("cluster.consistency", consistency)
                        .source("cluster.failover.queueTimeout", "2s")
                        .user("app", "admin", true)
                        .vdb("cache.enabled", true)
                        .vdb("rules", List.of("main"))
                        .rules(
                            "main", "{\"action\": \"cache\", \"parameters\": {\"ttl\": 600000}}"),
                primary ->
                    asOwner(
                        primary, "CREATE TABLE other (i int)", "INSERT INTO other VALUES (1)"));
        Connection reads = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(reads, "other");
      Await.until(
          "it is kept",
          () -> {
            other(reads);
            other(reads);
            return isCached(reads);
          });
      loseWriter(routed);
      assertThat(other(reads)).isEqualTo("1");
      assertThat(isCached(reads)).isTrue();

      store.stop();
      if (consistency.equals("session")) {
        assertThat(other(reads)).isEqualTo("1");
      } else {
        Await.until("it is not served", () -> "57P03".equals(refused(reads, COUNT)));
      }
    }
  }
}
