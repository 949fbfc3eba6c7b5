package dev.heimdall.engine.boot;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.Ending;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.pool.PoolAnomaly;
import dev.heimdall.engine.pool.PoolEvents;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.model.DataSource;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what happens to server connections into log lines and counters. */
final class LoggedPoolEvents implements PoolEvents {
  private static final Logger AUDIT = LoggerFactory.getLogger("heimdall.pool.audit");

  private final EventLog log;
  private final NodeEvents told;
  private final Metrics metrics;

  LoggedPoolEvents(EventSinks sinks) {
    this.log = sinks.log();
    this.told = sinks.told();
    this.metrics = sinks.metrics();
  }

  @Override
  public void connected(String vdb, PoolKey key, ServerConnection connection) {
    metrics.count(NodeCounter.SERVER_CONNECTS);
    log.serverConnected(
        connection.id(),
        vdb,
        key.database(),
        key.credential().user(),
        connection.remoteAddress(),
        connection.processId());
  }

  @Override
  public void connectFailed(String vdb, DataSource server, ConnectFailure failure) {
    metrics.count(NodeCounter.SERVER_CONNECT_FAILURES);
    log.serverConnectFailed(
        vdb,
        InetSocketAddress.createUnresolved(server.host(), server.port()),
        failure.error().message());
    told.counted(
        EventKind.SERVER_REFUSES_CONNECTIONS,
        vdb,
        server.host() + ":" + server.port(),
        "A connection could not be opened: " + failure.error().message());
  }

  @Override
  public void closed(String vdb, ServerConnection connection) {
    metrics.count(NodeCounter.SERVER_CLOSES);
    Ending ending = connection.ending();
    if (ending.side() == Ending.Side.PROTOCOL) {
      metrics.count(NodeCounter.SERVER_PROTOCOL_ERRORS);
      log.serverProtocolError(connection.id(), vdb, connection.remoteAddress(), ending.reason());
    }
    if (ending.side() == Ending.Side.STATE) {
      metrics.count(NodeCounter.SERVER_STATE_FAILURES);
      log.serverStateFailure(connection.id(), vdb, connection.remoteAddress(), ending.reason());
    }
    log.serverClosed(
        connection.id(),
        vdb,
        ending.side() == Ending.Side.NODE || ending.side() == Ending.Side.STATE,
        ending.reason(),
        Duration.ofNanos(System.nanoTime() - connection.createdAt()));
  }

  @Override
  public void cleaned() {
    metrics.count(NodeCounter.SERVER_RESETS);
  }

  @Override
  public void yielded() {
    metrics.count(NodeCounter.SERVER_YIELDS);
  }

  @Override
  public void waitNoticed() {
    metrics.count(NodeCounter.WAIT_NOTICES);
  }

  @Override
  public void exhausted(String vdb, PoolKey key, int size, int waiting, Duration waited) {
    log.poolExhausted(vdb, key.database(), key.credential().user(), size, waiting, waited);
    told.counted(
        EventKind.POOL_EXHAUSTED,
        vdb,
        "",
        "A client waited %d ms for one of %d server connections for database %s and user %s, and got none."
            .formatted(waited.toMillis(), size, key.database(), key.credential().user()));
  }

  @Override
  public void anomaly(String vdb, PoolKey key, PoolAnomaly anomaly, String what) {
    metrics.count(NodeCounter.POOL_ANOMALIES);
    AUDIT.warn(
        "Pool audit: {} of the pool for database {} and user {} of VDB {}: {}. This is a fault of"
            + " Heimdall; report it with the log around this line.",
        what,
        key.database(),
        key.credential().user(),
        vdb,
        anomaly.words());
  }
}
