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

/**
 * No read is older than its consistency allows, and no acknowledged write is lost, whatever becomes
 * of the servers. {@code -Dreads.operations} is the number of operations for all consistencies
 * together (default 6,000); they are spread over histories of at most 40,000, each with servers of
 * its own. {@code -Dreads.seed} repeats a run as far as threads allow.
 */
class ReadConsistencyIT {
  private static final long OPERATIONS = Long.getLong("reads.operations", 6_000);
  private static final long MOST = 40_000;
  private static final long SEED = Long.getLong("reads.seed", System.nanoTime());

  @ParameterizedTest
  @Timeout(value = 2, unit = TimeUnit.HOURS) // as long as it is asked to run
  @EnumSource(Consistency.class)
  void noReadIsOlderThanItsConsistencyAllows(Consistency consistency) throws Exception {
    long left = OPERATIONS / Consistency.values().length;
    for (long seed = SEED; left > 0; left -= MOST, seed += 1000) {
      Episode episode =
          Episode.run(consistency, consistency, Math.min(left, MOST), seed, false, true, c -> {});

      assertThat(episode.verdict().violations().stream().limit(5)).as("seed %d", seed).isEmpty();
      assertThat(episode.verdict().lost().stream().limit(5)).as("seed %d", seed).isEmpty();
      assertThat(episode.onReplicas())
          .as("reads on replicas: without them nothing was tested")
          .isGreaterThan(0.02); // the store may be away for most of a short history
    }
  }

  @Test
  void noReadIsOlderThanAllowedWhileDefinitionsChange() throws Exception {
    changingDefinitions(Consistency.STRICT, 3_000, SEED);
  }

  @ParameterizedTest
  @Tag("long")
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  @EnumSource(Consistency.class)
  void noReadIsOlderThanItsConsistencyAllowsWhileDefinitionsChange(Consistency consistency)
      throws Exception {
    long left = Math.max(OPERATIONS, MOST) / Consistency.values().length;
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
    Episode episode = Episode.run(consistency, consistency, operations, seed, true, false, c -> {});

    assertThat(episode.verdict().violations().stream().limit(5)).as("seed %d", seed).isEmpty();
    assertThat(episode.verdict().lost().stream().limit(5)).as("seed %d", seed).isEmpty();
    return episode.onReplicas();
  }

  @Test
  void nodesThatIgnoreLagAreCaught() throws Exception {
    Episode episode =
        Episode.run(
            Consistency.STRICT,
            Consistency.SESSION,
            3_000,
            SEED,
            false,
            false,
            c ->
                c.rules(
                        "stale",
                        """
                        {"match": "(?i)^select", "action": "reader-eligible", "parameters": {"lagignore": true}}
                        """)
                    .vdb("rules", List.of("stale")));

    assertThat(episode.verdict().violations())
        .anySatisfy(violation -> assertThat(violation).contains("its own client had been told"));
  }

  @Test
  void nodesThatKeepLessThanIsAskedForAreCaught() throws Exception {
    Episode episode =
        Episode.run(Consistency.SESSION, Consistency.STRICT, 3_000, SEED, false, false, c -> {});

    assertThat(episode.verdict().violations())
        .anySatisfy(violation -> assertThat(violation).contains("a client had been told"));
  }
}
