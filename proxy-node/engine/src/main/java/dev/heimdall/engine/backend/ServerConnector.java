package dev.heimdall.engine.backend;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.net.OwnProxyHeader;
import dev.heimdall.engine.net.ReadBuffers;
import dev.heimdall.engine.net.Sockets;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Makes server connections, and the short ones that carry cancel requests. */
public final class ServerConnector {
  /** Servers that a log-in is sent to in turn, after the first. */
  private static final int MOST_ROUTES = 5;

  private final Sockets sockets;
  private final Function<DataSource, ServerProtocol> protocols;
  private final Executor offLoop;
  private final AtomicLong ids = new AtomicLong();
  private final AtomicInteger cancels = new AtomicInteger();

  /**
   * @param protocols what the servers of a data source speak
   * @param offLoop where names are resolved
   */
  public ServerConnector(
      Sockets sockets, Function<DataSource, ServerProtocol> protocols, Executor offLoop) {
    this.sockets = sockets;
    this.protocols = protocols;
    this.offLoop = offLoop;
  }

  /** Called once, on the loop that asked. */
  public interface Handler {
    void connected(ServerConnection connection);

    void failed(ConnectFailure failure);
  }

  /** Connects and logs in; the connection lives on the loop of the context. */
  public void connect(
      LoopContext context, ServerTarget target, ConnectionKeeper keeper, Handler handler) {
    BiConsumer<ServerCredential, Handler> attempt =
        (credential, told) -> connect(context, target, target, 0, credential, keeper, told);
    target
        .credential()
        .asked()
        .ifPresentOrElse(
            who -> new RefreshedLogin(context, who, target, attempt, handler).begin(),
            () -> attempt.accept(target.credential(), handler));
  }

  /**
   * @param at where to connect: the target itself, or where its server has sent us
   * @param routes how often we were sent on
   */
  private void connect(
      LoopContext context,
      ServerTarget target,
      ServerTarget at,
      int routes,
      ServerCredential credential,
      ConnectionKeeper keeper,
      Handler handler) {
    DataSource source = at.source();
    offLoop.execute(
        () -> {
          SocketAddress address = sockets.address(source.host(), source.port());
          context
              .loop()
              .execute(
                  () -> connect(context, target, at, routes, credential, address, keeper, handler));
        });
  }

