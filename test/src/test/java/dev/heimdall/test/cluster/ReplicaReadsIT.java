package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
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
import dev.heimdall.test.operate.Door;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reads go to replicas, and what must not go there does not. */
@Tag("ci")
class ReplicaReadsIT {
  private static final String WHERE = "SELECT current_setting('port') FROM t LIMIT 1";

  private static RoutedCluster start(Consumer<TestConfiguration> wishes, String... prepare) {
    return new RoutedCluster(
        c -> {
          c.source("cluster.reads", "all");
          wishes.accept(c);
        },
        primary -> {
          asOwner(primary, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");
          asOwner(primary, "CREATE TABLE other (i int)", "INSERT INTO other VALUES (1)");
          asOwner(primary, prepare);
        });
  }

  private static int where(Connection client) throws SQLException {
    return Integer.parseInt(value(client, WHERE));
  }

  @Test
  void readsGoToBothReplicasByEachProtocolAndTheSessionGoesWithThem() throws Exception {
    try (RoutedCluster routed = start(c -> {});
        Connection simple = routed.connect("preferQueryMode", "simple");
        Connection extended = routed.connect();
        Connection named = routed.connect("prepareThreshold", "1")) {
      for (Connection client : List.of(simple, extended, named)) {
        Set<Integer> answered = new HashSet<>();
        Await.until(
            "both replicas answer",
            () -> {
              answered.add(where(client));
              return answered.containsAll(List.of(routed.first().port(), routed.second().port()));
            });
        execute(client, "SET work_mem = '7MB'");
        for (int i = 0; i < 5; i++) {
          assertThat(
                  value(
                      client,
                      "SELECT current_setting('work_mem') || current_setting('port') FROM t"))
              .matches("7MB(" + routed.first().port() + "|" + routed.second().port() + ")");
        }
      }
      try (PreparedStatement read =
          named.prepareStatement("SELECT i + ?, current_setting('port')::int FROM t")) {
        for (int i = 0; i < 20; i++) {
          read.setInt(1, i);
          try (ResultSet row = read.executeQuery()) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(i + 1);
            assertThat(routed.isReplica(row.getInt(2))).isTrue();
          }
        }
      }
      assertThat(routed.node().servers())
          .extracting(row -> Integer.parseInt(row.get("port")))
          .contains(routed.first().port(), routed.second().port(), routed.primary().port());
    }
  }

  @Test
  void withoutRulesAndCatalogueTheTextAloneProvesARead() throws Exception {
    try (RoutedCluster routed =
            start(
                c -> c.source("catalog.enabled", false),
                "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS"
                    + " $$ SELECT current_setting('port') $$");
        Connection client = routed.connect()) {
      Await.until("a replica answers", () -> routed.isReplica(where(client)));
      assertThat(Integer.parseInt(value(client, "SELECT f() FROM t")))
          .isEqualTo(routed.primary().port());
    }
  }

  @Test
  void everyLoopReadsFromReplicasAndWritesWithMoreLoopsThanConnections() throws Exception {
    List<Connection> clients = new ArrayList<>();
    try (RoutedCluster routed = start(c -> c.node("loops", 3).vdb("pool.size", 1))) {
      for (int i = 0; i < 9; i++) {
        clients.add(routed.connect());
      }
      for (Connection client : clients) {
        Await.until("a replica answers", () -> routed.isReplica(where(client)));
      }
      for (int round = 0; round < 3; round++) {
        for (Connection client : clients) {
          execute(client, "UPDATE other SET i = i + 1");
        }
      }
      assertThat(value(clients.get(0), "SELECT i FROM other FOR UPDATE")).isEqualTo("28");
      assertThat(
              routed.node().servers().stream()
                  .filter(row -> !"listening".equals(row.get("state")))
                  .map(row -> row.get("port")))
          .doesNotHaveDuplicates();
    } finally {
      for (Connection client : clients) {
        client.close();
      }
    }
  }

