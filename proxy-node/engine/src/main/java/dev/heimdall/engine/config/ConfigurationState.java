package dev.heimdall.engine.config;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Configuration that a node runs with.
 *
 * @param hash the same for nodes with the same documents, whatever they have learnt themselves
 * @param applied when it was taken over
 * @param refused the first problem of what stands there now, if that was not taken over
 * @param now when that was so
 */
public record ConfigurationState(
    Origin origin, String hash, Instant applied, Optional<String> refused, Instant now) {
  /** Time since the documents could last be looked at; empty: never since the start. */
  public Optional<Duration> lookedAgo() {
    return origin.looked().map(at -> Duration.between(at, now)).map(ConfigurationState::positive);
  }

  private static Duration positive(Duration age) {
    return age.isNegative() ? Duration.ZERO : age;
  }
}
