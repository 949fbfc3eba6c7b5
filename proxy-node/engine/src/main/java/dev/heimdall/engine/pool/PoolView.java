package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import java.util.Set;

/** View of one pool on one loop for operators; belongs to the loop's thread. */
public final class PoolView {
  private final PooledConnections connections;
  private final IdleConnections idle;
  private final Set<ServerConnection> held;
  private final Cleaning cleaning;
  private final Warmup warmup;
  private final WaitQueue waiters;
  private final Growth growth;
  private final Lanes lanes;

  PoolView(
      PooledConnections connections,
      IdleConnections idle,
      Set<ServerConnection> held,
      Cleaning cleaning,
      Warmup warmup,
      WaitQueue waiters,
      Growth growth,
      Lanes lanes) {
    this.connections = connections;
    this.idle = idle;
    this.held = held;
    this.cleaning = cleaning;
    this.warmup = warmup;
    this.waiters = waiters;
    this.growth = growth;
    this.lanes = lanes;
  }

  /** Waiting time of the first waiter, in nanoseconds. */
  public long longestWait() {
    return waiters.longest();
  }

  public int connectingCount() {
    return growth.underWay();
  }

  public int cleaningCount() {
    return cleaning.size();
  }

  /** Notices sent to clients that waited for long. */
  public long waitNotices() {
    return waiters.notices();
  }

  boolean isIdle(ServerConnection connection) {
    return idle.contains(connection);
  }

  public Set<ServerConnection> connections() {
    return Set.copyOf(connections.all());
  }

  /** Figures of sharing so far; only read. */
  public LaneFigures laneFigures() {
    return lanes.figures();
  }

  /** idle, active, shared, cleaning or warming. */
  public String stateOf(ServerConnection connection) {
    if (connection.shared()) {
      return "shared";
    }
    if (warmup.contains(connection)) {
      return "warming";
    }
    if (held.contains(connection)) {
      return "active";
    }
    return cleaning.contains(connection) ? "cleaning" : "idle";
  }
}