  @Test
  void poolsAreShownForEachServer() throws Exception {
    try (RoutedCluster routed = start(c -> {});
        Connection client = routed.connect()) {
      Set<Integer> answered = new HashSet<>();
      Await.until(
          "both replicas answer",
          () -> {
            answered.add(where(client));
            return answered.containsAll(List.of(routed.first().port(), routed.second().port()));
          });
      Door door = new Door(routed.node().httpPort());
      for (PostgresServer server : routed.cluster().servers()) {
        String address = server.host() + ":" + server.port();
        assertThat(routed.node().admin("SHOW POOLS"))
            .filteredOn(row -> address.equals(row.get("server")))
            .as(address)
            .hasSize(1)
            .first()
            .satisfies(row -> assertThat(row).containsEntry("cl_active", "0"))
            .satisfies(row -> assertThat(row.get("sv_idle")).isNotEqualTo("0"));
        assertThat(
                door.metric(
                    "heimdall_cluster_pool_servers{database=\"app\",server=\"%s\",state=\"idle\",user=\"app\",vdb=\"app\"}"
                        .formatted(address)))
            .isPositive();
      }
    }
  }

  /** It is the same on each server. */
  @Test
  void whatASessionHasSetMayBeReadOnAReplica() throws Exception {
    try (RoutedCluster routed =
            start(
                c -> {},
                "CREATE FUNCTION tenant() RETURNS text STABLE LANGUAGE sql AS"
                    + " $$ SELECT current_setting('shop.tenant') $$",
                "CREATE VIEW tenants AS SELECT current_setting('shop.tenant', true) AS a,"
                    + " current_setting('search_path') AS b");
        Connection client = routed.connect()) {
      execute(client, "SET shop.tenant = 'seven'");
      String where = "SELECT current_setting('port') FROM t";
      for (String read :
          List.of(
              where + " WHERE current_setting('shop.tenant') = 'seven'",
              where + " WHERE current_setting('TimeZone') <> ''",
              where + " WHERE tenant() = 'seven'",
              where + " WHERE EXISTS (SELECT FROM tenants WHERE a = 'seven')")) {
        Await.until(
            "it is read on a replica: " + read,
            () -> Integer.parseInt(value(client, read)) != routed.primary().port());
      }
    }
  }

  @Test
  void whatMayNotGoToAReplicaDoesNot() throws Exception {
    try (RoutedCluster routed =
            start(
                c -> {},
                "CREATE SEQUENCE numbers",
                "CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS"
                    + " 'INSERT INTO t VALUES (2) RETURNING i'",
                "CREATE FUNCTION says() RETURNS text STABLE LANGUAGE plpgsql AS"
                    + " 'BEGIN RETURN current_setting(''in_hot_standby''); END'",
                "CREATE VIEW said AS SELECT current_setting('in_hot_standby')",
                "CREATE UNLOGGED TABLE unlogged (i int)",
                "INSERT INTO unlogged VALUES (3)");
        Connection client = routed.connect()) {
      routed.awaitReplicaReads(client);
      int writer = routed.primary().port();
      assertThat(Integer.parseInt(value(client, WHERE + " FOR UPDATE"))).isEqualTo(writer);
      assertThat(value(client, "SELECT writes()")).isEqualTo("2");
      assertThat(value(client, "SELECT nextval('numbers')")).isEqualTo("1");
      assertThat(value(client, "SELECT pg_is_in_recovery() FROM pg_class LIMIT 1")).isEqualTo("f");
      for (String said :
          List.of(
              "current_setting('transaction_read_only')",
              "current_setting('in_hot_standby')",
              "(SELECT setting FROM pg_settings WHERE name = 'in_hot_standby')",
              "(SELECT current_setting('transaction_read_only'))",
              "current_setting('in_hot_' || 'standby')",
              "says()",
              "(SELECT * FROM said)",
              "CASE WHEN pg_is_in_recovery() THEN 'on' ELSE 'off' END",
              "CASE WHEN pg_last_wal_replay_lsn() IS NULL THEN 'off' ELSE 'on' END",
              "CASE WHEN pg_last_xact_replay_timestamp() IS NULL THEN 'off' ELSE 'on' END",
              "CASE inet_server_port() WHEN " + writer + " THEN 'off' ELSE 'on' END")) {
        for (int i = 0; i < 4; i++) {
          assertThat(value(client, "SELECT " + said)).as(said).isEqualTo("off");
        }
      }
      for (int i = 0; i < 4; i++) {
        assertThat(value(client, "SELECT current_setting('port')")).isEqualTo("" + writer);
      }
      for (String said :
          List.of(
              "pg_backend_pid()",
              "pg_postmaster_start_time()",
              "pg_control_system()",
              "txid_current_if_assigned()",
              "txid_current_snapshot()",
              "pg_current_wal_lsn()",
              "(SELECT count(*) FROM pg_stat_activity)",
              "(SELECT count(*) FROM pg_locks)",
              "(SELECT count(*) FROM pg_stat_replication)",
              "(SELECT count(*) FROM pg_replication_slots)",
              "(SELECT count(*) FROM pg_stat_wal_receiver)")) {
        for (int i = 0; i < 4; i++) {
          assertThat(Integer.parseInt(value(client, WHERE.replace("')", "'), " + said))))
              .as(said)
              .isEqualTo(writer);
        }
      }
      client.setAutoCommit(false);
      assertThat(where(client)).isEqualTo(writer);
      client.commit();
      client.setAutoCommit(true);
      assertThat(value(client, "SELECT i FROM unlogged"))
          .as("what only the writer can read is read there")
          .isEqualTo("3");
      execute(client, "CREATE TEMP TABLE mine (i int)");
      execute(client, "INSERT INTO mine VALUES (4)");
      assertThat(value(client, "SELECT i FROM mine")).isEqualTo("4");
      assertThat(where(client)).as("it is pinned").isEqualTo(writer);
    }
  }

