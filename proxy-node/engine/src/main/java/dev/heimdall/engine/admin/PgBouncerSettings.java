package dev.heimdall.engine.admin;

import dev.heimdall.model.VirtualDatabase;
import java.time.Duration;
import java.util.List;

/**
 * The settings of PgBouncer ({@code pgbouncer.ini}, section {@code [pgbouncer]}) that a virtual
 * database has a counterpart of, with their values here. Times are seconds; 0 is no limit, in both.
 */
final class PgBouncerSettings {
  private PgBouncerSettings() {}

  static List<ConfigRow> of(ServedVdb served) {
    VirtualDatabase vdb = served.vdb();
    return List.of(
        row("listen_addr", vdb.address(), ""),
        row("listen_port", served.port(), "6432"),
        row("pool_mode", PgBouncerTables.mode(served), "session"),
        row("max_client_conn", clients(served), "100"),
        row("default_pool_size", vdb.pool().size(), "20"),
        row("min_pool_size", vdb.pool().minIdle(), "0"),
        row("reserve_pool_size", 0, "0"),
        row("max_db_connections", vdb.pool().maxPerDatabase(), "0"),
        row("max_user_connections", vdb.pool().maxPerUser(), "0"),
        row("max_db_client_connections", vdb.clients().maxPerDatabase(), "0"),
        row("max_user_client_connections", vdb.clients().maxPerUser(), "0"),
        row("server_lifetime", seconds(vdb.pool().maxLifetime()), "3600"),
        row("server_idle_timeout", seconds(vdb.pool().idleTimeout()), "600"),
        row("server_connect_timeout", seconds(served.source().connectTimeout()), "15"),
        row("query_wait_timeout", seconds(vdb.pool().queueTimeout()), "120"),
        row("query_wait_notify", seconds(vdb.pool().queueNotice()), "5"),
        row("query_timeout", seconds(vdb.clients().queryTimeout()), "0"),
        row("client_idle_timeout", seconds(vdb.clients().idleTimeout()), "0"),
        row("client_login_timeout", seconds(served.node().loginTimeout()), "60"),
        row("idle_transaction_timeout", seconds(vdb.clients().idleInTransactionTimeout()), "0"),
        row("max_prepared_statements", vdb.prepared().perServer(), "200"));
  }

  /** Client limit that is reached first: the node's, or that of the virtual database. */
  private static int clients(ServedVdb served) {
    int node = served.node().maxClients();
    int own = served.vdb().clients().max();
    return node == 0 || own == 0 ? Math.max(node, own) : Math.min(node, own);
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1000.0;
  }

  private static ConfigRow row(String key, Object value, String byDefault) {
    String text = String.valueOf(value);
    String whole = text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    return new ConfigRow(key, whole, byDefault, true);
  }
}
