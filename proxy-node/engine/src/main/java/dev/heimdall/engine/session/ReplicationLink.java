package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.VdbPools;
import java.util.Map;
import java.util.TreeMap;

/**
 * The server connection of a replication session: made for it, outside the pools, and ended with
 * it.
 */
final class ReplicationLink implements ServerConnection.Listener, ServerConnector.Handler {
  private final ClientSession session;
  private final LoopContext loop;
  private VdbPools pools;

  ReplicationLink(ClientSession session, LoopContext loop) {
    this.session = session;
    this.loop = loop;
  }

  /**
   * @param replication the value of the start-up parameter
   */
  void connect(VdbPools pools, PoolKey key, String replication, Map<String, String> variables) {
    Map<String, String> extra = new TreeMap<>(variables);
    extra.put("replication", replication);
    this.pools = pools;
    pools.connect(loop, key, extra, pools.plan().preparedLimit(), this, this);
  }

  @Override
  public void connected(ServerConnection connection) {
    loop.beginEvent();
    try {
      session.start().replicationConnected(connection);
    } finally {
      loop.endEvent();
    }
  }

  @Override
  public void failed(ConnectFailure failure) {
    session.fatal(failure.error());
  }

  @Override
  public void serverClosed(ServerConnection connection) {
    pools.closed(connection);
  }

  @Override
  public void cancelsDone(ServerConnection connection) {}
}
