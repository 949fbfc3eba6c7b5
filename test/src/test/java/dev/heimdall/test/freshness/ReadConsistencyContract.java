package dev.heimdall.test.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Consistency;
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
abstract class ReadConsistencyContract {
  static final long OPERATIONS = Long.getLong("reads.operations", 2_000);
  static final long MOST = 40_000;
  static final long SEED = Long.getLong("reads.seed", System.nanoTime());

  /** Servers of the engine, which the caller closes. */
  abstract Servers servers();

  @ParameterizedTest
  @Timeout(value = 2, unit = TimeUnit.HOURS) // as long as it is asked to run
  @EnumSource(Consistency.class)
  void noReadIsOlderThanItsConsistencyAllows(Consistency consistency) throws Exception {
    long left = OPERATIONS / Consistency.values().length;
    for (long seed = SEED; left > 0; left -= MOST, seed += 1000) {
      Episode episode =
          Episode.run(
              servers(),
              consistency,
              consistency,
              Math.min(left, MOST),
              seed,
              false,
              true,
              c -> {});

      assertThat(episode.verdict().violations().stream().limit(5)).as("seed %d", seed).isEmpty();
      assertThat(episode.verdict().lost().stream().limit(5)).as("seed %d", seed).isEmpty();
      assertThat(episode.onReplicas())
          .as("reads on replicas: without them nothing was tested")
          .isGreaterThan(0.02); // the store may be away for most of a short history
    }
  }

  @Test
  void nodesThatIgnoreLagAreCaught() throws Exception {
    Episode episode =
        Episode.run(
            servers(),
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
  @Tag("long")
  void nodesThatKeepLessThanIsAskedForAreCaught() throws Exception {
    Episode episode =
        Episode.run(
            servers(), Consistency.SESSION, Consistency.STRICT, 3_000, SEED, false, false, c -> {});

    assertThat(episode.verdict().violations())
        .anySatisfy(violation -> assertThat(violation).contains("a client had been told"));
  }
}
