package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.moving.Places.Kind;
import java.util.List;
import java.util.Optional;

/**
 * The settings of PgBouncer's section {@code [pgbouncer]}. Names and meanings are those of its page
 * "config", version 1.25. Those that decide about several documents at once (listening, TLS,
 * log-ins) are {@link PgBouncerImport}'s.
 */
final class PgBouncerPlaces {
  private PgBouncerPlaces() {}

  static Places all() {
    Places.Table table = new Places.Table("no setting of PgBouncer's that is known here");
    table.elsewhere(
        "listen_addr",
        "listen_port",
        "unix_socket_dir",
        "pool_mode",
        "auth_ldap_options",
        "auth_type",
        "auth_file",
        "auth_hba_file",
        "auth_user",
        "auth_query",
        "auth_dbname",
        "admin_users",
        "stats_users",
        "client_tls_sslmode",
        "client_tls_key_file",
        "client_tls_cert_file",
        "client_tls_ca_file",
        "server_tls_sslmode",
        "server_tls_key_file",
        "server_tls_cert_file",
        "server_tls_ca_file");
    table.number("max_client_conn", Kind.NODE, "maxClients");
    table.number("default_pool_size", Kind.VDB, "pool.size");
    table.number("min_pool_size", Kind.VDB, "pool.minIdle");
    table.number("max_db_connections", Kind.VDB, "pool.maxPerDatabase");
    table.number("max_user_connections", Kind.VDB, "pool.maxPerUser");
    table.number("max_db_client_connections", Kind.VDB, "clients.maxPerDatabase");
    table.number("max_user_client_connections", Kind.VDB, "clients.maxPerUser");
    table.number("max_prepared_statements", Kind.VDB, "prepared.perServer");
    table.seconds("server_lifetime", Kind.VDB, "pool.maxLifetime");
    table.seconds("server_idle_timeout", Kind.VDB, "pool.idleTimeout");
    table.seconds("query_wait_timeout", Kind.VDB, "pool.queueTimeout");
    table.seconds("query_wait_notify", Kind.VDB, "pool.queueNotice");
    table.seconds("query_timeout", Kind.VDB, "clients.queryTimeout");
    table.seconds("client_idle_timeout", Kind.VDB, "clients.idleTimeout");
    table.seconds("idle_transaction_timeout", Kind.VDB, "clients.idleInTransactionTimeout");
    table.seconds("cancel_wait_timeout", Kind.VDB, "clients.cancelTimeout");
    table.seconds("client_login_timeout", Kind.NODE, "loginTimeout");
    table.seconds("server_connect_timeout", Kind.SOURCE, "connectTimeout");
    // 0 is the system's own time there, and no keep-alive here.
    table.value(
        "tcp_keepidle",
        Kind.SOURCE,
        "keepAliveIdle",
        text -> Long.parseLong(text) == 0 ? Optional.empty() : Optional.of(text + "s"));
    table.value(
        "tcp_user_timeout",
        Kind.SOURCE,
        "tcpUserTimeout",
        text -> Optional.of(Long.parseLong(text) + "ms"));
    for (String name : List.of("tcp_keepidle", "tcp_user_timeout")) {
      table.differs(name, "for server connections; clients' are as the system has it");
    }
    table.number("max_packet_size", Kind.VDB, "limits.maxMessageSize");
    table.value(
        "server_reset_query_always",
        Kind.VDB,
        "pool.reset",
        text -> text.equals("1") ? Optional.of("always") : Optional.empty());
    table.value("unix_socket_mode", Kind.VDB, "unixSocketMode", text -> Optional.of(text));

    table.nowhere(
        "there is no reserve: `pool.size` is all that a pool may open",
        "reserve_pool_size",
        "reserve_pool_timeout");
    table.nowhere("the connection that was used last is used first", "server_round_robin");
    table.nowhere("every setting that a client makes is carried", "track_extra_parameters");
    table.nowhere(
        "start-up parameters are carried to the server connection", "ignore_startup_parameters");
    table.nowhere("several statements in one text are judged one by one", "disable_pqexec");
    table.nowhere("SHOW CLIENTS has the address beside the name", "application_name_add_host");
    table.nowhere("SHOW STATS gives averages of the last minute", "stats_period");
    table.nowhere("verifiers keep the number that they were made with", "scram_iterations");
    table.nowhere("`id` and `peers` of node.json pass cancel requests on", "peer_id");
    table.nowhere("what a session has changed is reset by the node", "server_reset_query");
    table.nowhere(
        "the node knows when a server has closed a connection, and asks servers what they are",
        "server_check_delay",
        "server_check_query");
    table.nowhere("a server connection is closed when it is free", "server_fast_close");
    table.nowhere("failed connections are tried again with growing pauses", "server_login_retry");
    table.nowhere("nothing is kept for a database that nobody uses", "autodb_idle_timeout");
    table.nowhere("set transaction_timeout at the server (PostgreSQL 17)", "transaction_timeout");
    table.nowhere("nodes are drained, not suspended", "suspend_timeout");
    table.nowhere(
        "the service's unit says which user and group it runs as", "user", "unix_socket_group");
    table.nowhere("it is the service's", "pidfile", "conffile", "service_name", "job_name");
    table.nowhere(
        "users are documents; with `credentials` \"passthrough\" the server decides",
        "auth_ident_file");
    table.nowhere(
        "the node's log has `logFormat` and `logLevel` in node.json",
        "logfile",
        "syslog",
        "syslog_ident",
        "syslog_facility",
        "log_connections",
        "log_disconnections",
        "log_pooler_errors",
        "log_stats",
        "verbose");
    table.nowhere(
        "names are looked up at each connection, and kept for 5 s",
        "dns_max_ttl",
        "dns_nxdomain_ttl",
        "dns_zone_check_period",
        "resolv_conf");
    table.nowhere(
        "the node chooses it by itself",
        "pkt_buf",
        "listen_backlog",
        "sbuf_loopcnt",
        "so_reuseport",
        "tcp_defer_accept",
        "tcp_socket_buffer",
        "tcp_keepalive",
        "tcp_keepcnt",
        "tcp_keepintvl");
    for (String side : List.of("client", "server")) {
      table.nowhere(
          "TLS 1.2 and 1.3 are spoken, with sound suites only",
          side + "_tls_protocols",
          side + "_tls_ciphers",
          side + "_tls_ecdhcurve",
          side + "_tls_dheparams",
          side + "_tls13_ciphers");
    }
    return table.done();
  }
}
