package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import java.util.Locale;
import java.util.Set;

/**
 * A row of the table of servers.
 *
 * @param address with its port, as URLs have it
 * @param maxConnections 0 where it is not said
 * @param maxLag seconds; 0 for no limit
 */
record ProxySqlServer(
    int hostgroup,
    String address,
    int weight,
    int maxConnections,
    int maxLag,
    boolean tls,
    boolean online,
    Line at) {
  /** Fields of a row that decide something, or have a note of their own; a comment needs none. */
  static final Set<String> FIELDS =
      Set.of(
          "address",
          "hostname",
          "port",
          "status",
          "hostgroup",
          "hostgroup_id",
          "weight",
          "max_connections",
          "max_replication_lag",
          "use_ssl",
          "gtid_port",
          "max_latency_ms",
          "compression",
          "comment");

  static ProxySqlServer of(ProxySqlCnf.Row row, ProxySqlEngine engine) throws CommandFailure {
    String host = row.text("address", "hostname").orElseThrow(() -> row.missing("hostname"));
    int port = row.number("port", engine.serverPort());
    String status = row.text("status").orElse("ONLINE");
    return new ProxySqlServer(
        row.required(row.fields().containsKey("hostgroup") ? "hostgroup" : "hostgroup_id"),
        port == 0 ? host : Addresses.of(host, String.valueOf(port)),
        row.number("weight", 1),
        row.number("max_connections", 0),
        row.number("max_replication_lag", 0),
        row.number("use_ssl", 0) == 1,
        // One that was shunned comes back by itself.
        !status.toUpperCase(Locale.ROOT).startsWith("OFFLINE"),
        row.at());
  }

  boolean byUnixSocket() {
    return address.startsWith("/");
  }
}
