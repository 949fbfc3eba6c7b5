package dev.heimdall.cdk.constructs;

import java.util.Locale;

/**
 * Servers of ElastiCache that a {@link HeimdallStore} may have, each in the version that is made.
 */
public enum HeimdallStoreEngine {
  VALKEY("8.0", "valkey8"),
  REDIS("7.1", "redis7");

  private final String version;
  private final String family;

  HeimdallStoreEngine(String version, String family) {
    this.version = version;
    this.family = family;
  }

  /** As ElastiCache calls it. */
  public String engine() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The version of it that is made. */
  public String version() {
    return version;
  }

  /** Family of its parameter groups. */
  public String family() {
    return family;
  }
}
