package dev.heimdall.model;

import java.time.Duration;

/** Handling of statements while there is no writer. */
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
        int maxQueue,
    @Setting(
            value =
                "With a global cluster: how long nothing outside the writer's region may confirm"
                    + " the writer before the node lets no more writes go to it. It ends by itself"
                    + " with the next confirmation. With two regions, the loss of the one that"
                    + " follows stops writes as well.",
            byDefault = "0",
            range = "5s..24h",
            zero = "nodes write to a writer that nothing outside its region confirms")
        Duration fence,
    @Setting(
            value =
                "While there is no writer, or it is suspect: what was written so shortly before"
                    + " the last answer of the last one, or after it, a read may miss, whoever wrote it, rather than"
                    + " wait. With the consistency `session` and `fleet`.",
            byDefault = "0",
            range = "100ms..1h",
            zero = "a read waits for a writer, or a replica that has all it must not miss")
        Duration staleReads) {
  /** Without a fence, and without stale reads. */
  public FailoverSettings(Duration queueTimeout, int maxQueue) {
    this(queueTimeout, maxQueue, Duration.ZERO, Duration.ZERO);
  }

  /** Every setting at its default. */
  public static FailoverSettings defaults() {
    return Shape.of(FailoverSettings.class).defaults();
  }
}
