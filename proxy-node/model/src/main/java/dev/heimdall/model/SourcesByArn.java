package dev.heimdall.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Data sources that name a cluster by its ARN and have no {@code url}, and what cannot be used as
 * long as it is unknown what that is.
 *
 * @param arns of all of them, by the name of the source
 * @param pending those of which nothing is known yet; their servers are made up, and so is their
 *     engine unless it is written
 * @param waiting the virtual databases that need one of those
 */
public record SourcesByArn(
    Map<String, String> arns,
    Map<String, DataSource> pending,
    Map<String, VirtualDatabase> waiting) {
  public SourcesByArn {
    arns = Collections.unmodifiableMap(new TreeMap<>(arns));
    pending = Collections.unmodifiableMap(new TreeMap<>(pending));
    waiting = Collections.unmodifiableMap(new TreeMap<>(waiting));
  }

  /** There is none of them. */
  public static SourcesByArn none() {
    return new SourcesByArn(Map.of(), Map.of(), Map.of());
  }
}
