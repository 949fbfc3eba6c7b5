package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.model.ProbeSettings;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeIntervalTest {
  private static final ServerAddress A = new ServerAddress("a", 5432);
  private static final long SECOND = 1_000_000_000L;

  private final ProbeSettings settings = ProbeSettings.defaults();
  private final ProbeInterval cadence = new ProbeInterval(settings, 0);
  private final TopologyJudge judge = new TopologyJudge(Probers.postgres(), List.of());

  private static ProbeHistory writer(long at) {
    return ProbeHistory.none(A)
        .answered(
            new NodeReport(
                "a", "a", "", "", true, false, 1, new Lsn(1), 0, "", List.of(), true, List.of()),
            at);
  }

  private Topology judged(ProbeHistory probed) {
    return judge.judge(Topology.unasked(List.of(A)), List.of(probed), RdsDescriptions.nothing());
  }

  private Duration next(ProbeHistory probed, long now) {
    return cadence.next(probed, judged(probed), now);
  }

  @Test
  void inPeaceAServerIsAskedForItsPosition() {
    assertThat(next(writer(1), 2)).isEqualTo(settings.positionInterval());
  }

  @Test
  void withoutAWriterServersAreAskedOftenForFiveMinutes() {
    ProbeHistory gone = writer(1).failed("x").failed("x");
    next(writer(1), 2);

    assertThat(next(gone, SECOND)).isEqualTo(settings.failoverInterval());
    assertThat(next(gone, 300 * SECOND)).isEqualTo(settings.failoverInterval());
    assertThat(next(gone, 302 * SECOND)).isEqualTo(settings.failedInterval());
  }

  @Test
  void aSuspicionLastsUntilTheWriterHasAnsweredAfterIt() {
    cadence.suspect(10);

    assertThat(next(writer(9), 11)).isEqualTo(settings.failoverInterval());
    assertThat(next(writer(12), 13)).isEqualTo(settings.positionInterval());
  }

  @Test
  void whoFailedOnceIsAskedAgainSoonAndWhoIsDownSeldom() {
    Topology peace = judged(writer(1));
    ProbeHistory once = ProbeHistory.none(new ServerAddress("b", 1)).failed("x");

    assertThat(cadence.next(once, peace, 2)).isEqualTo(settings.failoverInterval());
    assertThat(cadence.next(once.failed("x"), peace, 2)).isEqualTo(settings.failedInterval());
  }

  @Test
  void membersAreAskedForSeldomAndOftenerWhileOneIsAway() {
    List<ProbeHistory> well = List.of(writer(1));
    List<ProbeHistory> away =
        List.of(writer(1), ProbeHistory.none(new ServerAddress("b", 1)).failed("x"));

    assertThat(cadence.wantsMembers(A, well, 0)).isTrue();
    cadence.membersHeard(A, 0);
    assertThat(cadence.wantsMembers(A, well, 29 * SECOND)).isFalse();
    assertThat(cadence.wantsMembers(A, well, 30 * SECOND)).isTrue();
    assertThat(cadence.wantsMembers(A, away, SECOND)).isTrue();
  }

  @Test
  void nothingIsKeptOfAServerThatIsForgotten() {
    cadence.membersHeard(A, 0);
    assertThat(cadence.wantsMembers(A, List.of(writer(1)), SECOND)).isFalse();

    cadence.forget(A);

    assertThat(cadence.wantsMembers(A, List.of(writer(1)), SECOND)).isTrue();
  }
}
