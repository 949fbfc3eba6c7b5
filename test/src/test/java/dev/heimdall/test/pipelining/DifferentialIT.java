package dev.heimdall.test.pipelining;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fault.Rest;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The same clients with the same random statements, directly, through a node whose clients share
 * connections as much as they can, and through one whose clients do not: every byte of every answer
 * is the same, but for what {@link Replies} lists. {@code -Ddifferential.statements} makes it
 * longer, {@code -Ddifferential.clients} larger, {@code -Ddifferential.seed} repeats a run.
 */
@Tag("ci")
class DifferentialIT {
  private static final int CLIENTS = Integer.getInteger("differential.clients", 16);
  private static final long STATEMENTS = Long.getLong("differential.statements", 3_000);
  private static final long SEED = Long.getLong("differential.seed", System.nanoTime());
  private static final int STEPS = Integer.getInteger("differential.steps", 150);

  /** So few that statements have to stand behind each other. */
  private static final int CONNECTIONS = Integer.getInteger("differential.connections", 4);

  @BeforeAll
  static void prepare() {
    Questions.prepareDatabase();
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS) // as long as it is asked to run
  void nobodySeesWhetherConnectionsAreShared() throws Exception {
    try (LoggedLines log = LoggedLines.of("heimdall.server");
        SharingNode reads = SharingNode.startOn(CONNECTIONS, c -> sharing(c, false));
        SharingNode writes = SharingNode.startOn(CONNECTIONS, c -> sharing(c, true));
        TestNode apart =
            TestNode.start(
                c -> {
                  SharingNode.settings(c, CONNECTIONS);
                  c.vdb("pipelining.enabled", false);
                })) {
      List<SharingNode> sharing = List.of(reads, writes);
      long statements = 0;
      int round = 0;
      for (long seed = SEED; statements < STATEMENTS; seed++) {
        SharingNode shared = sharing.get(round++ % 2);
        DifferentialRun direct = play(SharedPostgres.target(), seed);
        statements += direct.statements();

        assertThat(play(apart.target(), seed).differencesFrom(direct))
            .as("without sharing, -Ddifferential.seed=%d", seed)
            .isEmpty();
        assertThat(play(shared.target(), seed).differencesFrom(direct))
            .as(
                "with sharing%s, -Ddifferential.seed=%d",
                shared == writes ? " of writes" : "", seed)
            .isEmpty();
      }
      System.out.printf(
          "differential: seed %d, %d statements, %d shared, %d of them behind others, %d repeated,"
              + " no difference; not shared %s%n",
          SEED,
          statements,
          sum(sharing, SharingNode::pipelined),
          sum(sharing, SharingNode::queued),
          sum(sharing, SharingNode::repeated),
          sharing.stream().map(SharingNode::unshared).toList());

      assertThat(sum(sharing, SharingNode::pipelined))
          .as("statements that shared; one that is new to its connection is described there first")
          .isGreaterThan(statements / 5); // 0.38 of them mostly, 0.30 on a busy machine
      assertThat(sum(sharing, SharingNode::queued))
          .as("statements behind others")
          .isGreaterThan(statements / 20);
      assertThat(sum(sharing, SharingNode::repeated)).isPositive();
      assertThat(log.beginningWith("WARN a cancel request")).isEmpty();
      Rest.poolsOf(reads.node());
      Rest.poolsOf(writes.node());
      Rest.poolsOf(apart);
    }
  }

  @Test
  void oneAlteredByteIsFoundOut() throws Exception {
    Target server = SharedPostgres.target();
    DifferentialRun direct = play(server, SEED);
    try (TcpFaults proxy = new TcpFaults(server.host(), server.port())) {
      Target altered =
          new Target(
              "127.0.0.1",
              proxy.port(),
              server.database(),
              server.user(),
              server.password(),
              false);
      assertThat(play(altered, SEED).differencesFrom(direct)).isEmpty();
      proxy.swapOnce(
          "row 1".getBytes(StandardCharsets.UTF_8), "row 9".getBytes(StandardCharsets.UTF_8));

      List<String> differences = play(altered, SEED).differencesFrom(direct);

      assertThat(proxy.swapped()).isTrue();
      assertThat(differences).hasSize(1);
      assertThat(differences.get(0)).contains("row 1").contains("row 9");
    }
  }

  /** As much as can be, but for waiting behind what takes long. */
  private static void sharing(TestConfiguration c, boolean writes) {
    c.vdb("pipelining.maxFirstAge", "50ms").vdb("pipelining.writes", writes);
  }

  private static long sum(List<SharingNode> nodes, ToLongFunction<SharingNode> figure) {
    return nodes.stream().mapToLong(figure).sum();
  }

  private static DifferentialRun play(Target target, long seed) throws InterruptedException {
    return DifferentialRun.play(target, CLIENTS, STEPS, seed);
  }
}
