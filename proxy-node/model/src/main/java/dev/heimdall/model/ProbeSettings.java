package dev.heimdall.model;

import java.time.Duration;
import java.util.Optional;

/** Probes that determine the roles of a cluster's servers. */
public record ProbeSettings(
    @Setting(
            value =
                "Who asks. Needs `pg_monitor` for replicas to be found and used: without it a"
                    + " replica does not say which timeline it follows.",
            otherwise = "the source's `user`",
            format = Format.IDENTIFIER)
        Optional<String> user,
    @Setting(value = "That user's password.", otherwise = "the source's `password`")
        Optional<Secret> password,
    @Setting(
            value = "The database that the asking connections are to.",
            otherwise = "that of `url`, else `postgres`",
            format = Format.IDENTIFIER)
        Optional<String> database,
    @Setting(
            value = "How often the list of servers is made anew.",
            byDefault = "30s",
            range = "100ms..1h")
        Duration interval,
    @Setting(value = "The same while a server is away.", byDefault = "1s", range = "100ms..1h")
        Duration failedInterval,
    @Setting(
            value = "How often all servers are asked, in parallel, while no writer is known.",
            byDefault = "100ms",
            range = "10ms..10s")
        Duration failoverInterval,
    @Setting(
            value =
                "How often each server is asked for its role, its position and its lag. A read for"
                    + " which no replica is known to be fresh enough goes to the writer, so longer"
                    + " means fewer reads on replicas after a write.",
            byDefault = "250ms",
            range = "10ms..1m")
        Duration positionInterval,
    @Setting(
            value = "How long a server may take to connect, and to answer.",
            byDefault = "2s",
            range = "1s..1m")
        Duration timeout,
    @Setting(
            value =
                "Whether servers that the cluster names, and `url` does not, are used. For"
                    + " `postgres` and `rds` these are what the writer's `pg_stat_replication`"
                    + " shows, at the port of `url`.",
            byDefault = "true")
        boolean discover) {
  /** Every setting at its default. */
  public static ProbeSettings defaults() {
    return Shape.of(ProbeSettings.class).defaults();
  }
}
