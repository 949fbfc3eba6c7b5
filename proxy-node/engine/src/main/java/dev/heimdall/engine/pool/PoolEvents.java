package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.model.DataSource;
import java.time.Duration;

/**
 * Events of server connections and in queues, for logs and counters. All of it is rare beside
 * statements. Called on event loops: must not block.
 */
public interface PoolEvents {
  /** A server connection was made and logged in. */
  void connected(String vdb, PoolKey key, ServerConnection connection);

  /** A connection to this server could not be made. */
  void connectFailed(String vdb, DataSource server, ConnectFailure failure);

  /** A server connection ended; {@link ServerConnection#ending} tells how. */
  void closed(String vdb, ServerConnection connection);

  /** A server connection was cleaned, so that another session can have it. */
  void cleaned();

  /** An idle server connection was closed for one that another pool needs, or a log-in. */
  void yielded();

  /** A client was told that it waits for long. */
  void waitNoticed();

  /**
   * A client was refused a server connection because the pool has none to give.
   *
   * @param waiting how many still wait on the same event loop
   * @param waited how long the client did, zero when the queue was full
   */
  void exhausted(String vdb, PoolKey key, int size, int waiting, Duration waited);

  /**
   * An audit has found a fault of the node's.
   *
   * @param what which connection, or how many
   */
  void anomaly(String vdb, PoolKey key, PoolAnomaly anomaly, String what);
}
