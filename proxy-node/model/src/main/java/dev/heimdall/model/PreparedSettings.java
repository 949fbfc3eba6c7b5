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
            value =
                "Bytes of the texts of the statements kept prepared on one server connection; those"
                    + " unused for longest make room. A single longer one is kept alone.",
            byDefault = "8MiB",
            range = "64KiB..1GiB",
            applies = Applies.NEW_CONNECTIONS)
        long bytesPerServer,
    @Setting(
            value =
                "MySQL and MariaDB: how much of the server's max_prepared_stmt_count all connections"
                    + " of this node to it may hold. Beyond, statements that no client holds are"
                    + " closed first. With several nodes, their shares together.",
            byDefault = "50",
            range = "1..100",
            unit = "percent",
            applies = Applies.NEW_CONNECTIONS)
        int serverShare,
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
