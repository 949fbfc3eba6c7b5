package dev.heimdall.model;

import java.time.Duration;

/** Results that the node keeps, and serves until something writes their tables. */
public record CacheSettings(
    @Setting(
            value =
                "Whether rules with the action `cache` are carried out. Needs `catalog.enabled` of"
                    + " the data source, and a `cluster.kind` other than `none`, by which the node"
                    + " notices that another server is the writer.",
            byDefault = "false")
        boolean enabled,
    @Setting(
            value =
                "Bytes of the heap that the kept results may have. What was not used for long goes"
                    + " first.",
            byDefault = "64MiB",
            range = "1MiB..64GiB")
        long maxSize,
    @Setting(
            value = "The largest result that is kept, as the server has sent it.",
            byDefault = "256KiB",
            range = "1KiB..64MiB")
        long maxResultSize,
    @Setting(
            value =
                "How long a result may be served if nothing is written to its tables. Rules can"
                    + " only shorten it.",
            byDefault = "5m",
            range = "1ms..24h")
        Duration ttl,
    @Setting(
            value =
                "Keep a result only when its statement has come before, with the same values."
                    + " Statements that come once then cost no memory.",
            byDefault = "false")
        boolean preCacheTracking,
    @Setting(
            value =
                "Percent of the statements with a table that may write it. Where more do, results"
                    + " of that table are not kept, except by rules with `unconditional`; `100` is"
                    + " no limit, and no pattern of statements is found to be used too rarely."
                    + " Five seconds count, and less than 100 statements say nothing.",
            byDefault = "5",
            range = "1..100")
        int dmlThreshold,
    @Setting(
            value =
                "Of equal statements that come while none of them is in the cache, one goes to the"
                    + " server, and the others wait for its result for about so long. Then they go"
                    + " by themselves, as they do at once where it is not kept.",
            byDefault = "5s",
            range = "1ms..10m",
            zero = "each goes to the server")
        Duration singleFlight,
    @Setting(
            value =
                "Keep results in this node's memory only: nothing of them goes to the shared store,"
                    + " where `farCache` of `node.json` would have nodes keep them for each other.",
            byDefault = "false")
        boolean pciHipaaCache) {
  /** Every setting at its default. */
  public static CacheSettings defaults() {
    return Shape.of(CacheSettings.class).defaults();
  }
}
