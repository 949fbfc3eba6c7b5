package dev.heimdall.cdk.config;

import dev.heimdall.model.Setting;
import java.util.Optional;

/** The store between the nodes: one that is made on ElastiCache, or one that is there. */
public record Cache(
    @Setting(value = "There is one: made, or `existing`.", byDefault = "true") boolean enabled,
    @Setting(value = "Which server.", byDefault = "valkey") CacheEngine engine,
    @Setting(value = "The type of its nodes.", byDefault = "cache.t4g.small") String nodeType,
    @Setting(
            value = "Replicas of each shard, in other zones.",
            byDefault = "1",
            range = "1..5",
            zero = "none: a failure loses what was told")
        int replicas,
    @Setting(value = "Shards. More than 1 is cluster mode.", byDefault = "1", range = "1..100")
        int shards,
    @Setting("A Redis or Valkey that is there, in place of one that is made.")
        ExistingStore existing) {
  /** True if a store is made: there is none that exists. */
  public boolean made() {
    return enabled && existing.address().isEmpty();
  }

  /** The store that exists, if it is to be used. */
  public Optional<ExistingStore> used() {
    return enabled && existing.address().isPresent() ? Optional.of(existing) : Optional.empty();
  }
}
