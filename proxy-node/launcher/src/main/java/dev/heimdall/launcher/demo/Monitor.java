package dev.heimdall.launcher.demo;

import dev.heimdall.launcher.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the primary itself, past the node, how many connections it serves and how far its replicas
 * are.
 */
final class Monitor implements AutoCloseable {
  /**
   * What the primary says at one moment; the lags are in bytes of WAL, in the order of the names.
   */
  record Reading(int serverConnections, List<Long> lags) {}

  private final Connection connection;
  private final PreparedStatement connections;
  private final PreparedStatement lags;

  Monitor(PostgresServer primary) throws SQLException {
    connection = primary.connect("postgres");
    connections =
        connection.prepareStatement(
            "SELECT count(*) FROM pg_stat_activity"
                + " WHERE backend_type = 'client backend' AND datname = 'shop'");
    lags =
        connection.prepareStatement(
            "SELECT coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::bigint"
                + " FROM pg_stat_replication ORDER BY application_name");
  }

  Reading read() throws SQLException {
    int count;
    try (ResultSet rows = connections.executeQuery()) {
      rows.next();
      count = rows.getInt(1);
    }
    List<Long> behind = new ArrayList<>();
    try (ResultSet rows = lags.executeQuery()) {
      while (rows.next()) {
        behind.add(rows.getLong(1));
      }
    }
    return new Reading(count, behind);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
