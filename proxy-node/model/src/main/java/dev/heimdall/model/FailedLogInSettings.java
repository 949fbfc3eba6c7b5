package dev.heimdall.model;

import java.time.Duration;

/** Delay of log-ins after wrong passwords. */
public record FailedLogInSettings(
    @Setting(
            value =
                "Wrong passwords for one user from one address (IPv6: one /64 network) that have no"
                    + " consequence. A right one sets the count back to 0.",
            byDefault = "5",
            range = "1..1000",
            unit = "log-ins",
            applies = Applies.NEW_CONNECTIONS)
        int free,
    @Setting(
            value =
                "How long such a log-in is delayed at most. The delay begins with 100 ms and doubles"
                    + " with each wrong password.",
            byDefault = "10s",
            range = "100ms..1h",
            zero = "no log-in is delayed",
            applies = Applies.NEW_CONNECTIONS)
        Duration maxDelay) {
  /** Every setting at its default. */
  public static FailedLogInSettings defaults() {
    return Shape.of(FailedLogInSettings.class).defaults();
  }
}
