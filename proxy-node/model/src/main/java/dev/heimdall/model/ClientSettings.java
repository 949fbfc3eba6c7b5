package dev.heimdall.model;

import java.time.Duration;

/** Client connections and their time limits. */
public record ClientSettings(
    @Setting(
            value = "Client connections of the VDB. One more is refused with 53300.",
            byDefault = "10000",
            range = "1..1000000",
            unit = "connections",
            zero = "no limit",
            applies = Applies.NEW_CONNECTIONS)
        int max,
    @Setting(
            value = "Client connections of one user.",
            byDefault = "0",
            range = "1..1000000",
            unit = "connections",
            zero = "no limit",
            applies = Applies.NEW_CONNECTIONS)
        int maxPerUser,
    @Setting(
            value = "Client connections to one database.",
            byDefault = "0",
            range = "1..1000000",
            unit = "connections",
            zero = "no limit",
            applies = Applies.NEW_CONNECTIONS)
        int maxPerDatabase,
    @Setting(
            value = "How long a client may be silent outside a transaction before it is closed.",
            byDefault = "0",
            range = "1ms..365d",
            zero = "no limit")
        Duration idleTimeout,
    @Setting(
            value =
                "How long a client may be silent inside a transaction, or in a batch without its"
                    + " Sync, before it is closed.",
            byDefault = "0",
            range = "1ms..365d",
            zero = "no limit")
        Duration idleInTransactionTimeout,
    @Setting(
            value =
                "How long a client that has sent part of a message may be silent before it is"
                    + " closed, while it holds a server connection outside a transaction, or the memory"
                    + " of a large statement for which others wait. While others wait for"
                    + " connections, also one that has not sent the end of a batch. Not for COPY data, which"
                    + " belongs to a statement that runs: `queryTimeout`.",
            byDefault = "60s",
            range = "1ms..365d",
            zero = "no limit")
        Duration incompleteMessageTimeout,
    @Setting(
            value =
                "How long a statement may take before the proxy cancels it, its waits for a server"
                    + " connection, rule or replica included.",
            byDefault = "0",
            range = "1ms..365d",
            zero = "no limit")
        Duration queryTimeout,
    @Setting(
            value =
                "How long a server may take to end a statement that the proxy has cancelled for a"
                    + " time limit (`queryTimeout`, also a rule's). Then its connection is closed,"
                    + " and the client gets an error.",
            byDefault = "10s",
            range = "1ms..365d",
            zero = "no limit")
        Duration cancelTimeout,
    @Setting(
            value =
                "How long a client that keeps a server connection busy with a reply may accept"
                    + " nothing of it before it is closed. A client that reads slowly is not"
                    + " meant: any progress begins the time anew.",
            byDefault = "60s",
            range = "1ms..365d",
            zero = "no limit")
        Duration replyTimeout,
    @Setting(
            value =
                "How long what a client has sent may take from when it has closed its connection"
                    + " or its sending half, or has said that it leaves, until it is cancelled."
                    + " What runs for a client whose connection is reset is cancelled at once.",
            byDefault = "60s",
            range = "1ms..365d",
            zero = "no limit")
        Duration halfClosedTimeout,
    @Setting(
            value =
                "End the connection of a client of PostgreSQL that listens (`LISTEN`) when the"
                    + " connection over which the proxy listens for it is lost, because"
                    + " notifications may have been missed. Off, the client goes on and does not"
                    + " notice.",
            byDefault = "true")
        boolean endOnMissedNotifications,
    @Setting(
            value =
                "Let clients send files of their own when a statement asks for one (`LOAD DATA"
                    + " LOCAL INFILE`), for MySQL and MariaDB. The server must allow it, too, and"
                    + " the client.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean localInfile,
    @Setting(
            value =
                "Offer clients that what they send and are sent is compressed, for MySQL and"
                    + " MariaDB: by zlib or zstd, as the client asks for. Servers are reached"
                    + " without.",
            byDefault = "true",
            applies = Applies.NEW_CONNECTIONS)
        boolean compression) {
  /** Every setting at its default. */
  public static ClientSettings defaults() {
    return Shape.of(ClientSettings.class).defaults();
  }
}
