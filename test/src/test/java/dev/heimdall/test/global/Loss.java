package dev.heimdall.test.global;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What was lost with a region: acknowledged writes that its server had and replication had not
 * carried.
 *
 * @param writes how many
 * @param oldest how many milliseconds before its region was lost the first of them was
 *     acknowledged, which is how far replication was behind; empty if there is none
 */
record Loss(Region region, int writes, Optional<Long> oldest) {

  /**
   * As clients know it.
   *
   * @param tail all that the lost server had and its successor has not
   * @param lost when the region was
   */
  static Loss of(Region region, Set<Write.Key> tail, long lost, History history) {
    List<Long> acknowledged =
        history.writes().stream()
            .filter(Write::acknowledged)
            .filter(write -> tail.contains(write.key()))
            .map(write -> TimeUnit.NANOSECONDS.toMillis(lost - write.ended()))
            .toList();
    return new Loss(region, acknowledged.size(), acknowledged.stream().max(Long::compare));
  }

  @Override
  public String toString() {
    return "lost with %s: %d acknowledged writes%s"
        .formatted(
            region,
            writes,
            oldest.map(millis -> ", the oldest " + millis + " ms before the region").orElse(""));
  }
}
