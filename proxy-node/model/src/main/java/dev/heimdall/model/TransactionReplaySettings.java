package dev.heimdall.model;

import java.time.Duration;

/** Transactions that are run again when their server is lost before a COMMIT was sent. */
public record TransactionReplaySettings(
    @Setting(
            value =
                "Whether a transaction whose server is lost before its COMMIT was sent is run again"
                    + " on another connection. Its client notices nothing if all that it was told"
                    + " before is answered the same again, and gets 40001 if it is not. A read on a"
                    + " cluster that was answered in part is continued likewise, or gets the error"
                    + " of the loss.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean enabled,
    @Setting(
            value = "Statements of one transaction that are kept; a longer one is not run again.",
            byDefault = "1000",
            range = "1..100000",
            unit = "statements",
            applies = Applies.NEW_CONNECTIONS)
        int maxStatements,
    @Setting(
            value =
                "What is kept of one transaction: the messages that its client has sent. A larger"
                    + " one is not run again.",
            byDefault = "256KiB",
            range = "1KiB..64MiB",
            applies = Applies.NEW_CONNECTIONS)
        long maxSize,
    @Setting(
            value =
                "Age up to which a transaction is run again, and the time that this may take,"
                    + " waiting for a server included.",
            byDefault = "60s",
            range = "1ms..1h",
            applies = Applies.NEW_CONNECTIONS)
        Duration maxTime) {
  /** Every setting at its default. */
  public static TransactionReplaySettings defaults() {
    return Shape.of(TransactionReplaySettings.class).defaults();
  }
}
