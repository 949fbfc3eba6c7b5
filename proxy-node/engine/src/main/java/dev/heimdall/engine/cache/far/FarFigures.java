package dev.heimdall.engine.cache.far;

import dev.heimdall.engine.observe.LatencySnapshot;
import java.util.Map;

/**
 * State and figures of the far tier.
 *
 * @param reads whether gets are let through: {@code closed} (they are), {@code open}, {@code
 *     half_open}
 * @param writes the same of puts, which may fail alone
 * @param tracked whether the node knows which keys the store holds
 * @param keys how many it knows of
 * @param hits gets that were answered
 * @param misses gets that were not, by why
 * @param puts by what has become of them
 * @param deletes keys whose deletion was sent
 * @param probes gets of the node's own while a breaker was half open
 * @param inFlight requests that the store has not answered
 * @param times how long the store took to answer gets
 */
public record FarFigures(
    boolean connected,
    String reads,
    String writes,
    boolean tracked,
    int keys,
    long hits,
    Map<Miss, Long> misses,
    Map<PutOutcome, Long> puts,
    long deletes,
    long probes,
    int inFlight,
    LatencySnapshot times) {
  public FarFigures {
    misses = Map.copyOf(misses);
    puts = Map.copyOf(puts);
  }
}
