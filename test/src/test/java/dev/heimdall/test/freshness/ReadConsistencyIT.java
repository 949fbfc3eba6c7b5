package dev.heimdall.test.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Consistency;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract on PostgreSQL, also while views and triggers are changed. */
@Tag("ci")
class ReadConsistencyIT extends ReadConsistencyContract {
  @Override
  Servers servers() {
    return new PostgresServers();
  }

  @Test
  void noReadIsOlderThanAllowedWhileDefinitionsChange() throws Exception {
    changingDefinitions(Consistency.STRICT, 2_000, SEED);
  }

  @ParameterizedTest
  @Tag("long")
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  @EnumSource(Consistency.class)
  void noReadIsOlderThanItsConsistencyAllowsWhileDefinitionsChange(Consistency consistency)
      throws Exception {
    // At least one whole history, as the share below is that of one.
    long left = Math.max(OPERATIONS / Consistency.values().length, MOST);
    List<Double> onReplicas = new ArrayList<>();
    for (long seed = SEED; left > 0; left -= MOST, seed += 1000) {
      onReplicas.add(changingDefinitions(consistency, Math.min(left, MOST), seed));
    }
    assertThat(onReplicas.stream().mapToDouble(share -> share).average().orElseThrow())
        .as("reads on replicas: without them nothing was tested")
        .isGreaterThan(0.01); // with fleet, one history had 2 %
  }

  /** The share of reads that went to replicas. */
  private static double changingDefinitions(Consistency consistency, long operations, long seed)
      throws Exception {
    Episode episode =
        Episode.run(
            new PostgresServers(),
            consistency,
            consistency,
            operations,
            seed,
            true,
            false,
            c -> {});

    assertThat(episode.verdict().violations().stream().limit(5)).as("seed %d", seed).isEmpty();
    assertThat(episode.verdict().lost().stream().limit(5)).as("seed %d", seed).isEmpty();
    return episode.onReplicas();
  }
}
