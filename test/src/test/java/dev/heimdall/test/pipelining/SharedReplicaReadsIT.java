package dev.heimdall.test.pipelining;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.pipelining.SharingNode.outcome;
import static dev.heimdall.test.pipelining.SharingNode.types;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fault.Rest;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Several clients' reads are in the pipeline of one connection to a replica, and something becomes
 * of it: the writer answers what the replica does not, and nobody hears of it.
 */
@Tag("long")
class SharedReplicaReadsIT {
  private static final int BEHIND = 6;

  private static final String AT_THE_GATE =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'";

  private PostgresCluster cluster;
  private PostgresServer replica;
  private SharingNode node;
  private RawClient first;
  private Gate gate;
  private final List<RawClient> behind = new ArrayList<>();

  /** One client's read waits at a gate on the replica, those of the others stand behind it. */
  @BeforeEach
  void start() throws IOException {
    cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .replicas(1)
            .setting("max_standby_streaming_delay", "100ms")
            .start();
    replica = cluster.replicas().get(0);
    cluster
        .primary()
        .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    cluster.primary().executeIn("app", SharingNode.objects());
    cluster.awaitReplay(Duration.ofSeconds(30));
    String hosts =
        "%s:%d,%s:%d"
            .formatted(
                replica.host(), replica.port(), cluster.primary().host(), cluster.primary().port());
    node =
        SharingNode.startOn(
            1,
            c ->
                c.source("url", "jdbc:postgresql://" + hosts + "/app")
                    .cluster(cluster)
                    .source("cluster.reads", "all")
                    .source("cluster.probe.timeout", "1s")
                    .source("cluster.probe.positionInterval", "50ms"));
    first = node.logIn();
    gate = Gate.shut(new Target(replica.host(), replica.port(), "app", "app", "app", false));
    awaitReplica(first);
    // It holds a lock on the table while it waits.
    first.send(query(gate.read("first").replace(" /*", " FROM pipe_rows WHERE id = 1 /*")));
    Await.until("it holds it", () -> replica.queryValue("postgres", AT_THE_GATE).equals("1"));
    for (int i = 0; i < BEHIND; i++) {
      RawClient client = node.logIn();
      behind.add(client);
      client.send(
          i % 2 == 0
              ? query(read(i) + " /* shared */")
              : all(
                  statement(read(i).replace(" FROM", " || $1::text FROM") + " /* shared */", ""),
                  sync()));
    }
    node.awaitDepth(1 + BEHIND);
    assertThat(depthAt(replica)).isEqualTo(1 + BEHIND);
  }

  private static String read(int i) {
    return "SELECT name || ' of client " + i + "' FROM pipe_rows WHERE id = 7";
  }

  private void awaitReplica(RawClient client) {
    String where = "SELECT current_setting('port') FROM pipe_rows LIMIT 1";
    Await.until(
        "reads go to the replica",
        () -> client.value(where).equals(String.valueOf(replica.port())));
  }

  private long depthAt(PostgresServer server) {
    String address = server.host() + ":" + server.port();
    return node.node().admin("SHOW POOLS").stream()
        .filter(row -> address.equals(row.get("server")))
        .mapToLong(row -> Long.parseLong(row.get("pipelined")))
        .sum();
  }

  @AfterEach
  void everythingIsAtRest() throws IOException {
    first.close();
    for (RawClient client : behind) {
      client.close();
    }
    Rest.poolsOf(node.node());
    node.close();
    gate.close();
    cluster.close();
  }

  private void theFirstIsAnswered() throws IOException {
    assertThat(outcome(first.untilReady())).isEqualTo("first");
  }

  private void allAreAnswered() throws IOException {
    theFirstIsAnswered();
    thoseBehindAreAnsweredFrom(0);
    for (RawClient client : behind) {
      assertThat(client.value(read(9) + " /* shared */")).isEqualTo("row 7 of client 9");
    }
  }

  private void thoseBehindAreAnsweredFrom(int from) throws IOException {
    for (int i = from; i < BEHIND; i++) {
      List<Message> answer = behind.get(i).untilReady();
      assertThat(outcome(answer)).isEqualTo("row 7 of client " + i);
      assertThat(types(answer)).isEqualTo(i % 2 == 0 ? "TDCZ" : "12TDCZ");
    }
  }

  @Test
  void theReplicaAnswersAllOfThem() throws IOException {
    gate.open();
    allAreAnswered();
    assertThat(node.repeated()).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = StopMode.class,
      names = {"FAST", "IMMEDIATE"})
  void aReplicaThatStopsCostsNobodyAnything(StopMode mode) throws IOException {
    replica.stop(mode);
    allAreAnswered();
  }

  @Test
  void aKilledReplicaCostsNobodyAnything() throws IOException {
    replica.kill();
    allAreAnswered();
  }

  @Test
  void aReplicaThatStandsStillCostsNobodyAnything() throws IOException {
    replica.freeze();
    try {
      allAreAnswered();
    } finally {
      replica.thaw();
    }
  }

  @Test
  void aConnectionThatIsEndedCostsNobodyAnything() throws IOException {
    replica.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'advisory'");
    gate.open();
    allAreAnswered();
  }

  @Test
  void aReadThatRecoveryCancelsIsAnsweredByTheWriterAndThoseBehindItAreNotTouched()
      throws IOException {
    cluster
        .primary()
        .executeIn("app", "BEGIN; LOCK TABLE pipe_rows IN ACCESS EXCLUSIVE MODE; COMMIT");
    allAreAnswered();
    // Its statistics would have it too, up to ten seconds later.
    Await.until(
        "the replica tells of the conflict",
        () -> Files.readString(replica.log()).contains("due to conflict with recovery"));
  }

  @Test
  void aCancelHitsItsOwnReadAlone() throws IOException {
    behind.get(1).cancel();
    assertThat(outcome(behind.get(1).untilReady())).isEqualTo("57014");
    gate.open();
    theFirstIsAnswered();
    assertThat(outcome(behind.get(0).untilReady())).isEqualTo("row 7 of client 0");
    thoseBehindAreAnsweredFrom(2);
  }

  @Test
  void aClientThatVanishesLeavesTheOthersWhereTheyAre() throws IOException {
    behind.remove(0).close();
    gate.open();
    theFirstIsAnswered();
    for (int i = 1; i < BEHIND; i++) {
      assertThat(outcome(behind.get(i - 1).untilReady())).isEqualTo("row 7 of client " + i);
    }
  }
}
