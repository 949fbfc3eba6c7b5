package dev.heimdall.model;

import java.time.Duration;

/** Limits of the lag of a replica. */
public record LagSettings(
    @Setting(
            value = "How much a replica may still have to replay to answer anything at all.",
            byDefault = "64MiB",
            range = "0..1024GiB",
            zero = "no limit")
        long maxBytes,
    @Setting(
            value = "How long ago that may have been written which a replica has not replayed.",
            byDefault = "30s",
            range = "1ms..7d",
            zero = "no limit")
        Duration maxTime,
    @Setting(
            value =
                "How long a read may wait for a replica to have replayed what it must not miss,"
                    + " before it goes to the writer.",
            byDefault = "0",
            range = "1ms..1m",
            zero = "it goes to the writer at once")
        Duration catchUpWait,
    @Setting(
            value =
                "Added to the lag of replicas that tell a time but no position, before a read may"
                    + " rely on it.",
            byDefault = "2s",
            range = "1ms..1h",
            zero = "none")
        Duration margin,
    @Setting(
            value =
                "With the consistency `fleet` and `strict`: how long a node may not have heard from"
                    + " the shared store before its reads go to the writer.",
            byDefault = "5s",
            range = "100ms..1h")
        Duration maxStaleness) {
  /** Every setting at its default. */
  public static LagSettings defaults() {
    return Shape.of(LagSettings.class).defaults();
  }
}
