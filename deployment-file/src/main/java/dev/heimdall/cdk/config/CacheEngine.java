package dev.heimdall.cdk.config;

import dev.heimdall.model.Spelled;

/** Servers that ElastiCache runs, with the version that is made. */
public enum CacheEngine implements Spelled {
  VALKEY("8.0", "valkey8"),
  REDIS("7.1", "redis7");

  private final String version;
  private final String family;

  CacheEngine(String version, String family) {
    this.version = version;
    this.family = family;
  }

  public String version() {
    return version;
  }

  /** What its groups of parameters are for. */
  public String family() {
    return family;
  }
}
