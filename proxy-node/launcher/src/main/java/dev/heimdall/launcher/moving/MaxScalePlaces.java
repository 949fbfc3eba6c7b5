package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.moving.Places.Kind;
import java.util.Locale;
import java.util.Optional;

/**
 * The settings of {@code maxscale.cnf}, by the type of their section. Names and meanings are those
 * of MaxScale's configuration guide, version 24.02, and of 2.x where they differ. Those that decide
 * about several documents at once are {@link MaxScaleServices}' and {@link MaxScaleServers}'.
 */
final class MaxScalePlaces {
  private static final String UNKNOWN = "no setting of MaxScale's that is known here";
  private static final long LEAST_REPLAY = 1024;
  private static final long LARGEST_REPLAY = 64L << 20;

  private MaxScalePlaces() {}

  /** MaxScale's own section. */
  static Places ofItself() {
    return new Places.Table("it is the service's; node.json has what a node needs")
        .elsewhere("type")
        .nowhereFrom("the manager has a REST of its own", "admin_")
        .done();
  }

  static Places ofServers() {
    Places.Table table = new Places.Table(UNKNOWN);
    table.elsewhere(
        "type",
        "address",
        "port",
        "socket",
        "ssl",
        "ssl_ca",
        "ssl_cert",
        "ssl_key",
        "ssl_verify_peer_certificate",
        "ssl_verify_peer_host");
    table.value("persistmaxtime", Kind.VDB, "pool.idleTimeout", MaxScaleValues::time);
    table.number("max_routing_connections", Kind.VDB, "pool.maxConnections");
    table.nowhere("`pool.size` is how many connections a pool may have", "persistpoolmax");
    table.nowhere(
        "servers are not sent a PROXY header: they see the node's address", "proxy_protocol");
    table.nowhere(
        "`cluster.probe.user` of the data source asks all its servers", "monitoruser", "monitorpw");
    table.nowhere(
        "a replica answers as it is near and fast (`cluster.balance`)", "priority", "rank");
    table.nowhere("nodes do not look at disks", "disk_space_threshold");
    table.nowhere("it is the server's own", "extra_port", "private_address", "protocol");
    table.nowhere("the server decides", "authenticator", "authenticator_options");
    tls(table);
    return table.done();
  }

  private static void tls(Places.Table table) {
    table.nowhereFrom(
        "TLS 1.2 and 1.3 are spoken, with sound suites only",
        "ssl_version",
        "ssl_cipher",
        "ssl_cert_verify",
        "ssl_crl");
  }

