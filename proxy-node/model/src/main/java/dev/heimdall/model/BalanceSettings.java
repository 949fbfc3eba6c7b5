package dev.heimdall.model;

import java.time.Duration;
import java.util.Optional;

/** Distribution of reads over replicas. */
public record BalanceSettings(
    @Setting(value = "How one of several readers is chosen.", byDefault = "least-outstanding")
        BalanceBy by,
    @Setting(
            value = "Whether readers that are slow, compared with the fastest, are left out.",
            byDefault = "true")
        boolean useResponseMetrics,
    @Setting(
            value =
                "How many times as slow as the fastest a reader may be. The distance counts like"
                    + " any other reason, so this also keeps reads near.",
            byDefault = "2",
            range = "1..1000",
            unit = "times")
        int responseMetricMultiplier,
    @Setting(
            value =
                "How long a server that comes, or comes back, takes to get its whole share; it"
                    + " begins with a tenth.",
            byDefault = "10s",
            range = "1s..1h",
            zero = "its whole share at once")
        Duration slowStart,
    @Setting(
            value =
                "How many failures of connections in a row put a reader aside. The last one is never"
                    + " put aside.",
            byDefault = "5",
            range = "1..1000",
            unit = "failures",
            zero = "none is put aside")
        int ejectAfter,
    @Setting(
            value =
                "For how long, the first time. Twice as long each time it happens again; half as"
                    + " long for each such time without a failure.",
            byDefault = "10s",
            range = "1s..1h")
        Duration ejectFor,
    @Setting(value = "For how long at most.", byDefault = "5m", range = "1s..1d")
        Duration ejectAtMost,
    @Setting(
            value =
                "With servers in several AWS regions: the one whose servers answer reads before"
                    + " others that are as fresh as a read needs. A name that no server's region"
                    + " has leaves it to how fast they answer.",
            otherwise = "the node's own region",
            format = Format.NAME)
        Optional<String> region) {
  /** With the node's own region first. */
  public BalanceSettings(
      BalanceBy by,
      boolean useResponseMetrics,
      int responseMetricMultiplier,
      Duration slowStart,
      int ejectAfter,
      Duration ejectFor,
      Duration ejectAtMost) {
    this(
        by,
        useResponseMetrics,
        responseMetricMultiplier,
        slowStart,
        ejectAfter,
        ejectFor,
        ejectAtMost,
        Optional.empty());
  }

  /** Every setting at its default. */
  public static BalanceSettings defaults() {
    return Shape.of(BalanceSettings.class).defaults();
  }
}
