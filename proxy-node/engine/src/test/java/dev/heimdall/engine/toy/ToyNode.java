package dev.heimdall.engine.toy;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.DetachedConnection;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.Connector;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.Neighbours;
import dev.heimdall.engine.pool.NoEvents;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.PoolPlan;
import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.DataSource;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Pools of one event loop whose servers speak the toy dialect, all of it in one thread. */
final class ToyNode implements Connector, AutoCloseable {
  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final LoopContext context = new LoopContext(0, loop.eventLoop());
  private final ToyServers protocol = new ToyServers();
  private final ServerConnector cancels =
      new ServerConnector(null, source -> protocol, Runnable::run);
  private final List<ToyServer> servers = new ArrayList<>();
  private final ToyCluster cluster;
  private final VdbPools pools;

  /** What new servers are able to do. */
  int features = -1;

  /** Whose servers are no cluster, and have no data. */
  ToyNode() {
    this(PoolSources.primary(), null);
  }

  /**
   * @param cluster that the source is; null for none
   */
  ToyNode(DataSource source, ToyCluster cluster) {
    this.cluster = cluster;
    pools = new VdbPools("toy", this, new NoEvents(), plan(source), Neighbours.none());
  }

  private static PoolPlan plan(DataSource source) {
    return PoolSources.plan(source, PoolSources.settings(1, Optional.of(0), Duration.ZERO));
  }

  /** A session that waits for a connection, and has it then. */
  static final class Session implements Waiter {
    ServerConnection connection;
    ServerError refusal;

    @Override
    public Variables variables() {
      return Variables.NONE;
    }

    @Override
    public void acquired(ServerConnection given) {
      connection = given;
    }

    @Override
    public void refused(ServerError error) {
      refusal = error;
    }

    @Override
    public boolean waitsLong() {
      return false;
    }

    @Override
    public void failed(Throwable cause) {
      throw new AssertionError(cause);
    }
  }

  /** What has become of one request. */
  static final class Reply extends InternalQuery {
    private final List<String> values = new ArrayList<>();
    List<List<String>> rows;
    ServerError error;
    boolean done;

    Reply() {
      super(true);
    }

    /** Values that changed meanwhile. */
    List<String> values() {
      return values;
    }

    @Override
    public void parameterChanged(ServerConnection from, String name, String value) {
      values.add(name + "=" + value);
    }

    @Override
    protected void done(ServerConnection from, ServerError why) {
      done = true;
      error = why;
      rows = rows();
    }
  }

  /** The pool of sessions that have agreed on this with their clients. */
  LoopPool pool(Capabilities capabilities) {
    return pools.join(
        new PoolKey("shop", ServerCredential.withoutSecret("app"), capabilities), context);
  }

  /** A session that asks for a connection. */
  Session acquire(LoopPool pool) {
    Session session = new Session();
    ServerConnection at = pool.acquire(session);
    if (at != null) {
      session.connection = at;
    }
    run();
    return session;
  }

  LoopContext context() {
    return context;
  }

  VdbPools pools() {
    return pools;
  }

  ServerConnector connector() {
    return cancels;
  }

  /** The server at the other end of a connection. */
  ToyServer serverOf(ServerConnection connection) {
    return servers.stream()
        .filter(server -> server.channel().pipeline().get("server") == connection)
        .findFirst()
        .orElseThrow();
  }

  List<ToyServer> servers() {
    return servers;
  }

  /** Cancels what runs there as the node does. */
  @Override
  public void cancel(ServerConnection connection, Runnable done) {
    cancels.cancel(connection, done);
    run();
  }

  @Override
  public void connect(
      LoopContext on,
      ServerTarget target,
      ConnectionKeeper listener,
      ServerConnector.Handler handler) {
    LogInHandler.Outcome outcome =
        new LogInHandler.Outcome() {
          @Override
          public void ready(ChannelHandlerContext ctx, LogInHandler.LoggedIn found) {
            ServerConnection connection =
                DetachedConnection.of(on, (EmbeddedChannel) ctx.channel(), listener, target, found);
            ctx.pipeline().remove(ctx.handler());
            handler.connected(connection);
          }

          @Override
          public void failed(ConnectFailure failure) {
            handler.failed(failure);
          }
        };
    ToyMember member = cluster == null ? null : cluster.at(target.source().hosts().get(0));
    if (member != null && !member.up()) {
      on.loop().execute(() -> handler.failed(ConnectFailure.unreachable("it does not answer")));
      return;
    }
    ToyServer server =
        new ToyServer(
            servers.size() + 1,
            member,
            features,
            protocol.logIn(target, target.credential(), outcome));
    servers.add(server);
    on.loop().execute(server::greet);
  }

  /** Until everyone waits for something from outside. */
  void run() {
    boolean more = true;
    while (more) {
      more = false;
      loop.runPendingTasks();
      for (ToyServer server : List.copyOf(servers)) {
        more |= server.read();
      }
    }
  }

  @Override
  public void close() {
    servers.forEach(ToyServer::vanish);
    run();
    loop.close();
  }
}
