package dev.heimdall.model;

import java.time.Duration;

/** Short reads of several clients over one server connection at the same time. */
public record PipeliningSettings(
    @Setting(
            value =
                "Whether short reads of several clients may share the pipeline of a server"
                    + " connection. Needs `catalog.enabled` of the data source.",
            byDefault = "true")
        boolean enabled,
    @Setting(
            value =
                "Server connections of one pool on one event loop that are busy before a statement"
                    + " may be put behind another. The node uses more as long as that makes the"
                    + " server faster.",
            byDefault = "2",
            range = "1..1000",
            unit = "connections")
        int connections,
    @Setting(
            value = "Statements that may be on their way over one server connection.",
            byDefault = "16",
            range = "1..1000",
            unit = "statements")
        int maxDepth,
    @Setting(
            value =
                "Work that may stand before a statement, by what such statements take, while there"
                    + " are other connections.",
            byDefault = "1ms",
            range = "1ms..10s")
        Duration maxWait,
    @Setting(
            value =
                "Age of the statement that is being answered from which on no other is put behind"
                    + " it while there are other connections. Those that stand behind one four"
                    + " times as old run again elsewhere. Statements of which more than one in"
                    + " sixty takes so long do not count as short.",
            byDefault = "5ms",
            range = "1ms..10s")
        Duration maxFirstAge,
    @Setting(
            value =
                "Time up to which statements count as short: that of the fastest of their kind in"
                    + " the last minutes.",
            byDefault = "2ms",
            range = "1ms..10s")
        Duration maxStatementTime,
    @Setting(
            value =
                "Largest answer: statements of which one had a larger answer are not shared any"
                    + " more.",
            byDefault = "64KiB",
            range = "1KiB..64MiB")
        long maxResultSize,
    @Setting(
            value =
                "How often a statement must have run, with whatever values, before it counts as"
                    + " short.",
            byDefault = "3",
            range = "1..1000000",
            unit = "statements")
        int minRuns,
    @Setting(
            value =
                "Whether short reads may stand behind a write outside of a transaction. The write"
                    + " itself stands behind nothing, so a cancel or a lost connection costs it"
                    + " what it would cost it alone. The risk: where it waits for a lock, those"
                    + " behind it lose time before they move on.",
            byDefault = "false")
        boolean writes) {
  /** Every setting at its default. */
  public static PipeliningSettings defaults() {
    return Shape.of(PipeliningSettings.class).defaults();
  }
}
