package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.moving.Places.Kind;
import java.util.Optional;

/**
 * The variables of ProxySQL's groups {@code mysql_variables}, {@code pgsql_variables} and {@code
 * admin_variables}. Names and meanings are those of its documentation, version 2.7 and 3.0. Those
 * that decide about several documents at once (interfaces, the monitor's log-in, TLS towards
 * servers) are {@link ProxySqlImport}'s.
 */
final class ProxySqlVariables {
  private ProxySqlVariables() {}

  static Places all() {
    Places.Table table = new Places.Table("no variable of ProxySQL's that is known here");
    table.elsewhere(
        "interfaces",
        "monitor_username",
        "monitor_password",
        "authentication_method",
        "ssl_p2s_ca",
        "ssl_p2s_cert",
        "ssl_p2s_key");
    table.number("max_connections", Kind.NODE, "maxClients");
    table.millis("connect_timeout_client", Kind.NODE, "loginTimeout");
    table.millis("connect_timeout_server", Kind.SOURCE, "connectTimeout");
    table.millis("connect_timeout_server_max", Kind.VDB, "pool.queueTimeout");
    table.millis("connection_max_age_ms", Kind.VDB, "pool.maxLifetime");
    table.millis("default_query_timeout", Kind.VDB, "clients.queryTimeout");
    table.millis("wait_timeout", Kind.VDB, "clients.idleTimeout");
    table.millis("max_transaction_idle_time", Kind.VDB, "clients.idleInTransactionTimeout");
    table.number("max_allowed_packet", Kind.VDB, "limits.maxStatementSize");
    table.number("max_stmts_per_connection", Kind.VDB, "prepared.perServer");
    table.value(
        "query_cache_size_MB",
        Kind.VDB,
        "cache.maxSize",
        text -> Optional.of(Math.max(1, Long.parseLong(text)) + "MiB"));
    table.value("multiplexing", Kind.VDB, "multiplex", text -> Optional.of(truth(text)));
    table.value("have_compress", Kind.VDB, "clients.compression", text -> Optional.of(truth(text)));
    table.value(
        "tcp_keepalive_time",
        Kind.SOURCE,
        "keepAliveIdle",
        text -> Long.parseLong(text) == 0 ? Optional.empty() : Optional.of(text + "s"));
    table.differs(
        "tcp_keepalive_time", "for server connections; clients' are as the system has it");

    table.nowhere("one process uses all processors (`loops` in node.json)", "threads", "stacksize");
    table.nowhere("clients see the version of the server behind the node", "server_version");
    table.nowhere(
        "the node has no certificate of its own making: give `tls` of the virtual database one",
        "have_ssl");
    table.nowhere(
        "clients say which database; name one in their connection strings", "default_schema");
    table.nowhere(
        "there is no list of that kind in a configuration file: rules with the actions `allow`,"
            + " `learn-pattern` and `drop` are such a firewall",
        "firewall_whitelist_enabled",
        "firewall_whitelist_errormsg",
        "automatic_detect_sqli");
    table.nowhere("rules have a `delay` of their own", "default_query_delay");
    table.nowhere(
        "a transaction has no time limit, idle ones and statements have",
        "max_transaction_time",
        "transaction_timeout");
    table.nowhere("a rule with the action `retry` tries again", "query_retries_on_failure");
    table.nowhere("statements are sent as they come", "auto_increment_delay_multiplex");
    table.nowhere(
        "connections are made as they are needed; `pool.minIdle` keeps some",
        "connection_warming",
        "free_connections_pct");
    table.nowhere(
        "`SET` of the session is followed, whatever it sets",
        "set_query_lock_on_hostgroup",
        "keep_multiplexing_variables",
        "init_connect",
        "ldap_user_variable",
        "add_ldap_user_comment");
    table.nowhere(
        "a rule's `log` and the node's log (`logLevel` in node.json) say it",
        "long_query_time",
        "log_unhealthy_connections",
        "verbose_query_error",
        "hostgroup_manager_verbose");
    table.nowhere("regular expressions are RE2's", "query_processor_regex");
    table.nowhere(
        "a replica answers when it has what the session must not miss (`cluster.consistency`)",
        "client_session_track_gtid",
        "default_session_track_gtids",
        "aurora_max_lag_ms_only_read_from_replicas");
    table.nowhereFrom("servers are probed as `cluster.probe` says", "monitor_", "ping_");
    table.nowhereFrom(
        "statements are counted by pattern (`analytics`)", "query_digests", "digests_");
    table.nowhereFrom("a rule's `log` writes statements down", "eventslog_", "auditlog_");
    table.nowhereFrom("rules do not copy statements to other servers", "mirror_");
    table.nowhereFrom(
        "`cluster.balance` leaves servers out that fail", "shun_", "connect_retries_");
    table.nowhereFrom(
        "sessions' variables are carried, and begin as the server has them", "default_");
    table.nowhereFrom(
        "the node chooses it by itself",
        "poll_timeout",
        "session_idle_",
        "threshold_",
        "throttle_",
        "connpoll_",
        "stats_",
        "query_cache_",
        "connection_delay_",
        "min_num_",
        "query_processor_",
        "query_rules_",
        "handle_",
        "reset_connection_",
        "kill_",
        "binlog_",
        "tcp_",
        "data_packets_",
        "show_",
        "max_stmts_",
        "proxy_protocol_",
        "servers_",
        "sessions_",
        "commands_",
        "server_",
        "enforce_",
        "forward_",
        "autocommit_",
        "client_",
        "enable_",
        "unshun_",
        "fast_",
        "use_",
        "optimize_",
        "processlist_",
        "aurora_",
        "interfaces_",
        "protocol_",
        "log_",
        "ssl_");
    return table.done();
  }

  /** Of the admin interface: all that nodes have of it is their console. */
  static Places ofConsole() {
    return new Places.Table(
            "the console is for users with \"admin\": true, on the port of the virtual database")
        .nowhere("the console changes no configuration", "read_only")
        .nowhereFrom("the manager has pages and a REST of its own", "web_", "restapi_")
        .nowhereFrom(
            "nodes read one configuration, and pass none on to each other", "cluster_", "checksum_")
        .done();
  }

  private static boolean truth(String text) {
    return text.equals("true") || text.equals("1");
  }
}
