package dev.heimdall.engine.topology;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A switchover or failover of a global cluster that topology documents report.
 *
 * @param kind {@code switchover} or {@code failover}
 * @param what its status and the two clusters, in words
 * @param since when this node heard of it first
 */
public record GlobalFailover(String kind, String what, Instant since) {
  /** As operators see it. */
  public String shown() {
    return kind + " in progress since " + since.truncatedTo(ChronoUnit.MILLIS) + ": " + what;
  }
}
