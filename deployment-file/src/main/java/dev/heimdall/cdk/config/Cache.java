package dev.heimdall.cdk.config;

import dev.heimdall.model.Setting;

/** The store between the nodes, on ElastiCache. */
public record Cache(
    @Setting(value = "Make one.", byDefault = "true") boolean enabled,
    @Setting(value = "Which server.", byDefault = "valkey") CacheEngine engine,
    @Setting(value = "The type of its nodes.", byDefault = "cache.t4g.small") String nodeType,
    @Setting(
            value = "Replicas of each shard, in other zones.",
            byDefault = "1",
            range = "1..5",
            zero = "none: a failure loses what was told")
        int replicas,
    @Setting(value = "Shards. More than 1 is cluster mode.", byDefault = "1", range = "1..100")
        int shards) {}
