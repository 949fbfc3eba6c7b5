package dev.heimdall.manager.problems;

import dev.heimdall.model.Setting;
import dev.heimdall.model.StrictDocument.Findings;
import java.time.Duration;

/** From which figures on something is wrong. */
public record Thresholds(
    @Setting(
            value =
                "So many clients of a virtual database wait for a server connection, on all nodes"
                    + " together, or more.",
            byDefault = "20",
            range = "1..1000000",
            zero = "no alert",
            unit = "clients")
        int waitingClients,
    @Setting(value = FOR, byDefault = "30s", range = "0s..1d") Duration waitingClientsFor,
    @Setting(
            value =
                "99 % of a virtual database's statements are answered within this time, or it is"
                    + " an alert.",
            byDefault = "0s",
            range = "1ms..1h",
            zero = "no alert")
        Duration p99,
    @Setting(value = FOR, byDefault = "5m", range = "0s..1d") Duration p99For,
    @Setting(
            value = "A replica is so far behind its writer, or further.",
            byDefault = "30s",
            range = "1ms..1d",
            zero = "no alert")
        Duration lag,
    @Setting(value = FOR, byDefault = "1m", range = "0s..1d") Duration lagFor,
    @Setting(
            value =
                "So much of a pool's connections is in use, or more; of a virtual database the"
                    + " fullest pool counts.",
            byDefault = "0",
            range = "1..100",
            zero = "no alert",
            unit = "percent")
        int poolUse,
    @Setting(value = FOR, byDefault = "5m", range = "0s..1d") Duration poolUseFor,
    @Setting(
            value =
                "So much of a virtual database's lookups is answered from the cache, or less. What"
                    + " is not looked up is not counted.",
            byDefault = "0",
            range = "1..100",
            zero = "no alert",
            unit = "percent")
        int cacheHits,
    @Setting(value = FOR, byDefault = "15m", range = "0s..1d") Duration cacheHitsFor,
    @Setting(
            value =
                "A certificate ends within this time: of the manager, or one that is a document of"
                    + " the configuration. Within three days it is critical.",
            byDefault = "21d",
            range = "1h..365d",
            zero = "no alert")
        Duration certificateEnds,
    @Setting(
            value =
                "By so much a figure has to be better than its threshold before the alert ends, so"
                    + " that it does not flap.",
            byDefault = "10",
            range = "0..90",
            unit = "percent")
        int hysteresis) {
  private static final String FOR = "For how long without a break, before it is an alert.";

  /** Checks the dependencies between the thresholds. */
  static void check(Thresholds thresholds, Findings findings) {
    // Each is right by itself.
  }
}
