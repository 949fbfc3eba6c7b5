package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.model.TlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one cancel request over a connection of its own, in TLS where asked to, and waits until the
 * other side closes it.
 */
final class PostgresCancel extends ChannelInboundHandlerAdapter
    implements CancelConnections.Request {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.server");
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final CancelRoute route;
  private final Runnable done;
  private ByteBuf request;
  private ScheduledFuture<?> deadline;

  /**
   * @param consumed the request's bytes
   * @param done runs once, when the other side has taken the request, or cannot
   */
  PostgresCancel(CancelRoute route, ByteBuf consumed, Runnable done) {
    this.route = route;
    this.request = consumed;
    this.done = done;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    deadline =
        ctx.executor().schedule(() -> ctx.close(), TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    if (route.tls() == null) {
      send(ctx);
    } else if (route.direct()) {
      startTls(ctx);
    } else {
      ByteBuf out = ctx.alloc().buffer(8);
      PgWriter.sslRequest(out);
      ctx.writeAndFlush(out);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    byte answer = in.isReadable() ? in.readByte() : 0;
    boolean more = in.isReadable();
    in.release();
    if (request == null || ctx.pipeline().get(SslHandler.class) != null) {
      return; // nothing is answered to a cancel request
    }
    if (answer == 'S' && !more) {
      startTls(ctx);
    } else if (answer == 'N' && route.mode() == TlsMode.PREFER) {
      send(ctx);
    } else {
      lost(ctx, "it does not offer TLS");
    }
  }

  private void startTls(ChannelHandlerContext ctx) {
    SslHandler handler = route.tls().newHandler(ctx.alloc(), route.host(), route.port());
    handler
        .handshakeFuture()
        .addListener(
            over -> {
              if (over.isSuccess()) {
                send(ctx);
              } else if (request != null) {
                lost(ctx, "TLS failed: " + over.cause().getMessage());
              }
            });
    ctx.pipeline().addFirst("tls", handler);
  }

  private void send(ChannelHandlerContext ctx) {
    if (request != null) {
      ByteBuf out = request;
      request = null;
      ctx.writeAndFlush(out);
    }
  }

  private void lost(ChannelHandlerContext ctx, String why) {
    LOG.warn("a cancel request to {}:{} is lost: {}", route.host(), route.port(), why);
    ctx.close();
  }

  @Override
  public void notConnected(String why) {
    LOG.warn("a cancel request to {}:{} is lost: {}", route.host(), route.port(), why);
    end();
  }

  private void end() {
    if (request != null) {
      request.release();
      request = null;
    }
    done.run();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.cancel(false);
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
