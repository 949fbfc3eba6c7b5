package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.Fence;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.prepared.StatementBounds;
import dev.heimdall.engine.prepared.StatementRoom;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.DataSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the server connections of a virtual database, remembers whether its server could be reached
 * the last time, and which connections are no pool's. Thread-safe.
 */
final class VdbConnector {
  private static final String MOVED = "the writer is another server now";

  private final VdbPools pools;
  private final Connector connector;
  private final Neighbours neighbours;
  private final PoolLimits limits;

  /** Connections that are no pool's. */
  private final Set<ServerConnection> outside = ConcurrentHashMap.newKeySet();

  private volatile ServerError unreachable;

  VdbConnector(VdbPools pools, Connector connector, Neighbours neighbours, PoolLimits limits) {
    this.pools = pools;
    this.connector = connector;
    this.neighbours = neighbours;
    this.limits = limits;
  }

  private ServerTarget.Part part(PoolTarget to) {
    if (to.led()) {
      return ServerTarget.Part.WRITER;
    }
    return pools.reader() ? ServerTarget.Part.REPLICA : ServerTarget.Part.NONE;
  }

  /**
   * Makes a connection by the present plan, to where connections go now.
   *
   * @param pooled whether it will be a pool's
   */
  void connect(
      LoopContext context,
      PoolKey key,
      Map<String, String> parameters,
      StatementBounds prepared,
      ConnectionKeeper keeper,
      ServerConnector.Handler handler,
      boolean pooled) {
    PoolPlan now = pools.plan();
    PoolTarget to = pools.direction();
    if (!to.known()) {
      handler.failed(ConnectFailure.unreachable(pools.missing().error().message()));
      return;
    }
    ServerLoad load = entering(to.source());
    connector.connect(
        context,
        new ServerTarget(
            to.source(),
            now.tls(),
            key.database(),
            key.credential(),
            key.capabilities(),
            parameters,
            new StatementRoom(prepared, load.held()),
            part(to),
            pools.missing().takesWrites(to),
            fence(now, to)),
        keeper,
        new ServerConnector.Handler() {
          @Override
          public void connected(ServerConnection connection) {
            unreachable = null;
            pools.events().connected(pools.vdb(), key, connection);
            if (!pooled) {
              outside.add(connection);
            }
            if (pooled) {
              LimitQuery.before(connection, load, counted(load, handler));
            } else {
              handler.connected(connection);
            }
            PoolTarget after = pools.direction();
            if (!pooled && after.known() && !to.source().equals(after.source())) {
              connection.close(MOVED); // while it was being made
            }
          }

          @Override
          public void failed(ConnectFailure failure) {
            left(to.source());
            boolean answered = failure.permanent() || failure.withheld();
            unreachable = answered ? null : failure.error();
            if (failure.permanent()) {
              pools.logins().doubt(key);
            }
            pools.events().connectFailed(pools.vdb(), to.source(), failure);
            if (!answered) {
              pools.suspect(to.source(), failure.error().message());
            }
            handler.failed(failure);
          }
        });
  }

  /** Around the writer of a cluster that has to be confirmed. */
  private Fence fence(PoolPlan now, PoolTarget to) {
    if (!to.led() || now.source().cluster().failover().fence().isZero()) {
      return Fence.NONE;
    }
    return new Fence() {
      @Override
      public boolean closed() {
        return pools.bars(to.server());
      }

      @Override
      public void found() {
        pools.barred();
      }
    };
  }

  /** Wraps the handler so that the server's reports count before the connection is used. */
  private ServerConnector.Handler counted(ServerLoad load, ServerConnector.Handler handler) {
    return new ServerConnector.Handler() {
      @Override
      public void connected(ServerConnection connection) {
        limited(load);
        handler.connected(connection);
      }

      @Override
      public void failed(ConnectFailure failure) {
        handler.failed(failure);
      }
    };
  }

  /** A connection has ended. */
  void closed(ServerConnection connection) {
    left(connection.target().source());
    outside.remove(connection);
  }

  /** Closes those that are no pool's: their server is not the writer any more. */
  void moved() {
    for (ServerConnection connection : outside) {
      connection.context().loop().execute(() -> connection.close(MOVED));
    }
  }

  /** Error of the last attempt to reach the server; null if it succeeded. */
  ServerError unreachable() {
    return unreachable;
  }

  /** A connection is about to be made to a server; {@link #left} has to follow. */
  private ServerLoad entering(DataSource server) {
    ServerLoad load = neighbours.entering(server.hosts().get(0));
    limited(load);
    return load;
  }

  /** A connection to a server has ended, or was not made. */
  private void left(DataSource server) {
    neighbours.left(server.hosts().get(0));
  }

  /** The server may have reported another limit, or other nodes share it. */
  private void limited(ServerLoad load) {
    if (load.limit() > 0) {
      limits.ofServer(load.limit(), neighbours.nodes());
    }
  }
}
