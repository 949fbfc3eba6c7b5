package dev.heimdall.model;

/** Sizes that protect the node from a single client or server. */
public record LimitSettings(
    @Setting(
            value = "The longest message that carries a statement's text (Query or Parse).",
            byDefault = "64MiB",
            range = "1KiB..1073741823",
            applies = Applies.NEW_CONNECTIONS)
        long maxStatementSize,
    @Setting(
            value = "The longest message of any kind, from either side.",
            byDefault = "1073741823",
            range = "8KiB..1073741823",
            applies = Applies.NEW_CONNECTIONS)
        long maxMessageSize,
    @Setting(
            value =
                "Statements that a client may have sent without their replies having come; the"
                    + " node stops reading from it until some have.",
            byDefault = "1000",
            range = "1..1000000",
            unit = "statements",
            applies = Applies.NEW_CONNECTIONS)
        int maxPipeline,
    @Setting(
            value =
                "Bytes waiting to be written to one peer at which the node stops reading from the"
                    + " other.",
            byDefault = "64KiB",
            range = "1KiB..1GiB",
            applies = Applies.NEW_CONNECTIONS)
        long writeBufferHigh,
    @Setting(
            value = "Bytes at which it goes on reading. Less than `writeBufferHigh`.",
            byDefault = "32KiB",
            range = "1..1GiB",
            applies = Applies.NEW_CONNECTIONS)
        long writeBufferLow) {
  /** Every setting at its default. */
  public static LimitSettings defaults() {
    return Shape.of(LimitSettings.class).defaults();
  }
}