  private void connect(
      LoopContext context,
      ServerTarget target,
      ServerTarget at,
      int routes,
      ServerCredential credential,
      SocketAddress address,
      ConnectionKeeper keeper,
      Handler handler) {
    DataSource source = at.source();
    String where = source.host() + ":" + source.port();
    if (isUnresolved(address)) {
      handler.failed(
          ConnectFailure.unreachable("cannot resolve the server's name " + source.host()));
      return;
    }
    LogInHandler.Outcome outcome =
        new LogInHandler.Outcome() {
          @Override
          public void ready(ChannelHandlerContext ctx, LogInHandler.LoggedIn found) {
            ServerConnection connection =
                new ServerConnection(
                    ids.incrementAndGet(), context, ctx.channel(), keeper, target, found);
            ctx.pipeline().addLast("server", connection);
            ctx.pipeline().remove(ctx.handler());
            LoopContext.guarded(() -> handler.connected(connection), connection::failed);
          }

          @Override
          public void failed(ConnectFailure failure) {
            handler.failed(failure);
          }

          @Override
          public void routed(ServerAddress other) {
            if (routes == MOST_ROUTES) {
              handler.failed(
                  ConnectFailure.unreachable(
                      "the server at %s sends its clients to %s: at most %d such routes are followed"
                          .formatted(where, other, MOST_ROUTES)));
            } else {
              ServerTarget next = target.at(other);
              connect(context, target, next, routes + 1, credential, keeper, handler);
            }
          }
        };
    LogInHandler login = protocols.apply(target.source()).logIn(at, credential, outcome);
    bootstrap(context, source)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast("login", login);
              }
            })
        .connect(address)
        .addListener(
            (Future<? super Void> done) -> {
              if (!done.isSuccess()) {
                handler.failed(
                    ConnectFailure.unreachable(
                        "cannot connect to the server at " + where + ": " + reason(done.cause())));
                return;
              }
              Channel channel = ((io.netty.channel.ChannelFuture) done).channel();
              context
                  .loop()
                  .schedule(
                      () -> {
                        ChannelHandlerContext ctx = channel.pipeline().context(login);
                        if (ctx != null) {
                          login.expire(ctx);
                        }
                      },
                      source.connectTimeout().toMillis(),
                      TimeUnit.MILLISECONDS);
            });
  }

  private static boolean isUnresolved(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.isUnresolved();
  }

  /** True if cancel requests are on their way to servers. */
  public boolean cancelling() {
    return cancels.get() > 0;
  }

  /** Netty's message ends with the address, which the caller has said already. */
  private static String reason(Throwable cause) {
    if (cause.getMessage() == null) {
      return cause.getClass().getSimpleName();
    }
    String message = cause.getMessage();
    int address = message.lastIndexOf(": /");
    return address > 0 ? message.substring(0, address) : message;
  }

  private Bootstrap bootstrap(LoopContext context, DataSource source) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(context.loop())
            .channel(sockets.socketChannel())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) source.connectTimeout().toMillis())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.RECVBUF_ALLOCATOR, ReadBuffers.ofServers())
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(32 * 1024, 64 * 1024));
    sockets.watch(bootstrap, source.keepAliveIdle(), source.tcpUserTimeout());
    return bootstrap;
  }

  /**
   * Asks the server to cancel what runs on the connection. The connection is held back from other
   * sessions until the request was carried out, so that it cannot hit a neighbour's statement.
   *
   * @param done runs on the connection's loop when the server has taken the request, or cannot
   */
  public void cancel(ServerConnection connection, Runnable done) {
    connection.cancels().started();
    cancels.incrementAndGet();
    // A socket that is opened amid a batch of events may get the number of one that was closed in
    // it, and then its event, which ends it. Tasks run behind the batch.
    connection
        .context()
        .soon(
            () ->
                connection
                    .requests()
                    .cancel(
                        request -> open(connection, request),
                        () -> {
                          cancels.decrementAndGet();
                          connection.cancelEnded();
                          done.run();
                        }),
            connection::failed);
  }

  /** A request to another node; both on the loop that asked, and one of them once. */
  public interface Passing {
    /** Returns the request that goes by this route. */
    CancelConnections.Request by(ServerProtocol protocol, CancelRoute route);

    /** There is no route. */
    void lost(String why);
  }

  /**
   * Passes a request on to another node.
   *
   * @param source whose settings of connections are used
   * @param route called off the loops, as names are resolved there
   */
  public void passOn(
      LoopContext context, DataSource source, Callable<CancelRoute> route, Passing passing) {
    offLoop.execute(
        () -> {
          try {
            CancelRoute found = route.call();
            SocketAddress address = sockets.address(found.host(), found.port());
            context
                .loop()
                .execute(
                    () -> {
                      CancelConnections.Request request =
                          passing.by(protocols.apply(source), found);
                      if (isUnresolved(address)) {
                        request.notConnected("its name cannot be resolved");
                      } else {
                        ChannelHandler handler =
                            found.proxied() ? OwnProxyHeader.before(request) : request;
                        open(context, source, address, handler, request);
                      }
                    });
          } catch (Exception e) {
            context.loop().execute(() -> passing.lost(String.valueOf(e.getMessage())));
          }
        });
  }

  private void open(ServerConnection connection, CancelConnections.Request request) {
    open(
        connection.context(),
        connection.target().source(),
        connection.remoteAddress(),
        request,
        request);
  }

  private void open(
      LoopContext context,
      DataSource source,
      SocketAddress address,
      ChannelHandler handler,
      CancelConnections.Request request) {
    bootstrap(context, source)
        .handler(handler)
        .connect(address)
        .addListener(
            (Future<? super Void> connected) -> {
              if (!connected.isSuccess()) {
                request.notConnected("cannot connect: " + reason(connected.cause()));
              }
            });
  }
}
