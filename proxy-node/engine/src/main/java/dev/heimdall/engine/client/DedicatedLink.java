package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.VdbPools;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The server connection of a session that has one of its own, as for replication: made for it,
 * outside the pools, and ended with it. As long as credentials are being changed it is tried again,
 * as for others who wait.
 */
final class DedicatedLink implements ConnectionKeeper, ServerConnector.Handler {
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 2000;

  private final SessionStart start;
  private final StartingClient session;
  private final LoopContext loop;
  private final long began;
  private long pause = FIRST_PAUSE_MILLIS;
  private VdbPools pools;
  private PoolKey key;
  private Map<String, String> extra;

  DedicatedLink(SessionStart start, StartingClient session, LoopContext loop) {
    this.start = start;
    this.session = session;
    this.loop = loop;
    began = loop.nanoTime();
  }

  /**
   * @param asked what makes the connection what it is to be
   * @param variables of the session
   */
  void connect(
      VdbPools pools, PoolKey key, Map<String, String> asked, Map<String, String> variables) {
    extra = new TreeMap<>(variables);
    extra.putAll(asked);
    this.pools = pools;
    this.key = key;
    connect();
  }

  private void connect() {
    pools.connect(loop, key, extra, pools.plan().prepared(), this, this);
  }

  @Override
  public void connected(ServerConnection connection) {
    loop.beginEvent();
    try {
      start.dedicatedConnected(connection);
    } finally {
      loop.endEvent();
    }
  }

  @Override
  public void failed(ConnectFailure failure) {
    long patience = pools.plan().source().credentials().patience().toNanos();
    if (failure.withheld() && loop.nanoTime() - began < patience) {
      loop.later(this::again, pause, TimeUnit.MILLISECONDS, session::failed);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    } else {
      session.fatal(failure.error());
    }
  }

  private void again() {
    if (!session.closed()) {
      connect();
    }
  }

  @Override
  public void serverClosed(ServerConnection connection) {
    pools.closed(connection);
  }

  @Override
  public void cancelsDone(ServerConnection connection) {}
}
