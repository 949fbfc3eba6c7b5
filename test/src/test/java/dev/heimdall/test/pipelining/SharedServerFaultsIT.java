package dev.heimdall.test.pipelining;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
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
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server ends a connection, or itself, with statements of several clients on their way. */
@Tag("long")
class SharedServerFaultsIT {
  private static final int BEHIND = 6;

  private static PostgresCluster cluster;

  private final List<RawClient> behind = new ArrayList<>();
  private TcpFaults network;
  private SharingNode node;
  private RawClient first;
  private Gate gate;

  @BeforeAll
  static void startCluster() {
    cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .replicas(1)
            .setting("max_standby_streaming_delay", "100ms")
            .start();
    cluster
        .primary()
        .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    cluster.primary().executeIn("app", SharingNode.objects());
    cluster.awaitReplay(Duration.ofSeconds(30));
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void start() throws IOException {
    network = new TcpFaults(cluster.primary().host(), cluster.primary().port());
    open("jdbc:postgresql://127.0.0.1:" + network.port() + "/app", target(cluster.primary()));
  }

  /** One client's read waits at the gate, those of the others stand behind it. */
  private void open(String url, Target gateAt) throws IOException {
    node = SharingNode.startOn(1, c -> c.source("url", url).source("connectTimeout", "2s"));
    first = node.logIn();
    gate = gateAt == null ? null : Gate.shut(gateAt);
    if (gate != null) {
      node.occupy(first, gate);
      for (int i = 0; i < BEHIND; i++) {
        RawClient client = node.logIn();
        behind.add(client);
        client.send(
            i % 2 == 0
                ? query("SELECT 'client " + i + "' /* shared */")
                : all(statement("SELECT $1::text /* shared */", "client " + i), sync()));
      }
      node.awaitDepth(1 + BEHIND);
    }
  }

  @AfterEach
  void everythingIsAtRest() throws IOException {
    first.vanish(); // which may wait at the gate: one that only closes is waited for
    for (RawClient client : behind) {
      client.vanish();
    }
    behind.clear();
    Rest.poolsOf(node.node());
    node.close();
    if (gate != null) {
      gate.close();
    }
    network.close();
  }

  private static Target target(PostgresServer server) {
    return new Target(server.host(), server.port(), "app", "app", "app", false);
  }

  private static long pidOf(SharingNode node) {
    return Long.parseLong(node.node().servers().get(0).get("remote_pid"));
  }

  private void thoseBehindAreAnswered() throws IOException {
    thoseBehindAreAnsweredBut(0);
    assertThat(node.repeated()).isGreaterThanOrEqualTo(BEHIND);
  }

  /**
   * @param begun how many the server may leave in the middle of their answers: what a client has
   *     had a part of cannot run again
   */
  private void thoseBehindAreAnsweredBut(int begun) throws IOException {
    int cut = 0;
    for (int i = 0; i < BEHIND; i++) {
      List<Message> answer = behind.get(i).untilReady();
      String whole = i % 2 == 0 ? "TDCZ" : "12TDCZ";
      if (cut < begun && types(answer).equals(whole.replace('C', 'E'))) {
        cut++;
      } else {
        assertThat(outcome(answer)).isEqualTo("client " + i);
        assertThat(types(answer)).isEqualTo(whole);
      }
    }
  }

  private void theFirstFailsOnce(String sqlState) throws IOException {
    List<Message> answer = first.untilReady();
    assertThat(outcome(answer)).isEqualTo(sqlState);
    assertThat(answer).filteredOn(m -> m.type() == 'E').hasSize(1);
    assertThat(answer.get(answer.size() - 1).status()).isEqualTo('I');
  }

  private void allGoOn() throws IOException {
    assertThat(first.value("SELECT 'and on' /* shared */")).isEqualTo("and on");
    for (RawClient client : behind) {
      assertThat(client.value("SELECT 'and on' /* shared */")).isEqualTo("and on");
    }
  }

  @Test
  void anAdministratorsTerminateCostsNobodyAnything() throws IOException {
    cluster.primary().execute("SELECT pg_terminate_backend(" + pidOf(node) + ")");
    gate.open();

    assertThat(outcome(first.untilReady())).isIn("first", "57P01");
    thoseBehindAreAnswered();
    allGoOn();
  }

  @Test
  void aCutOfTheNetworkCostsNobodyAnything() throws IOException {
    network.cutAll(true);
    gate.open();

    assertThat(outcome(first.untilReady())).isEqualTo("first");
    thoseBehindAreAnswered();
    allGoOn();
  }

  @Test
  void aKilledServerProcessCostsThoseBehindNothing() throws IOException {
    ProcessHandle.of(pidOf(node)).orElseThrow().destroyForcibly();

    // The whole server recovers; the gate went with it.
    assertThat(outcome(first.untilReady())).isIn("first", "08006", "57P02");
    thoseBehindAreAnswered();
    allGoOn();
  }

  @ParameterizedTest
  @EnumSource(
      value = StopMode.class,
      names = {"FAST", "IMMEDIATE"})
  void aRestartOfTheServerCostsThoseBehindNothing(StopMode mode) throws IOException {
    cluster.primary().stop(mode);
    cluster.primary().start();

    // A server that ends its processes one after another may end the gate's first and the node's
    // last: that one answers what it held in between, and nothing is left to run again.
    assertThat(outcome(first.untilReady())).isIn("first", "57P01", "57P02", "08006");
    thoseBehindAreAnsweredBut(1);
    allGoOn();
  }

  @Test
  void anErrorOfMemoryIsItsOwnersAlone() throws IOException {
    RawClient large = node.logIn();
    behind.add(large);
    large.send(query("SELECT length(repeat('x', 1100000000)) /* shared */"));
    node.awaitDepth(2 + BEHIND);
    gate.open();

    assertThat(outcome(first.untilReady())).isEqualTo("first");
    for (int i = 0; i < BEHIND; i++) {
      assertThat(outcome(behind.get(i).untilReady())).isEqualTo("client " + i);
    }
    assertThat(outcome(large.untilReady())).isEqualTo("54000");
    allGoOn();
  }

  @Test
  void aConflictWithRecoveryOnAReplicaIsTheFirstOnesAlone() throws IOException {
    everythingIsAtRest();
    network = new TcpFaults(cluster.primary().host(), cluster.primary().port());
    PostgresServer replica = cluster.replicas().get(0);
    open(replica.jdbcUrl("app"), null);
    node.awaitShares(first);
    cluster.primary().executeIn("app", "DROP TABLE IF EXISTS pipe_conflict");
    cluster.primary().executeIn("app", "CREATE TABLE pipe_conflict AS SELECT 1 AS n");
    cluster.awaitReplay(Duration.ofSeconds(30));
    node.node().admin("RECONNECT app");
    node.awaitShares(first);
    first.send(
        query(
            "SELECT pipe_slow(20000, n::text) FROM pipe_rows r, generate_series(1, 1) n WHERE id ="
                + " 1 /* shared */"));
    node.awaitDepth(1);
    RawClient second = node.logIn();
    behind.add(second);
    second.send(query("SELECT 'second' /* shared */"));
    node.awaitDepth(2);
    Await.until(
        "the first one has locked its table",
        () ->
            !replica
                .queryValue(
                    "app",
                    "SELECT count(*) FROM pg_locks WHERE granted AND relation ="
                        + " 'pipe_rows'::regclass")
                .equals("0"));
    cluster
        .primary()
        .executeIn("app", "BEGIN; LOCK TABLE pipe_rows IN ACCESS EXCLUSIVE MODE; COMMIT");

    assertThat(outcome(first.untilReady())).isEqualTo("40001");
    assertThat(outcome(second.untilReady())).isEqualTo("second");
    allGoOn();
  }

  @Test
  void preparedStatementsAreKnownOverTheNextConnection() throws IOException {
    gate.open();
    first.untilReady();
    for (RawClient client : behind) {
      client.untilReady();
    }
    first.send(parse("s", "SELECT $1::text || '!' /* shared */"), sync());
    first.untilReady();
    for (int i = 0; i < 3; i++) {
      first.send(bind("", "s", "given"), execute("", 0), sync());
      assertThat(outcome(first.untilReady())).isEqualTo("given!");
      network.cutAll(false);
      Await.until("the loss is known", () -> node.node().servers().isEmpty());
    }
    allGoOn();
  }
}
