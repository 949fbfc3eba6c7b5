package dev.heimdall.launcher.demo;

import dev.heimdall.launcher.postgres.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the primary itself, past the node, how many connections it serves and how far its replicas
 * are; and the node, how many reads it has sent to these.
 */
final class Monitor implements AutoCloseable {
  private static final String READS = "heimdall_replica_reads_total{";

  /**
   * What both say at one moment; the lags are in bytes of WAL, in the order of the names.
   *
   * @param replicaReads since the reading before
   */
  record Reading(int serverConnections, List<Long> lags, long replicaReads) {}

  private final Connection connection;
  private final PreparedStatement connections;
  private final PreparedStatement lags;
  private final HttpRequest metrics;
  private final HttpClient http = HttpClient.newHttpClient();
  private long readsBefore;

  /**
   * @param metrics where the node tells its numbers
   */
  Monitor(PostgresServer primary, URI metrics) throws SQLException {
    this.metrics = HttpRequest.newBuilder(metrics).timeout(Duration.ofSeconds(5)).build();
    connection = primary.connect("postgres");
    connections =
        connection.prepareStatement(
            "SELECT count(*) FROM pg_stat_activity"
                + " WHERE backend_type = 'client backend' AND datname = 'shop'");
    lags =
        connection.prepareStatement(
            "SELECT coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::bigint"
                + " FROM pg_stat_replication ORDER BY application_name");
    readsBefore = replicaReads();
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
    long reads = replicaReads();
    long more = reads - readsBefore;
    readsBefore = reads;
    return new Reading(count, behind, more);
  }

  /** What was counted last when the node does not answer. */
  private long replicaReads() {
    try {
      return http.send(metrics, HttpResponse.BodyHandlers.ofLines())
          .body()
          .filter(line -> line.startsWith(READS))
          .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    } catch (IOException e) {
      return readsBefore;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return readsBefore;
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
