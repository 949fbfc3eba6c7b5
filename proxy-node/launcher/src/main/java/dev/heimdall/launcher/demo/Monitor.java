package dev.heimdall.launcher.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Asks the primary itself, past the node, how many connections it serves and how far its replicas
 * are; and the node, how many reads it has sent to these.
 */
final class Monitor implements AutoCloseable {
  private static final String READS = "heimdall_replica_reads_total{";

  /**
   * What both say at one moment; the lags are in the order of the replicas.
   *
   * @param replicaReads since the reading before
   */
  record Reading(int serverConnections, List<Long> lags, long replicaReads) {}

  private final DemoServers.Figures servers;
  private final HttpRequest metrics;
  private final HttpClient http = HttpClient.newHttpClient();
  private long readsBefore;

  /**
   * @param metrics where the node tells its numbers
   */
  Monitor(DemoServers.Figures servers, URI metrics) {
    this.servers = servers;
    this.metrics = HttpRequest.newBuilder(metrics).timeout(Duration.ofSeconds(5)).build();
    readsBefore = replicaReads();
  }

  String lagUnit() {
    return servers.lagUnit();
  }

  Reading read() throws SQLException {
    int count = servers.connections();
    List<Long> behind = servers.lags();
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
    servers.close();
  }
}