  static Places ofServices() {
    Places.Table table = new Places.Table(UNKNOWN);
    table.elsewhere(
        "type",
        "router",
        "router_options",
        "servers",
        "targets",
        "cluster",
        "user",
        "password",
        "filters",
        "enable_root_user");
    table.number("max_connections", Kind.VDB, "clients.max");
    table.value("wait_timeout", Kind.VDB, "clients.idleTimeout", MaxScaleValues::time);
    table.value("max_replication_lag", Kind.SOURCE, "cluster.lag.maxTime", MaxScaleValues::time);
    table.value(
        "transaction_replay",
        Kind.VDB,
        "transactionReplay.enabled",
        text -> Optional.of(truth(text)));
    table.value(
        "transaction_replay_timeout", Kind.VDB, "transactionReplay.maxTime", MaxScaleValues::time);
    table.value(
        "transaction_replay_max_size",
        Kind.VDB,
        "transactionReplay.maxSize",
        text ->
            Optional.of(
                Math.min(Math.max(MaxScaleValues.size(text), LEAST_REPLAY), LARGEST_REPLAY)));
    table.value(
        "delayed_retry_timeout",
        Kind.SOURCE,
        "cluster.failover.queueTimeout",
        MaxScaleValues::time);
    table.value(
        "slave_selection_criteria",
        Kind.SOURCE,
        "cluster.balance.by",
        text ->
            text.toUpperCase(Locale.ROOT).contains("OPERATIONS")
                    || text.toUpperCase(Locale.ROOT).contains("RESPONSE")
                ? Optional.of("least-outstanding")
                : Optional.empty());
    table.value(
        "causal_reads",
        Kind.SOURCE,
        "cluster.consistency",
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "local" -> Optional.of("session");
              case "global", "fast_global", "universal", "fast_universal" -> Optional.of("strict");
              // Without it, or with fast: the usual one promises more.
              default -> Optional.empty();
            });
    table.nowhere(
        "statements wait for a replica as `cluster.lag.catchUpWait` says", "causal_reads_timeout");
    table.nowhere(
        "a statement waits for a new writer (`cluster.failover.queueTimeout`)",
        "delayed_retry",
        "master_failure_mode",
        "master_reconnection");
    table.nowhere("the writer answers reads when no replica may", "master_accept_reads");
    table.nowhere(
        "a session has no servers of its own: `cluster.balance` chooses one for each read",
        "slave_connections",
        "max_slave_connections",
        "weightby",
        "rank",
        "prefer_primary");
    table.nowhere(
        "a server connection is taken from the pool when a statement needs one",
        "lazy_connect",
        "connection_keepalive");
    table.nowhere(
        "prepared statements are shared by clients in any case",
        "reuse_prepared_statements",
        "reuse_ps");
    table.nowhere("a transaction runs on the writer, unless it is READ ONLY", "optimistic_trx");
    table.nowhere(
        "a read without a reply is sent to another server in any case", "retry_failed_reads");
    table.nowhere(
        "what a statement does is read from its text and the catalogue, and its session stays"
            + " where that cannot be carried",
        "strict_multi_stmt",
        "strict_sp_calls",
        "strict_tmp_tables",
        "use_sql_variables_in");
    table.nowhere(
        "a session's settings are kept as values, not as a history of commands",
        "disable_sescmd_history",
        "prune_sescmd_history",
        "max_sescmd_history");
    table.nowhere(
        "a COMMIT without a reply is not sent again: its client gets an error", "sync_transaction");
    table.nowhere("clients see the version of the server behind the node", "version_string");
    table.nowhere(
        "the server decides on log-ins",
        "auth_all_servers",
        "users_refresh_time",
        "users_refresh_interval",
        "localhost_match_wildcard_host",
        "log_auth_warnings",
        "strip_db_esc",
        "user_accounts_file",
        "user_accounts_file_usage");
    table.nowhere(
        "sessions are carried from one connection to the next",
        "idle_session_pool_time",
        "multiplex_timeout",
        "session_track_trx_state",
        "connection_init_sql_file");
    table.nowhere("`clients.replyTimeout` ends clients that accept nothing", "net_write_timeout");
    table.nowhereFrom(
        "rules of a transaction that is run again are the node's", "transaction_replay_");
    table.nowhereFrom(
        "the node's log has `logFormat` and `logLevel` in node.json", "log_", "retain_");
    return table.done();
  }

  static Places ofMonitors() {
    Places.Table table = new Places.Table(UNKNOWN);
    table.elsewhere("type", "module", "servers", "user", "password", "replication_user");
    table.nowhere(
        "nodes change no server's `read_only`: set it on all replicas",
        "enforce_read_only_slaves",
        "enforce_read_only_servers",
        "enforce_writable_master");
    table.nowhere("nodes do not change who replicates from whom", "enforce_simple_topology");
    table.nowhere(
        "nodes follow the servers' roles and change none",
        "failover",
        "failcount",
        "master_failure_timeout",
        "verify_master_failure",
        "servers_no_promotion",
        "promotion_sql_file",
        "demotion_sql_file",
        "handle_events",
        "cooperative_monitoring_locks",
        "maintenance_on_low_disk_space");
    table.nowhereFrom(
        "nodes follow the servers' roles and change none",
        "auto_",
        "switchover_",
        "failover_",
        "replication_",
        "rebuild_",
        "cs_",
        "mariabackup_",
        "ssh_");
    table.nowhere("webhooks and mails of the manager's alerts report events", "script", "events");
    table.nowhereFrom("webhooks and mails of the manager's alerts report events", "script_");
    table.nowhere(
        "a server's own word decides whether it is the writer: `read_only` and its replication",
        "detect_standalone_master",
        "assume_unique_hostnames",
        "ignore_external_masters",
        "detect_replication_lag",
        "detect_stale_master",
        "detect_stale_slave",
        "allow_cluster_recovery",
        "multimaster",
        "master_conditions",
        "slave_conditions",
        "disable_master_failback",
        "disable_master_role_setting",
        "available_when_donor",
        "use_priority",
        "set_donor_nodes",
        "root_node_as_master");
    table.nowhereFrom("servers are probed as `cluster.probe` says", "backend_", "journal_");
    table.nowhere("servers are probed as `cluster.probe` says", "monitor_interval");
    table.nowhereFrom("nodes do not look at disks", "disk_space_");
    tls(table);
    return table.done();
  }

  static Places ofListeners() {
    Places.Table table = new Places.Table(UNKNOWN);
    table.elsewhere(
        "type",
        "service",
        "protocol",
        "address",
        "port",
        "socket",
        "ssl",
        "ssl_cert",
        "ssl_key",
        "ssl_ca",
        "ssl_verify_peer_certificate",
        "proxy_protocol_networks");
    table.nowhere(
        "the server decides on log-ins; it is sent the password",
        "authenticator",
        "authenticator_options");
    table.nowhere("users are not mapped to others", "user_mapping_file");
    table.nowhere(
        "a session begins as the server has it",
        "connection_init_sql_file",
        "sql_mode",
        "connection_metadata");
    tls(table);
    return table.done();
  }

  private static boolean truth(String text) {
    return text.toLowerCase(Locale.ROOT).matches("true|1|yes|on");
  }
}
