package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.wire.mysql.ServerHello;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Product of a server, MySQL or MariaDB, and the query syntax of its version.
 *
 * @param mariadb whether it is MariaDB
 * @param version major, minor and patch, as in 80022
 */
public record Flavour(boolean mariadb, int version) {
  /** MariaDB may have {@code 5.5.5-} in front, for old replicas. */
  private static final Pattern VERSION =
      Pattern.compile("(?:5\\.5\\.5-(?=.*MariaDB))?(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?.*");

  /** As the server itself has said it when the connection was made. */
  public static Flavour of(Connection connection) throws SQLException {
    return of(connection.getMetaData().getDatabaseProductVersion());
  }

  static Flavour of(String version) {
    Matcher parts = VERSION.matcher(version);
    if (!parts.matches()) {
      return new Flavour(ServerHello.isMariadb(version), 0);
    }
    int patch = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
    return new Flavour(
        ServerHello.isMariadb(version),
        Integer.parseInt(parts.group(1)) * 10_000 + Integer.parseInt(parts.group(2)) * 100 + patch);
  }

  /** All that it replicates from, a row for each. */
  String replicaStatus() {
    if (mariadb) {
      return "SHOW ALL SLAVES STATUS";
    }
    return version >= 80_022 ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS";
  }

  /** Statement that lists its replicas. */
  String replicas() {
    return !mariadb && version >= 80_022 ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS";
  }

  /** Statement that reports the end of its binary log. */
  public String logStatus() {
    return !mariadb && version >= 80_200 ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
  }

  /** Name of the other server in the columns of {@link #replicaStatus}. */
  String source() {
    return !mariadb && version >= 80_022 ? "Source" : "Master";
  }

  /** Name of the server itself in the columns of the replica status. */
  String replica() {
    return !mariadb && version >= 80_022 ? "Replica" : "Slave";
  }
}