  @Test
  void aReadMissesNothingThatWasWrittenBefore() throws Exception {
    try (RoutedCluster routed =
            start(
                c -> c.user("app", "admin", true),
                "CREATE VIEW seen AS SELECT i FROM t",
                "CREATE FUNCTION adds() RETURNS void LANGUAGE plpgsql AS"
                    + " 'BEGIN EXECUTE ''INSERT INTO t VALUES (3)''; END'");
        Connection client = routed.connect();
        Connection another = routed.connect("preferQueryMode", "simple")) {
      routed.awaitReplicaReads(client);
      routed.awaitReplicaReads(another);
      awaitCatalogue(another, "other");
      routed.pauseReplay(true);
      int writer = routed.primary().port();

      execute(client, "INSERT INTO t VALUES (2)");
      for (Connection reader : List.of(client, another)) {
        assertThat(value(reader, "SELECT count(*) FROM t")).isEqualTo("2");
        assertThat(value(reader, "SELECT count(*) FROM seen")).isEqualTo("2");
        assertThat(value(reader, "SELECT count(*) || ' ' || current_setting('port') FROM t"))
            .isEqualTo("2 " + writer);
      }
      Await.until(
          "what was not written is read from replicas",
          Duration.ofSeconds(20),
          () -> answeredBy(another, "other").startsWith("replica"),
          () -> last(another, "other"));

      // A function of which nobody knows what it writes, and which therefore pins its session.
      try (Connection third = routed.connect()) {
        execute(third, "SELECT adds()");
      }
      assertThat(value(another, "SELECT count(*) FROM t")).isEqualTo("3");
      assertThat(answeredBy(another, "other"))
          .isEqualTo("writer: no replica has replayed yet what it must not miss");

      routed.pauseReplay(false);
      Await.until(
          "replicas answer again",
          () -> routed.isReplica(where(client)) && routed.isReplica(where(another)));
      assertThat(value(another, "SELECT count(*) FROM t")).isEqualTo("3");

      // In a transaction it counts from the commit on.
      routed.pauseReplay(true);
      client.setAutoCommit(false);
      execute(client, "INSERT INTO t VALUES (4)");
      execute(client, "SAVEPOINT s");
      execute(client, "DELETE FROM other");
      client.commit();
      assertThat(value(another, "SELECT count(*) FROM t")).isEqualTo("4");
      assertThat(value(another, "SELECT count(*) FROM other")).isEqualTo("0");
      client.setAutoCommit(true);
      execute(client, "CREATE TABLE fresh AS SELECT 5 AS i");
      assertThat(value(another, "SELECT i FROM fresh")).isEqualTo("5");
      routed.pauseReplay(false);
    }
  }

