package dev.heimdall.routing;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Answers of AWS in several regions: the home region's answer is there, while the others are still
 * being queried. For one thread.
 *
 * @param own what the region at home says, with all global clusters
 * @param whole waits for the others, each for as long as it goes on answering, and says what all of
 *     them do; empty where no other region is asked
 */
public record RegionAnswers(TopologyReading own, Optional<Supplier<TopologyReading>> whole) {
  /** Returns the answers of all regions, including the home region; waits for the others. */
  public TopologyReading all() {
    return whole.map(Supplier::get).orElse(own);
  }
}
