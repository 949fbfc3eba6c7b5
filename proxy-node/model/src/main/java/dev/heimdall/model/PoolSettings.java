package dev.heimdall.model;

import java.time.Duration;
import java.util.Optional;

/** Server connections and the queue for them. */
public record PoolSettings(
    @Setting(
            value = "Server connections for each pair of server database and server user.",
            byDefault = "20",
            range = "1..100000",
            unit = "connections")
        int size,
    @Setting(
            value = "Server connections of the whole VDB to one server.",
            otherwise =
                "nine tenths of those that the server lets ordinary users have, divided by the"
                    + " nodes that hear each other through the shared store; no limit until the"
                    + " server has reported them",
            range = "1..100000",
            unit = "connections",
            zero = "no limit")
        Optional<Integer> maxConnections,
    @Setting(
            value = "Server connections of one user over all databases.",
            byDefault = "0",
            range = "1..100000",
            unit = "connections",
            zero = "no limit")
        int maxPerUser,
    @Setting(
            value = "Server connections to one database over all users.",
            byDefault = "0",
            range = "1..100000",
            unit = "connections",
            zero = "no limit")
        int maxPerDatabase,
    @Setting(
            value =
                "Server connections that are kept open without work, once a client has used the"
                    + " pair of database and user. Not more than `size`.",
            byDefault = "0",
            range = "0..100000",
            unit = "connections")
        int minIdle,
    @Setting(
            value = "Age at which a server connection is replaced, when it has no work.",
            byDefault = "1h",
            range = "1ms..365d",
            zero = "no limit")
        Duration maxLifetime,
    @Setting(
            value = "How long a server connection above `minIdle` may have no work.",
            byDefault = "10m",
            range = "1ms..365d",
            zero = "no limit")
        Duration idleTimeout,
    @Setting(
            value = "How long a client waits for a server connection before it gets an error.",
            byDefault = "120s",
            range = "1ms..1d",
            zero = "no limit")
        Duration queueTimeout,
    @Setting(
            value = "Waiting time after which a client is told so by a NOTICE.",
            byDefault = "5s",
            range = "1ms..1d",
            zero = "no notice")
        Duration queueNotice,
    @Setting(
            value = "Clients that may wait at the same time; one more gets an error at once.",
            byDefault = "0",
            range = "1..1000000",
            unit = "clients",
            zero = "no limit")
        int maxQueue,
    @Setting(
            value =
                "When a server connection is reset before another client gets it: after sessions"
                    + " that changed something, or each time.",
            byDefault = "changed")
        ResetMode reset,
    @Setting(
            value =
                "Application names of SQL Server's clients that have server connections of their"
                    + " own at a time, `size` for each name: a server learns the name (`APP_NAME()`)"
                    + " at log-in alone. Further names share connections of the name `heimdall`.",
            byDefault = "8",
            range = "1..1000",
            unit = "names",
            zero = "all share connections of the name `heimdall`")
        int applicationNames) {
  /** Every setting at its default. */
  public static PoolSettings defaults() {
    return Shape.of(PoolSettings.class).defaults();
  }
}