  @Test
  void theClockAndTheSessionAreTheSameWhateverWasWritten() throws Exception {
    try (RoutedCluster routed =
            start(
                c -> c.user("app", "admin", true),
                "CREATE FUNCTION counted() RETURNS bigint LANGUAGE plpgsql AS"
                    + " 'BEGIN RETURN (SELECT count(*) FROM other); END'");
        Connection client = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(client, "other");
      routed.awaitReplicaReads(client);
      execute(client, "SET work_mem = '7MB'");
      routed.pauseReplay(true);
      execute(client, "INSERT INTO t VALUES (2)");
      Await.until(
          "a table that was not written is read from replicas",
          Duration.ofSeconds(20),
          () -> answeredBy(client, "other").startsWith("replica"),
          () -> last(client, "other") + routed.node().admin("SHOW NODES"));
      for (String read :
          List.of(
              "SELECT count(*), now(), random() FROM other",
              "SELECT current_timestamp, version(), current_user",
              "SELECT counted()")) {
        value(client, read);
        assertThat(queryInfo(client).get("answered by")).as(read).startsWith("replica");
      }
      assertThat(value(client, "SELECT current_setting('work_mem') FROM other")).isEqualTo("7MB");
      assertThat(queryInfo(client).get("answered by")).startsWith("replica");
      assertThat(value(client, "SELECT count(*) || left(now()::text, 0) FROM t")).isEqualTo("2");
      assertThat(queryInfo(client).get("answered by")).startsWith("writer");
      routed.pauseReplay(false);

      for (int i = 0; i < 10; i++) {
        assertThat(value(client, "SELECT pg_is_in_recovery()")).isEqualTo("f");
        assertThat(queryInfo(client).get("answered by"))
            .isEqualTo("writer: it asks about the server itself, or its definitions");
      }
    }
  }

  /** Where a read of this table was sent, and why. */
  private static String answeredBy(Connection client, String table) throws SQLException {
    // Repeatable, so that only the table counts: the answer tells nothing of the server.
    value(client, "SELECT count(*) FROM " + table);
    return queryInfo(client).get("answered by");
  }

  private static String last(Connection client, String table) {
    try {
      return answeredBy(client, table);
    } catch (SQLException e) {
      return e.toString();
    }
  }

  @Test
  void withTheConsistencyOfASessionOnlyItsOwnWritesCount() throws Exception {
    try (RoutedCluster routed = start(c -> c.source("cluster.consistency", "session"));
        Connection client = routed.connect();
        Connection another = routed.connect()) {
      routed.awaitReplicaReads(client);
      routed.awaitReplicaReads(another);
      routed.pauseReplay(true);
      execute(client, "INSERT INTO t VALUES (2)");
      assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("2");
      assertThat(value(another, "SELECT count(*) FROM t")).isEqualTo("1");
      routed.pauseReplay(false);
    }
  }

