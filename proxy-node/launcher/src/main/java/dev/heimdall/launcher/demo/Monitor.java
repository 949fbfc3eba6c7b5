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
 * are; and the node, how many reads it has sent to these, and answered from its cache.
 */
final class Monitor implements AutoCloseable {
  /**
   * Figures of both at one moment; the lags are in the order of the replicas.
   *
   * @param node what it has counted since the reading before
   */
  record Reading(int serverConnections, List<Long> lags, Counted node) {}

  private final DemoServers.Figures servers;
  private final HttpRequest metrics;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Counted start;
  private Counted before = Counted.NOTHING;

  /**
   * @param metrics where the node tells its numbers
   */
  Monitor(DemoServers.Figures servers, URI metrics) {
    this.servers = servers;
    this.metrics = HttpRequest.newBuilder(metrics).timeout(Duration.ofSeconds(5)).build();
    start = counted();
    before = start;
  }

  String lagUnit() {
    return servers.lagUnit();
  }

  Reading read() throws SQLException {
    int count = servers.connections();
    List<Long> behind = servers.lags();
    Counted now = counted();
    Counted more = now.since(before);
    before = now;
    return new Reading(count, behind, more);
  }

  /** Counts of the node from the beginning to the last reading. */
  Counted sinceStart() {
    return before.since(start);
  }

  /** Counts of the node, or the last ones when it does not answer. */
  private Counted counted() {
    try {
      return Counted.in(http.send(metrics, HttpResponse.BodyHandlers.ofLines()).body());
    } catch (IOException e) {
      return before;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return before;
    }
  }

  @Override
  public void close() throws SQLException {
    servers.close();
  }
}
