package dev.heimdall.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LatencyPlanTest {
  private static final LatencyRecord WEST = record("eu-west-1", "west.elb.amazonaws.com");
  private static final LatencyRecord EAST = record("us-east-1", "east.elb.amazonaws.com");

  private static LatencyRecord record(String region, String target) {
    return new LatencyRecord(region, "A", target, "Z1", true, Optional.empty());
  }

  private static List<String> plan(List<LatencyRecord> current, List<LatencyRecord> wanted) {
    return LatencyPlan.between(current, List.of(), wanted).steps().stream()
        .map(LatencyPlan.Step::toString)
        .toList();
  }

  @Test
  void whatIsMissingIsMadeAndWhatNobodyWantsIsDeleted() {
    assertThat(plan(List.of(), List.of(EAST, WEST)))
        .containsExactly(
            "UPSERT A eu-west-1 -> west.elb.amazonaws.com",
            "UPSERT A us-east-1 -> east.elb.amazonaws.com");
    assertThat(plan(List.of(EAST), List.of(WEST)))
        .containsExactly(
            "UPSERT A eu-west-1 -> west.elb.amazonaws.com",
            "DELETE A us-east-1 -> east.elb.amazonaws.com");
  }

  @Test
  void whatIsThereIsLeftAloneHoweverItIsWritten() {
    assertThat(plan(List.of(WEST, EAST), List.of(EAST, WEST))).isEmpty();
    assertThat(
            plan(List.of(record("eu-west-1", "dualstack.West.elb.amazonaws.com.")), List.of(WEST)))
        .isEmpty();
  }

  @Test
  void anythingThatDiffersIsWrittenOver() {
    assertThat(plan(List.of(record("eu-west-1", "old.elb.amazonaws.com")), List.of(WEST)))
        .containsExactly("UPSERT A eu-west-1 -> west.elb.amazonaws.com");
    LatencyRecord checked =
        new LatencyRecord("eu-west-1", "A", WEST.target(), "Z1", true, Optional.of("check-1"));
    assertThat(plan(List.of(WEST), List.of(checked))).hasSize(1);
    LatencyRecord blind =
        new LatencyRecord("eu-west-1", "A", WEST.target(), "Z1", false, Optional.empty());
    assertThat(plan(List.of(WEST), List.of(blind))).hasSize(1);
    LatencyRecord six =
        new LatencyRecord("eu-west-1", "AAAA", WEST.target(), "Z1", true, Optional.empty());
    assertThat(plan(List.of(WEST), List.of(WEST, six)))
        .containsExactly("UPSERT AAAA eu-west-1 -> west.elb.amazonaws.com");
  }

  private static List<String> conflicts(String type, String identifier, String region) {
    List<LatencyPlan.Other> others = List.of(new LatencyPlan.Other(type, identifier, region));
    return LatencyPlan.between(List.of(), others, List.of(WEST, EAST)).conflicts();
  }

  @Test
  void recordsOfOthersThatLeaveNoRoomAreNamed() {
    assertThat(conflicts("A", "eu-west-1", "eu-west-1"))
        .singleElement()
        .asString()
        .startsWith("the A record \"eu-west-1\" of eu-west-1 under this name is not Heimdall's");
    assertThat(conflicts("A", "", "")).singleElement().asString().startsWith("the A record under");
    assertThat(conflicts("A", "weighted", "")).hasSize(1);
    assertThat(conflicts("CNAME", "", "")).hasSize(1);
  }

  @Test
  void recordsOfOthersThatMayStandBesideAreLeftAlone() {
    assertThat(conflicts("A", "ap-south-1", "ap-south-1")).isEmpty();
    assertThat(conflicts("AAAA", "eu-west-1", "eu-west-1")).isEmpty();
    assertThat(conflicts("TXT", "", "")).isEmpty();
  }
}
