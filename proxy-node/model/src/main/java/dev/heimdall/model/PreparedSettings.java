package dev.heimdall.model;

/** Prepared statements. */
public record PreparedSettings(
    @Setting(
            value =
                "Statements kept prepared on one server connection; the one unused for longest"
                    + " makes room.",
            byDefault = "200",
            range = "1..100000",
            unit = "statements",
            applies = Applies.NEW_CONNECTIONS)
        int perServer,
    @Setting(
            value = "Prepared statements that one client may have; one more is refused.",
            byDefault = "5000",
            range = "1..1000000",
            unit = "statements",
            applies = Applies.NEW_CONNECTIONS)
        int perClient,
    @Setting(
            value =
                "What becomes of statements without a name. `auto`: texts that come again stay"
                    + " prepared on the server connection, planned anew as the server does it for"
                    + " them. `forward`: sent as they are. `cache`: all are kept like named ones,"
                    + " with the plans of named ones. In session mode they are sent as they are.",
            byDefault = "auto",
            applies = Applies.NEW_CONNECTIONS)
        AnonymousParse anonymousParse) {
  /** Every setting at its default. */
  public static PreparedSettings defaults() {
    return Shape.of(PreparedSettings.class).defaults();
  }
}
