package dev.heimdall.model;

import java.time.Duration;

/** Answers that the query caches of a fleet's nodes keep for each other in the store. */
public record FarCacheSettings(
    @Setting(
            value =
                "Whether answers are kept in the store at all. Needs `store.servers`, and rights"
                    + " to the keys there.",
            byDefault = "true",
            applies = Applies.RESTART)
        boolean enabled,
    @Setting(
            value =
                "How long a statement waits for the store at most; after that it goes to the"
                    + " database. When half of the answers take half as long, the store is not"
                    + " asked for a while.",
            byDefault = "20ms",
            range = "1ms..10s",
            applies = Applies.RESTART)
        Duration timeout,
    @Setting(
            value = "The largest answer that is kept in the store.",
            byDefault = "1MiB",
            range = "1KiB..16MiB",
            applies = Applies.RESTART)
        long maxSize,
    @Setting(
            value = "Larger answers are compressed, where that makes them smaller.",
            byDefault = "4KiB",
            range = "256..16MiB",
            applies = Applies.RESTART)
        long compressAbove,
    @Setting(
            value =
                "How many keys of the store a node keeps in mind, so that it need not ask for what"
                    + " is not there; some 16 to 32 bytes each. With more keys than this it asks"
                    + " for each. Needs `notify-keyspace-events`.",
            byDefault = "1000000",
            range = "1000..100000000",
            unit = "keys",
            applies = Applies.RESTART)
        int trackedKeys) {
  /** Every setting at its default. */
  public static FarCacheSettings defaults() {
    return Shape.of(FarCacheSettings.class).defaults();
  }
}
