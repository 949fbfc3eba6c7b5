package dev.heimdall.test.applications;

import dev.heimdall.test.fixture.TestConfiguration;
import java.util.List;
import java.util.Locale;

/** What an application connects to. */
enum Way {
  /** The primary itself. */
  DIRECT,
  /** A node as it is without any setting. */
  DEFAULT,
  /** A node that sends reads to two replicas. */
  SPLIT,
  /** The same, and a rule that has every read cached that can be. */
  CACHED;

  void into(TestConfiguration configuration) {
    configuration.without("vdbs/" + TestConfiguration.VDB + ".json", "pool");
    configuration.without("vdbs/" + TestConfiguration.VDB + ".json", "cache");
    configuration.source("cluster.reads", this == DEFAULT ? "none" : "all");
    if (this == CACHED) {
      configuration.vdb("cache.enabled", true);
      configuration.rules("all", "{\"action\": \"cache\", \"parameters\": {\"ttl\": 60000}}");
      configuration.vdb("rules", List.of("all"));
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
