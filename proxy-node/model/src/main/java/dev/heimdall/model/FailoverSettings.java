package dev.heimdall.model;

import java.time.Duration;

/** What happens to statements while there is no writer. */
public record FailoverSettings(
    @Setting(
            value =
                "How long a statement that has not begun waits for a new writer before it gets an"
                    + " error.",
            byDefault = "30s",
            range = "1ms..10m",
            zero = "it gets an error at once")
        Duration queueTimeout,
    @Setting(
            value = "Statements of one VDB that may wait so; one more gets an error at once.",
            byDefault = "10000",
            range = "0..1000000",
            unit = "statements")
        int maxQueue) {
  /** Every setting at its default. */
  public static FailoverSettings defaults() {
    return Shape.of(FailoverSettings.class).defaults();
  }
}
