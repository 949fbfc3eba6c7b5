package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.GlobalFailover;
import dev.heimdall.engine.topology.GlobalTopology;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNodes;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WriteRejectionsTest {
  private static final ServerAddress ONE = new ServerAddress("one", 5432);
  private static final ServerAddress OTHER = new ServerAddress("other", 5432);
  private static final Duration MOST = Duration.ofSeconds(10);

  private long now = Long.MAX_VALUE - 5; // clocks begin anywhere
  private final WriteRejections rejections = new WriteRejections("main", "read_only", () -> now);

  private void after(int seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }

  private void found(ServerAddress writer, NodeState state) {
    found(writer, state, Optional.empty());
  }

  private void found(ServerAddress writer, NodeState state, Optional<GlobalFailover> handover) {
    rejections.changed(
        new Topology(
            1,
            List.of(TopologyNodes.node(writer, NodeRole.WRITER, state, 0)),
            Optional.empty(),
            new GlobalTopology(List.of(), List.of(), WriterFence.OFF, handover)));
  }

  private boolean mayPass() {
    return rejections.mayPass(ONE, MOST);
  }

  /** It has just rejected a write, and is found to take none: as long as {@link #MOST}. */
  private void assertThatItPassesForAWhile() {
    found(ONE, NodeState.READ_ONLY);
    after(9);
    assertThat(mayPass()).isTrue();
    after(2);
    assertThat(mayPass()).isFalse();
  }

  @Test
  void aServerThatStaysReadOnlyIsNotTriedForEver() {
    assertThat(mayPass()).isTrue();
    assertThatItPassesForAWhile();
    after(3_600);
    assertThat(mayPass()).as("it was found so, and not otherwise").isFalse();
  }

  private boolean maySwitch() {
    return rejections.maySwitch(ONE, MOST);
  }

  /** A disk that is full, or an operator's wish: what has lasted for so long is no switchover. */
  @Test
  void oneThatProbesHaveFoundSoLongBeforeItRejectsAWriteIsNotTried() {
    assertThat(maySwitch()).as("nothing is known of it").isTrue();
    found(ONE, NodeState.UP);
    found(ONE, NodeState.READ_ONLY);
    after(9);
    found(ONE, NodeState.READ_ONLY);
    assertThat(maySwitch()).isTrue();
    after(2);
    assertThat(maySwitch()).isFalse();
    assertThat(mayPass()).isFalse();
    assertThat(rejections.maySwitch(OTHER, MOST)).isTrue();
    found(ONE, NodeState.UP);
    assertThat(maySwitch()).isTrue();
    assertThatItPassesForAWhile();
  }

  /** Who began to wait before that would wait on for something that does not come. */
  @Test
  void nobodyWaitsAnyLongerWhereItHasLastedForLongerThanASwitchover() {
    found(ONE, NodeState.READ_ONLY);
    after(9);
    found(ONE, NodeState.READ_ONLY);
    assertThat(rejections.last(MOST)).isFalse();
    after(2);
    found(ONE, NodeState.READ_ONLY);
    assertThat(rejections.last(MOST)).isTrue();
    found(ONE, NodeState.UP);
    assertThat(rejections.last(MOST)).isFalse();
  }

  @Test
  void nobodyIsKeptFromWaitingForOneThatIsNotFoundReadOnly() {
    mayPass();
    after(11);
    assertThat(maySwitch()).as("its next answer may end that").isTrue();
  }

  @Test
  void oneThatWasFoundToTakeWritesMeanwhileMaySwitchAgain() {
    mayPass();
    found(ONE, NodeState.READ_ONLY);
    after(11);
    found(ONE, NodeState.UP);
    assertThat(mayPass()).isTrue();
  }

  @Test
  void anotherWriterBeginsAnew() {
    mayPass();
    found(ONE, NodeState.READ_ONLY);
    after(11);
    assertThat(mayPass()).isFalse();
    found(OTHER, NodeState.UP);
    assertThat(mayPass()).as("a connection to the one before").isTrue();
    after(11);
    assertThat(rejections.mayPass(OTHER, MOST)).isTrue();
  }

  /** Probes may not notice, as they do not write. */
  @Test
  void oneThatIsNotFoundReadOnlyCountsAsLongAsItRejectsWrites() {
    mayPass();
    found(ONE, NodeState.UP);
    after(6);
    assertThat(mayPass()).isTrue();
    found(ONE, NodeState.UP);
    after(6);
    assertThat(mayPass()).isFalse();
    after(11);
    assertThat(mayPass()).as("it has rejected none for long").isTrue();
  }

  @Test
  void aSwitchoverThatIsReportedTakesAsLongAsItTakes() {
    found(
        ONE,
        NodeState.READ_ONLY,
        Optional.of(new GlobalFailover("switchover", "one to other", Instant.EPOCH)));
    mayPass();
    after(11);
    assertThat(maySwitch()).isTrue();
    assertThat(mayPass()).isTrue();
    assertThatItPassesForAWhile();
  }
}
