package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MembersTest {
  private static final ServerAddress A = new ServerAddress("a", 5432);
  private static final ServerAddress B = new ServerAddress("b", 5432);
  private static final ServerAddress C = new ServerAddress("c", 5432);
  private static final Topology NOBODY = Topology.unasked(List.of());
  private static final Topology LED =
      new TopologyJudge(Probers.postgres(), List.of())
          .judge(
              NOBODY,
              List.of(ProbeHistory.none(A).answered(naming(), 0)),
              RdsDescriptions.nothing());

  private final Members members = new Members(List.of(A), Duration.ofNanos(100), 3);

  private static NodeReport naming(ServerAddress... named) {
    return new NodeReport(
        "a",
        "a",
        "",
        "",
        true,
        false,
        1,
        new Lsn(1),
        0,
        "",
        Arrays.stream(named).map(at -> new NodeReport.Member(at, "", Position.NONE, -1)).toList(),
        true,
        List.of());
  }

  @Test
  void whoIsNamedIsToBeAsked() {
    members.named(A, List.of(A, B), 0);

    assertThat(members.missing(Set.of(A))).containsExactly(B);
    assertThat(members.missing(Set.of(A, B))).isEmpty();
  }

  @Test
  void notMoreThanTheMostAreTakenIn() {
    members.named(A, List.of(B, C, new ServerAddress("d", 5432)), 0);

    assertThat(members.missing(Set.of(A))).containsExactly(B, C);
  }

  @Test
  void whoIsNeitherNamedNorAnswersIsForgottenAfterAWhile() {
    members.named(A, List.of(B, C), 0);
    ProbeHistory down = ProbeHistory.none(B).failed("x").failed("x");
    Map<ServerAddress, ProbeHistory> probeHistories =
        Map.of(B, down, C, ProbeHistory.none(C).answered(naming(), 0));

    assertThat(members.superfluous(probeHistories, LED, 100)).isEmpty();
    assertThat(members.superfluous(probeHistories, LED, 101)).containsExactly(B);
    assertThat(members.missing(Set.of(A, C))).isEmpty();
  }

  @Test
  void whoIsStillNamedIsNotForgottenAlthoughItDoesNotAnswer() {
    members.named(A, List.of(B), 0);
    members.named(A, List.of(B), 90);

    assertThat(members.superfluous(Map.of(B, ProbeHistory.none(B).failed("x")), LED, 150))
        .isEmpty();
  }

  @Test
  void nobodyIsForgottenWhileThereIsNoWriterToNameThem() {
    members.named(A, List.of(B), 0);
    ProbeHistory down = ProbeHistory.none(B).answered(naming(), 10).failed("x").failed("x");

    assertThat(members.superfluous(Map.of(B, down), NOBODY, 1_000)).isEmpty();
  }
}
