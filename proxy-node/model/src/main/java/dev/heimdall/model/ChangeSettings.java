package dev.heimdall.model;

import java.util.List;
import java.util.Optional;

/** Detection of writes to a data source that bypass all nodes. */
public record ChangeSettings(
    @Setting(
            value =
                "Whether the node listens to the channel `heimdall` of the databases, which"
                    + " triggers notify of written tables; `heimdall changes install` makes these.",
            byDefault = "false",
            key = "notify")
        boolean notified,
    @Setting(
            value =
                "Whether the node reads the writer's log: of PostgreSQL the logical replication"
                    + " stream (`wal_level` `logical`), from a temporary slot of its own; of MySQL"
                    + " and MariaDB the binary log. At SQL Server it polls change tracking.",
            byDefault = "false")
        boolean stream,
    @Setting(
            value =
                "Who listens. Needs CONNECT for `notify`, and REPLICATION (in RDS and Aurora"
                    + " `rds_replication`) for `stream`; in MySQL and MariaDB REPLICATION SLAVE and"
                    + " REPLICATION CLIENT (BINLOG MONITOR), in SQL Server SELECT and VIEW CHANGE"
                    + " TRACKING.",
            otherwise = "`cluster.probe.user`, else the source's `user`",
            format = Format.IDENTIFIER)
        Optional<String> user,
    @Setting(
            value = "That user's password.",
            otherwise = "`cluster.probe.password`, else the source's `password`")
        Optional<Secret> password,
    @Setting(
            value =
                "The databases whose writes are heard; none stands for that of `url`. Results from"
                    + " other databases are served as long as their `ttl`, whatever is written to"
                    + " them past the nodes.",
            byDefault = "[]",
            format = Format.IDENTIFIER)
        List<String> databases,
    @Setting(
            value = "How the names of replication slots begin: lower-case letters, digits and `_`.",
            byDefault = "heimdall",
            format = Format.SLOT)
        String slot,
    @Setting(
            value =
                "The publication that is read, in each database. It says which tables are heard.",
            byDefault = "heimdall",
            format = Format.NAME)
        String publication,
    @Setting(
            value =
                "Bytes of the writer's log that the slot may hold back. Beyond, the node drops it"
                    + " and begins anew, and results of before are not served.",
            byDefault = "1GiB",
            range = "1MiB..1024GiB")
        long maxLag) {
  public ChangeSettings {
    databases = List.copyOf(databases);
  }

  /** Every setting at its default: nothing is listened to. */
  public static ChangeSettings defaults() {
    return Shape.of(ChangeSettings.class).defaults();
  }

  /** True if anything is listened to. */
  public boolean any() {
    return notified || stream;
  }
}
