package dev.heimdall.manager.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.heimdall.manager.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FleetTest {
  private static final Duration EVERY = Duration.ofSeconds(2);

  private final SettableClock clock = new SettableClock("2026-01-01T00:00:00Z");
  private final Fleet fleet = new Fleet(clock);

  private Fleet.Outcome report(String id, String run) {
    return report(id, run, EVERY);
  }

  private Fleet.Outcome report(String id, String run, Duration every) {
    return fleet.take(
        new SeenNode(
            id,
            run,
            1,
            "1.0",
            Instant.EPOCH,
            "10.0.0." + run.length(),
            clock.instant(),
            every,
            Map.of(),
            Optional.empty()),
        clock.instant().toEpochMilli());
  }

  private Presence presence(String id) {
    return fleet.presence(fleet.node(id).orElseThrow());
  }

  @Test
  void keepsNothingThatListenersAddUp() {
    List<Set<String>> heard = new ArrayList<>();
    fleet.listen(node -> heard.add(node.sections().keySet()));
    Map<String, JsonNode> sections =
        Map.of(
            "state",
            JsonNodeFactory.instance.objectNode(),
            "patterns",
            TextNode.valueOf("…"),
            "figures",
            TextNode.valueOf("…"));
    for (int i = 0; i < 2; i++) {
      clock.forward(EVERY);
      fleet.take(
          new SeenNode(
              "a",
              "run",
              1,
              "1.0",
              Instant.EPOCH,
              "10.0.0.1",
              clock.instant(),
              EVERY,
              sections,
              Optional.empty()),
          clock.instant().toEpochMilli());

      assertThat(fleet.node("a").orElseThrow().sections()).containsOnlyKeys("state");
    }
    assertThat(heard).hasSize(2).allMatch(names -> names.size() == 3);
  }

  @Test
  void aNodeIsLateAfterThreeReportsAndLostAfterFifteenSeconds() {
    report("a", "r");
    clock.forward(Duration.ofSeconds(6));
    assertThat(presence("a")).isEqualTo(Presence.LIVE);
    clock.forward(Duration.ofMillis(1500));
    assertThat(presence("a")).isEqualTo(Presence.LATE);
    clock.forward(Duration.ofMillis(7499));
    assertThat(presence("a")).isEqualTo(Presence.LATE);
    clock.forward(Duration.ofMillis(1));
    assertThat(presence("a")).isEqualTo(Presence.LOST);
    report("a", "r");
    assertThat(presence("a")).isEqualTo(Presence.LIVE);
  }

  @Test
  void oneThatReportsSeldomIsNotLostBetweenTwoReports() {
    report("a", "r", Duration.ofMinutes(1));
    clock.forward(Duration.ofSeconds(61));
    assertThat(presence("a")).isEqualTo(Presence.LIVE);
    clock.forward(Duration.ofMinutes(4));
    assertThat(presence("a")).isEqualTo(Presence.LOST);
  }

  @Test
  void whoIsLostForADayOrByHandIsForgotten() {
    report("a", "r");
    report("b", "r");
    assertThat(fleet.forget("a")).as("it reports").isFalse();
    clock.forward(Duration.ofSeconds(20));
    assertThat(fleet.forget("a")).isTrue();
    assertThat(fleet.nodes()).extracting(SeenNode::id).containsExactly("b");
    clock.forward(Duration.ofDays(1));
    assertThat(fleet.nodes()).isEmpty();
  }

  @Test
  void theRunThatBeganLastHasTheIdUntilItIsLost() {
    report("a", "1");
    clock.forward(EVERY);
    assertThat(report("a", "22")).isEqualTo(Fleet.Outcome.TAKEN);
    clock.forward(EVERY);
    assertThat(fleet.node("a").orElseThrow().rival()).as("a restart is no claim").isEmpty();
    assertThat(report("a", "1")).isEqualTo(Fleet.Outcome.CLAIMED_BY_ANOTHER);
    assertThat(fleet.node("a").orElseThrow().run()).isEqualTo("22");
    assertThat(fleet.node("a").orElseThrow().rival()).contains("10.0.0.1");
    clock.forward(Duration.ofSeconds(16));
    assertThat(report("a", "1")).as("the other one is lost").isEqualTo(Fleet.Outcome.TAKEN);
    assertThat(report("a", "22")).isEqualTo(Fleet.Outcome.CLAIMED_BY_ANOTHER);
  }

  @Test
  void noReportIsTakenTwiceNorOneFromBefore() {
    assertThat(report("a", "r")).isEqualTo(Fleet.Outcome.TAKEN);
    assertThat(report("a", "r")).isEqualTo(Fleet.Outcome.REPLAYED);
    clock.forward(Duration.ofMillis(1));
    assertThat(report("a", "r")).isEqualTo(Fleet.Outcome.TAKEN);
  }

  @Test
  void thereAreBoundsAndListenersHear() {
    List<String> heard = new ArrayList<>();
    fleet.listen(node -> heard.add(node.id()));
    fleet.listen(
        node -> {
          throw new IllegalStateException("one that fails");
        });
    for (int i = 0; i < 500; i++) {
      assertThat(report("n" + i, "r")).isEqualTo(Fleet.Outcome.TAKEN);
    }
    assertThat(report("n500", "r")).isEqualTo(Fleet.Outcome.TOO_MANY);
    assertThat(heard).hasSize(500);
  }

  @Test
  void nodesThatAreLostMakeRoomForOneThatReports() {
    for (int i = 0; i < 500; i++) {
      report("n" + i, "r");
      clock.forward(Duration.ofMillis(1));
    }
    clock.forward(Duration.ofMinutes(1));

    assertThat(report("n500", "r")).isEqualTo(Fleet.Outcome.TAKEN);
    assertThat(fleet.node("n0")).isEmpty();
    assertThat(fleet.nodes()).hasSize(500);
  }

  private Fleet.Outcome report(Fleet to, String id, int values) {
    ArrayNode state = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < values; i++) {
      state.addObject();
    }
    clock.forward(EVERY);
    return to.take(
        new SeenNode(
            id,
            "r",
            1,
            "1.0",
            Instant.EPOCH,
            "10.0.0.1",
            clock.instant(),
            EVERY,
            Map.of("state", state),
            Optional.empty()),
        clock.instant().toEpochMilli());
  }

  @Test
  void oneThatReportsMoreThanItsPartIsHeardWhileThereIsRoom() {
    Fleet small = new Fleet(clock, new ReportRoom(1_000_000, 500));
    int most = 10_000;

    assertThat(report(small, "greedy", most)).isEqualTo(Fleet.Outcome.TAKEN);
    assertThat(report(small, "greedy", most)).isEqualTo(Fleet.Outcome.TAKEN);
    assertThat(report(small, "other", most)).isEqualTo(Fleet.Outcome.TOO_LARGE);
    assertThat(report(small, "polite", 3)).isEqualTo(Fleet.Outcome.TAKEN);
    assertThat(report(small, "greedy", 3)).isEqualTo(Fleet.Outcome.TAKEN);
    assertThat(report(small, "other", most)).isEqualTo(Fleet.Outcome.TAKEN);
    assertThat(report(small, "many", 40_000)).isEqualTo(Fleet.Outcome.TOO_LARGE);
  }
}
