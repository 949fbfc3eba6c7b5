package dev.heimdall.engine.takeover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.client.Obstacle;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RemainingTest {

  @Test
  void clientsAreCountedByWhatHasTheSameLabel() {
    Map<String, Integer> counts = new TreeMap<>();
    counts.put("TLS", 1);
    counts.put("pinned: temporary table", 2);
    counts.put("pinned: SET in a function", 3);
    counts.put("pinned by a rule", 4);
    counts.put("rejected by the new process: no such virtual database", 5);
    counts.put("pinned", 6); // as no version has said it
    Remaining remaining = Remaining.of(28, counts);

    assertThat(remaining.byObstacle())
        .containsEntry(Obstacle.TLS, 1)
        .containsEntry(Obstacle.PINNED, 5)
        .containsEntry(Obstacle.RULE, 4)
        .containsEntry(Obstacle.REJECTED, 5)
        .containsEntry(Obstacle.OTHER, 6)
        .containsEntry(Obstacle.LOG_IN, 7)
        .containsEntry(Obstacle.CONSOLE, 0)
        .hasSize(Obstacle.values().length);
  }

  @ParameterizedTest
  @EnumSource(Obstacle.class)
  void theOtherProcessIsUnderstood(Obstacle each) {
    String text = each.text().endsWith(" ") ? each.text("why") : each.text();
    StateWriter out = new StateWriter();
    Remaining.of(1, Map.of(text, 1)).write(out);

    Remaining read = Remaining.read(new StateReader(out.toBytes()));

    assertThat(read.byReason()).containsExactly(new Remaining.Reason(text, 1));
    assertThat(read.byObstacle()).containsEntry(each, 1);
    assertThat(read.byObstacle().values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(1);
  }

  @Test
  void moreReasonsThanAreToldApartAreOthers() {
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < 30; i++) {
      counts.put("pinned: " + i, 30 - i);
    }

    Map<Obstacle, Integer> byObstacle = Remaining.of(0, counts).byObstacle();

    assertThat(byObstacle.get(Obstacle.OTHER)).isEqualTo(55);
    assertThat(byObstacle.get(Obstacle.PINNED)).isEqualTo(30 * 31 / 2 - 55);
  }
}