  @Test
  void whatIsSentWithoutWaitingStaysInOrder() throws Exception {
    try (RoutedCluster routed = start(c -> {});
        Connection warm = routed.connect();
        RawClient client = RawClient.logIn(routed.node().target())) {
      routed.awaitReplicaReads(warm);
      client.send(
          query("SELECT count(*) FROM t"),
          query("INSERT INTO t VALUES (2)"),
          query("SELECT count(*) FROM t"),
          query("BEGIN"),
          query("INSERT INTO t VALUES (3)"),
          query("COMMIT"),
          query("SELECT count(*) FROM t"));
      List<String> counts = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        counts.addAll(values(client));
      }
      assertThat(counts).containsExactly("1", "2", "3");

      client.send(
          all(parse("a", "SELECT count(*) FROM t"), bind("", "a"), execute("", 0), sync()),
          all(parse("b", "INSERT INTO t VALUES (4)"), bind("", "b"), execute("", 0), sync()),
          all(bind("", "a"), execute("", 0), sync()),
          // Two statements up to one Sync.
          all(bind("", "a"), execute("", 0), bind("", "b"), execute("", 0), sync()),
          all(bind("", "a"), execute("", 0), sync()));
      counts.clear();
      for (int i = 0; i < 5; i++) {
        counts.addAll(values(client));
      }
      assertThat(counts).containsExactly("3", "4", "4", "5");
    }
  }

  private static List<String> values(RawClient client) throws Exception {
    List<String> values = new ArrayList<>();
    for (Message message : client.untilReady()) {
      assertThat(message.type()).isNotEqualTo('E');
      if (message.type() == 'D') {
        values.add(message.columns().get(0));
      }
    }
    return values;
  }

  private static CompletableFuture<String> later(Connection client, String sql) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return value(client, sql);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** Waits for a statement that sleeps and says which replica carries it out. */
  private static PostgresServer running(RoutedCluster routed) {
    List<PostgresServer> found = new ArrayList<>();
    Await.until(
        "the read runs on a replica",
        () -> {
          for (PostgresServer replica : List.of(routed.first(), routed.second())) {
            String count =
                replica.queryValue(
                    "app",
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'"
                        + " AND state = 'active' AND pid <> pg_backend_pid()");
            if (!count.equals("0")) {
              found.add(replica);
            }
          }
          return !found.isEmpty();
        });
    return found.get(0);
  }

  @Test
  void aReadWhoseReplicaDiesIsAnsweredElsewhere() throws Exception {
    for (String mode : List.of("simple", "extended")) {
      try (RoutedCluster routed = start(c -> {});
          Connection client = routed.connect("preferQueryMode", mode)) {
        routed.awaitReplicaReads(client);
        CompletableFuture<String> read = later(client, "SELECT i FROM t, pg_sleep(2)");
        running(routed).kill();
        assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo("1");
        for (int i = 0; i < 10; i++) {
          assertThat(value(client, "SELECT i FROM t")).isEqualTo("1");
        }
      }
    }
  }

  @Test
  void aReadOnAReplicaThatStandsStillIsAnsweredElsewhere() throws Exception {
    try (RoutedCluster routed = start(c -> {});
        Connection client = routed.connect()) {
      routed.awaitReplicaReads(client);
      CompletableFuture<String> read = later(client, "SELECT i FROM t, pg_sleep(1)");
      PostgresServer frozen = running(routed);
      frozen.freeze();
      try {
        assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo("1");
        assertThat(value(client, "SELECT i FROM t")).isEqualTo("1");
      } finally {
        frozen.thaw();
      }
      Await.until("it answers reads again", () -> where(client) == frozen.port());
    }
  }

  @Test
  void shortReadsThatNoReplicaAnswersWaitForTheWriterAndShareIt() throws Exception {
    String read = "SELECT i FROM t";
    for (String mode : List.of("simple", "extended")) {
      try (RoutedCluster routed = start(c -> c.vdb("pool.size", 1).vdb("pipelining.minRuns", 1));
          Connection holder = routed.connect();
          Connection one = routed.connect("preferQueryMode", mode);
          Connection other = routed.connect("preferQueryMode", mode)) {
        for (Connection client : List.of(one, other)) {
          routed.awaitReplicaReads(client);
          for (int i = 0; i < 5; i++) {
            assertThat(value(client, read)).isEqualTo("1");
          }
        }
        holder.setAutoCommit(false);
        execute(holder, "LOCK TABLE other IN SHARE MODE");
        routed.first().freeze();
        routed.second().freeze();
        try {
          CompletableFuture<String> first = later(one, read);
          CompletableFuture<String> second = later(other, read);
          Await.until(
              "both wait for the writer",
              () ->
                  routed.node().admin("SHOW POOLS").stream()
                      .anyMatch(row -> "2".equals(row.get("cl_waiting"))));
          holder.commit();
          assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("1");
          assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo("1");
        } finally {
          routed.first().thaw();
          routed.second().thaw();
        }
      }
    }
  }

  @Test
  void aReadThatRecoveryCancelsIsAnsweredByTheWriter() throws Exception {
    try (RoutedCluster routed =
            start(c -> {}, "CREATE TABLE cleaned AS SELECT i FROM generate_series(1, 1000) i");
        Connection client = routed.connect()) {
      for (PostgresServer replica : List.of(routed.first(), routed.second())) {
        replica.execute("ALTER SYSTEM SET max_standby_streaming_delay = 0");
        replica.execute("SELECT pg_reload_conf()");
      }
      routed.awaitReplicaReads(client);
      CompletableFuture<String> read =
          later(client, "SELECT max(i) || current_setting('port') FROM cleaned, pg_sleep(2)");
      running(routed);
      asOwner(routed.primary(), "DELETE FROM cleaned WHERE i < 1000", "VACUUM cleaned");
      assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo("1000" + routed.primary().port());
    }
  }

  @Test
  void aReadOnAReplicaIsCancelledLikeAnyOther() throws Exception {
    try (RoutedCluster routed = start(c -> {});
        Connection client = routed.connect();
        Statement statement = client.createStatement()) {
      routed.awaitReplicaReads(client);
      CompletableFuture<SQLException> cancelled =
          CompletableFuture.supplyAsync(
              () ->
                  catchThrowableOfType(
                      SQLException.class,
                      () -> statement.executeQuery("SELECT i FROM t, pg_sleep(60)")));
      running(routed);
      statement.cancel();
      assertThat(cancelled.get(30, TimeUnit.SECONDS).getSQLState()).isEqualTo("57014");
      execute(client, "SET statement_timeout = '100ms'");
      SQLException late =
          catchThrowableOfType(
              SQLException.class, () -> value(client, "SELECT i FROM t, pg_sleep(60)"));
      assertThat(late.getSQLState()).isEqualTo("57014");
    }
  }

  @Test
  void aReplicaThatIsPromotedTakesTheWritesAndTheOtherGoesOnReading() throws Exception {
    try (RoutedCluster routed = start(c -> {});
        Connection client = routed.connect()) {
      routed.awaitReplicaReads(client);
      routed.primary().kill();
      routed.first().promote();
      execute(client, "INSERT INTO t VALUES (2)");
      assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("2");
      assertThat(where(client))
          .as("the other one still follows the timeline of before")
          .isEqualTo(routed.first().port());
    }
  }

  @Test
  void rulesSayWhichReadsGoWhere() throws Exception {
    try (RoutedCluster routed =
            start(
                c -> {
                  c.source("cluster.reads", "marked");
                  c.user("app", "admin", true);
                  c.vdb("rules", List.of("main"));
                  c.rules(
                      "main",
                      "{\"match\": \"marked\", \"action\": \"reader-eligible\"}",
                      "{\"match\": \"careless\", \"action\": \"reader-eligible\","
                          + " \"parameters\": {\"lagignore\": true}}",
                      "{\"match\": \"nowhere\", \"action\": \"tag\","
                          + " \"parameters\": {\"serverfilter\": \"no such server\"}}");
                });
        Connection client = routed.connect("preferQueryMode", "simple")) {
      String marked = "SELECT /* marked */ current_setting('port') FROM t";
      Await.until(
          "what is marked is read from replicas",
          () -> routed.isReplica(Integer.parseInt(value(client, marked))));
      assertThat(queryInfo(client).get("answered by")).startsWith("replica: ");
      assertThat(where(client)).isEqualTo(routed.primary().port());
      assertThat(queryInfo(client))
          .containsEntry("answered by", "writer: no rule says that a replica may answer it");
      assertThat(
              routed.isReplica(
                  Integer.parseInt(
                      value(client, "SELECT /* marked nowhere */ current_setting('port') FROM t"))))
          .as("a filter that fits no server does not count")
          .isTrue();

      routed.pauseReplay(true);
      execute(client, "INSERT INTO t VALUES (2)");
      assertThat(value(client, "SELECT /* marked */ count(*) FROM t")).isEqualTo("2");
      assertThat(value(client, "SELECT /* careless */ count(*) FROM t")).isEqualTo("1");
      routed.pauseReplay(false);

      int second = routed.second().port();
      routed
          .node()
          .change(
              c ->
                  c.rules(
                      "main",
                      "{\"match\": \"marked\", \"action\": \"reader-eligible\","
                          + " \"parameters\": {\"serverfilter\": \":"
                          + second
                          + "$\"}}"));
      Await.until("the one named answers", () -> Integer.parseInt(value(client, marked)) == second);
      for (int i = 0; i < 20; i++) {
        assertThat(Integer.parseInt(value(client, marked))).isEqualTo(second);
      }
    }
  }
}
