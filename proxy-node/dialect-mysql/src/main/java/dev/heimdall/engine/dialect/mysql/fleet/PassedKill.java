package dev.heimdall.engine.dialect.mysql.fleet;

import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.fleet.FleetKeys;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.model.TlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes one KILL on to the node of the session, over a connection of its own: waits for that
 * node's greeting, begins TLS where it is to, sends the request with its proof, and reads the
 * answer. Tells exactly once what came of it.
 */
public final class PassedKill extends ByteToMessageDecoder implements CancelConnections.Request {
  /** Longer than the other node takes to have a server end a statement. */
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger("heimdall.client");
  private static final int LONGEST = 4096;
  private static final String NO_NODE =
      "what answers there is no node that takes such requests (peers[].mysqlPort in node.json)";
  private static final int ACCESS_DENIED = 1045;

  private enum State {
    /** The other node's greeting is awaited. */
    GREETING,
    TLS_HANDSHAKE,
    /** The request was sent. */
    ASKED,
    DONE
  }

  private final CancelRoute route;
  private final FleetKeys keys;
  private final KillRequest request;
  private final Consumer<KillOutcome> told;
  private State state = State.GREETING;
  private byte[] challenge;
  private int sequence;
  private ScheduledFuture<?> deadline;

  /**
   * @param told called once, on the loop of the connection
   */
  public PassedKill(
      CancelRoute route, FleetKeys keys, KillRequest request, Consumer<KillOutcome> told) {
    this.route = route;
    this.keys = keys;
    this.request = request;
    this.told = told;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    deadline =
        ctx.executor()
            .schedule(
                () -> fail(ctx, "it has not answered within " + TIMEOUT.toSeconds() + " s"),
                TIMEOUT.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    while ((state == State.GREETING || state == State.ASKED)
        && in.readableBytes() >= Packet.HEADER) {
      int length = Packet.payload(in, in.readerIndex());
      if (length == 0 || length > LONGEST) {
        fail(ctx, NO_NODE);
        return;
      }
      if (!Packet.whole(in, in.readerIndex(), in.writerIndex())) {
        return;
      }
      sequence = Packet.sequence(in, in.readerIndex()) + 1;
      ByteBuf payload = in.skipBytes(Packet.HEADER).readSlice(length);
      try {
        if (payload.getUnsignedByte(payload.readerIndex()) == ErrPacket.FIRST) {
          refused(ctx, ErrPacket.read(payload, StandardCharsets.UTF_8));
        } else if (state == State.GREETING) {
          greeted(ctx, Handshake.read(payload), in.isReadable());
        } else if (payload.getUnsignedByte(payload.readerIndex()) == OkPacket.OK) {
          end(ctx, KillOutcome.DONE);
        } else {
          fail(ctx, NO_NODE); // asks for a password, as a server does
        }
      } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
        fail(ctx, NO_NODE);
      }
    }
    if (state == State.DONE) {
      in.skipBytes(in.readableBytes());
    }
  }

  private void greeted(ChannelHandlerContext ctx, Handshake greeting, boolean more) {
    if (more || !KillMessage.fits(greeting)) {
      fail(ctx, NO_NODE);
      return;
    }
    challenge = greeting.challenge();
    boolean offered = greeting.offers(Capability.SSL);
    if (route.tls() == null || (route.mode() == TlsMode.PREFER && !offered)) {
      ask(ctx, false);
    } else if (!offered) {
      fail(ctx, "it does not offer TLS, but peers[].tls.mode asks for it");
    } else {
      become(State.TLS_HANDSHAKE);
      ByteBuf out = ctx.alloc().buffer(64);
      KillMessage.writeTlsRequest(out, sequence++);
      ctx.writeAndFlush(out);
      startTls(ctx);
    }
  }

  private void startTls(ChannelHandlerContext ctx) {
    SslHandler handler = route.tls().newHandler(ctx.alloc(), route.host(), route.port());
    handler
        .handshakeFuture()
        .addListener(
            over -> {
              if (state != State.TLS_HANDSHAKE) {
                return;
              }
              if (over.isSuccess()) {
                ask(ctx, true);
              } else {
                fail(ctx, "TLS failed: " + over.cause().getMessage());
              }
            });
    ctx.pipeline().addFirst("tls", handler);
  }

  private void ask(ChannelHandlerContext ctx, boolean tls) {
    become(State.ASKED);
    ByteBuf out = ctx.alloc().buffer(256);
    KillMessage.write(out, sequence, request, keys.proof(challenge, request), tls);
    ctx.writeAndFlush(out);
  }

  private void refused(ChannelHandlerContext ctx, ServerError error) {
    switch (error.number()) {
      case KillErrors.UNKNOWN -> end(ctx, KillOutcome.UNKNOWN);
      case KillErrors.NOT_ALLOWED -> end(ctx, KillOutcome.NOT_ALLOWED);
      case ACCESS_DENIED -> fail(ctx, "it does not know this node's fleetKey");
      default -> fail(ctx, "it answers " + error.number() + ": " + error.message());
    }
  }

  private void become(State next) {
    if (state == State.DONE) {
      throw new IllegalStateException("the request is over, cannot become " + next);
    }
    state = next;
  }

  private void end(ChannelHandlerContext ctx, KillOutcome outcome) {
    tell(outcome);
    ctx.close();
  }

  private void fail(ChannelHandlerContext ctx, String why) {
    lost(why);
    ctx.close();
  }

  private void lost(String why) {
    if (state != State.DONE) {
      LOG.warn("a KILL is not passed on to {}:{}: {}", route.host(), route.port(), why);
      tell(KillOutcome.failed(why));
    }
  }

  private void tell(KillOutcome outcome) {
    if (state != State.DONE) {
      become(State.DONE);
      told.accept(outcome);
    }
  }

  @Override
  public void notConnected(String why) {
    lost(why);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    if (deadline != null) {
      deadline.cancel(false);
    }
    lost("it closed the connection");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, "the connection failed: " + cause.getMessage());
  }
}
