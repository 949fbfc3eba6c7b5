package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a server end what runs on a connection: by KILL QUERY on another connection, logged in to as
 * the same user. Where that cannot be, the connection itself is closed, which ends it as well.
 */
final class Cancellation {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.server");
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final LogIns logIns;
  private final ServerTarget target;
  private final ServerCredential credential;
  private final int connectionId;

  /** Begins log-ins. */
  @FunctionalInterface
  interface LogIns {
    LogInHandler begin(
        ServerTarget target, ServerCredential credential, LogInHandler.Outcome outcome);
  }

  /**
   * @param credential as whom the connection was logged in
   * @param connectionId by which the server knows it
   */
  Cancellation(LogIns logIns, ServerTarget target, ServerCredential credential, int connectionId) {
    this.logIns = logIns;
    this.target =
        new ServerTarget(
            target.source(),
            target.tls(),
            "",
            target.credential(),
            new AgreedCapabilities(0),
            Map.of(),
            0);
    this.credential = credential;
    this.connectionId = connectionId;
  }

  /**
   * @param done runs once, on the connection's loop
   */
  void begin(ServerConnection connection, CancelConnections separate, Runnable done) {
    target
        .credential()
        .asked()
        .ifPresentOrElse(
            // What let the connection in may have changed since, or be over.
            who ->
                who.login(target.source().host(), target.source().port())
                    .whenCompleteAsync(
                        (login, failure) ->
                            separate.open(
                                new Kill(
                                    connection,
                                    failure == null ? ServerCredential.of(login) : credential,
                                    done)),
                        connection.context().loop()),
            () -> separate.open(new Kill(connection, credential, done)));
  }

  /** From a connection's beginning to its end. */
  private final class Kill extends ChannelInboundHandlerAdapter
      implements CancelConnections.Request, LogInHandler.Outcome {
    private final ServerConnection victim;
    private final Runnable done;
    private final LogInHandler logIn;
    private ScheduledFuture<?> deadline;
    private boolean sent;
    private boolean taken;
    private String why = "the server closed the connection";

    Kill(ServerConnection victim, ServerCredential as, Runnable done) {
      this.victim = victim;
      this.done = done;
      this.logIn = logIns.begin(target, as, this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      ctx.pipeline().addLast("login", logIn);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      deadline =
          ctx.executor().schedule(() -> ctx.close(), TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      ctx.fireChannelActive();
    }

    @Override
    public void ready(ChannelHandlerContext ctx, LogInHandler.LoggedIn found) {
      sent = true;
      ctx.pipeline().remove(logIn);
      ByteBuf out = ctx.alloc().buffer(64);
      int at = Packet.begin(out, 0);
      out.writeByte(Command.QUERY);
      out.writeCharSequence(
          "KILL QUERY " + Integer.toUnsignedString(connectionId), StandardCharsets.US_ASCII);
      Packet.end(out, at);
      ctx.writeAndFlush(out);
    }

    @Override
    public void failed(ConnectFailure failure) {
      why = failure.getMessage();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (!sent) {
        ctx.fireChannelRead(message);
        return;
      }
      ByteBuf in = (ByteBuf) message;
      if (in.readableBytes() > Packet.HEADER) {
        int first = in.getUnsignedByte(in.readerIndex() + Packet.HEADER);
        taken = true; // if it knows no such connection, that has ended
        if (first == ErrPacket.FIRST) {
          LOG.info("the server does not cancel what runs on connection {}", victim.id());
        }
      }
      in.release();
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      ctx.fireChannelInactive();
      deadline.cancel(false);
      end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      why = String.valueOf(cause.getMessage());
      ctx.close();
    }

    @Override
    public void notConnected(String reason) {
      why = reason;
      end();
    }

    private void end() {
      if (!taken && !victim.closed()) {
        LOG.warn("what runs on a server connection is cancelled by closing it: {}", why);
        victim.close("what runs on it could not be cancelled: " + why);
      }
      done.run();
    }
  }
}
