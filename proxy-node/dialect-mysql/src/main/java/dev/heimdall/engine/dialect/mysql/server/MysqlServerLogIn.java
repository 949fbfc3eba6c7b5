package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.LogInDecoder;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.dialect.mysql.server.ServerAuthentication.Answer;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.model.TlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Logs in to a MySQL or MariaDB server, which speaks first: its handshake, TLS, the proof, and then
 * the one statement that has it report each change of the session's state.
 */
final class MysqlServerLogIn extends LogInDecoder {
  private static final int MAX_PAYLOAD = 1 << 20;

  /** Capabilities that the node always uses, whatever the client supports. */
  private static final long ALWAYS =
      Capability.LONG_FLAG
          | Capability.PROTOCOL_41
          | Capability.TRANSACTIONS
          | Capability.SECURE_CONNECTION
          | Capability.PLUGIN_AUTH
          | Capability.CONNECT_ATTRS
          | Capability.PLUGIN_AUTH_LENENC_DATA
          | Capability.SESSION_TRACK;

  /** Without which there is no talking with the server. */
  private static final long NEEDED =
      Capability.PROTOCOL_41
          | Capability.SECURE_CONNECTION
          | Capability.PLUGIN_AUTH
          | Capability.SESSION_TRACK;

  private static final int RESERVED = 19;

  /** "Variable '%s' can't be set to the value of 'NULL'". */
  private static final int NULL_REFUSED = 1231;

  /** "Unknown character set: '%s'", said of a collation's number, too. */
  private static final int UNKNOWN_CHARACTERS = 1115;

  /** "Unknown collation: '%s'". */
  private static final int UNKNOWN_COLLATION = 1273;

  private enum State {
    /** The server's handshake is awaited. */
    GREETING,
    TLS_HANDSHAKE,
    /** The log-in was sent. */
    AUTHENTICATING,
    /** A proof is being made on another thread. */
    PROVING,
    /** The server has let us in; it is told to report. */
    SETTING_UP,
    DONE
  }

  private final ServerTarget target;
  private final ServerCredential credential;
  private final SecureRandom chance;
  private final Executor offLoop;
  private final Cancellation.LogIns others;
  private final boolean setsUp;
  private final Outcome outcome;
  private State state = State.GREETING;
  private Handshake handshake;
  private long capabilities;
  private ServerAuthentication authentication;
  private int sequence;

  /** Of the statement that tells the server to report. */
  private boolean asksForNames;

  /**
   * @param credential as whom to log in: what the target's says at the moment
   * @param offLoop where proofs are made that take milliseconds
   * @param others log-ins as the same user for a single command each
   * @param setsUp whether sessions are to follow, rather than a single command
   */
  MysqlServerLogIn(
      ServerTarget target,
      ServerCredential credential,
      SecureRandom chance,
      Executor offLoop,
      Cancellation.LogIns others,
      boolean setsUp,
      Outcome outcome) {
    this.target = target;
    this.credential = credential;
    this.chance = chance;
    this.offLoop = offLoop;
    this.others = others;
    this.setsUp = setsUp;
    this.outcome = outcome;
  }

  private void become(State next) {
    if (state == State.DONE) {
      throw new IllegalStateException("log-in is over, cannot become " + next);
    }
    state = next;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    while (state == State.GREETING || state == State.AUTHENTICATING || state == State.SETTING_UP) {
      if (in.readableBytes() < Packet.HEADER) {
        return;
      }
      int length = Packet.payload(in, in.readerIndex());
      if (length > MAX_PAYLOAD || length == 0) {
        fail(
            ctx,
            ConnectFailure.unreachable(
                "the server sent a packet of " + length + " bytes during log-in"));
        return;
      }
      if (!Packet.whole(in, in.readerIndex(), in.writerIndex())) {
        return;
      }
      sequence = Packet.sequence(in, in.readerIndex()) + 1;
      ByteBuf payload = in.skipBytes(Packet.HEADER).readSlice(length);
      try {
        packet(ctx, payload, in.isReadable());
      } catch (ConnectFailure e) {
        fail(ctx, e);
      } catch (AuthException e) {
        fail(ctx, ConnectFailure.refused(e.failure()));
      } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
        fail(ctx, ConnectFailure.unreachable("the server sent a malformed packet during log-in"));
      }
    }
  }

  private void packet(ChannelHandlerContext ctx, ByteBuf payload, boolean more)
      throws AuthException, ConnectFailure {
    if (payload.getUnsignedByte(payload.readerIndex()) == ErrPacket.FIRST) {
      ServerError error = ErrPacket.read(payload, StandardCharsets.UTF_8);
      if (state == State.SETTING_UP
          && target.writable()
          && error.number() == NULL_REFUSED
          && error.message().contains(SessionSetUp.UNREAD)) {
        throw ConnectFailure.readOnly(
            target.source().host() + ":" + target.source().port(),
            String.join(" or ", SessionSetUp.READ_ONLY_BY));
      }
      if (state == State.SETTING_UP && asksForNames && refusesNames(error)) {
        setUpSession(ctx, false);
        return;
      }
      throw ServerRefusal.of(error, state == State.SETTING_UP);
    }
    switch (state) {
      case GREETING -> greeted(ctx, payload, more);
      case AUTHENTICATING -> authenticating(ctx, payload);
      default -> setUp(ctx, OkPacket.read(payload, true));
    }
  }

  // ---- the handshake

  private void greeted(ChannelHandlerContext ctx, ByteBuf payload, boolean more)
      throws AuthException, ConnectFailure {
    handshake = Handshake.read(payload);
    if (more) {
      throw ConnectFailure.unreachable("the server sent more than its handshake");
    }
    if (!handshake.offers(NEEDED)) {
      throw ConnectFailure.refused(
          ServerError.fatal(
                  "08001",
                  "the server's version " + handshake.version() + " cannot report session state")
              .withHint("MySQL from version 8.0 and MariaDB from version 10.6 on will do."));
    }
    capabilities = capabilities();
    TlsMode mode = target.source().tls().mode();
    boolean offered = handshake.offers(Capability.SSL);
    if (mode == TlsMode.DISABLE || (mode == TlsMode.PREFER && !offered)) {
      logIn(ctx);
    } else if (offered) {
      capabilities |= Capability.SSL;
      ByteBuf out = ctx.alloc().buffer(Packet.HEADER + 32);
      int at = Packet.begin(out, sequence++);
      writeTerms(out);
      Packet.end(out, at);
      ctx.writeAndFlush(out);
      startTls(ctx);
    } else {
      throw ConnectFailure.refused(
          ServerError.fatal("08001", "the server does not support TLS, but tls.mode asks for it"));
    }
  }

  /**
   * Returns the capabilities that the client has agreed on with the node, and those that the node
   * always needs.
   */
  private long capabilities() throws ConnectFailure {
    long agreed = SessionSetUp.agreed(target).flags();
    for (long each : new long[] {Capability.LOCAL_FILES, Capability.MARIADB_BULK}) {
      if (!handshake.offers(each)) {
        agreed &= ~each; // it says so itself when it is to do that
      }
    }
    if ((agreed & ~handshake.capabilities()) != 0) {
      throw ConnectFailure.refused(
          ServerError.fatal(
              "08001",
              "the server's version "
                  + handshake.version()
                  + " lacks capabilities 0x"
                  + Long.toHexString(agreed & ~handshake.capabilities())
                  + " that the client has agreed on"));
    }
    long common = ALWAYS & handshake.capabilities();
    if (!target.database().isEmpty()) {
      common |= Capability.CONNECT_WITH_DB;
    }
    return agreed | common | (handshake.capabilities() & Capability.LONG_PASSWORD);
  }

  private void writeTerms(ByteBuf out) {
    out.writeIntLE((int) capabilities)
        .writeIntLE(Packet.MAX_PAYLOAD)
        .writeByte(SessionSetUp.collation(handshake, SessionSetUp.agreed(target)))
        .writeZero(RESERVED)
        .writeIntLE((int) (capabilities >>> 32));
  }

  private void startTls(ChannelHandlerContext ctx) {
    become(State.TLS_HANDSHAKE);
    SslHandler handler =
        target.tls().newHandler(ctx.alloc(), target.source().host(), target.source().port());
    handler.handshakeFuture().addListener(done -> handshakeOver(ctx, done.cause()));
    ctx.pipeline().addFirst("tls", handler);
  }

  private void handshakeOver(ChannelHandlerContext ctx, Throwable failure) {
    if (state == State.DONE) {
      return;
    }
    if (failure != null) {
      fail(ctx, ConnectFailure.tls(target.source().tls().mode(), failure));
      return;
    }
    try {
      logIn(ctx);
    } catch (AuthException e) {
      fail(ctx, ConnectFailure.refused(e.failure()));
    } catch (ConnectFailure e) {
      fail(ctx, e);
    }
  }

  // ---- the proof

  private void logIn(ChannelHandlerContext ctx) throws AuthException, ConnectFailure {
    become(State.AUTHENTICATING);
    boolean tls = ctx.pipeline().get(SslHandler.class) != null;
    authentication = new ServerAuthentication(credential, tls, chance);
    // What a default needs that is another method's is asked for when the server knows the user.
    String plugin = ServerAuthentication.first(handshake.plugin(), credential);
    answer(
        ctx,
        authentication.begin(plugin, handshake.challenge()),
        proof -> {
          ByteBuf out = ctx.alloc().buffer(256);
          int at = Packet.begin(out, sequence);
          writeTerms(out);
          Handshake.writeZeroEnded(out, credential.user());
          LengthEncoded.write(out, proof);
          if ((capabilities & Capability.CONNECT_WITH_DB) != 0) {
            Handshake.writeZeroEnded(out, target.database());
          }
          Handshake.writeZeroEnded(out, plugin);
          if ((capabilities & Capability.CONNECT_ATTRS) != 0) {
            attributes(out);
          }
          Packet.end(out, at);
          return out;
        });
  }

  /** By which the server's operators know the node's connections. */
  static void attributes(ByteBuf out) {
    ByteBuf attributes = out.alloc().buffer(32);
    LengthEncoded.write(attributes, "program_name");
    LengthEncoded.write(attributes, "heimdall");
    LengthEncoded.write(out, attributes.readableBytes());
    out.writeBytes(attributes);
    attributes.release();
  }

  private void authenticating(ChannelHandlerContext ctx, ByteBuf payload)
      throws AuthException, ConnectFailure {
    if (payload.getUnsignedByte(payload.readerIndex()) == OkPacket.OK) {
      letIn(ctx);
      return;
    }
    Answer answer = authentication.next(payload);
    if (answer != null) {
      answer(ctx, answer, proof -> packet(ctx, proof));
    }
  }

  private ByteBuf packet(ChannelHandlerContext ctx, byte[] payload) {
    ByteBuf out = ctx.alloc().buffer(Packet.HEADER + payload.length);
    int at = Packet.begin(out, sequence);
    out.writeBytes(payload);
    Packet.end(out, at);
    return out;
  }

  /** Puts a proof into bytes that are sent. */
  private interface Wrapping {
    ByteBuf packets(byte[] proof);
  }

  private void answer(ChannelHandlerContext ctx, Answer answer, Wrapping wrapping)
      throws AuthException, ConnectFailure {
    if (!answer.slow()) {
      ctx.writeAndFlush(wrapping.packets(answer.made()));
      return;
    }
    become(State.PROVING);
    offLoop.execute(
        () -> {
          try {
            byte[] proof = answer.made();
            ctx.executor().execute(() -> proved(ctx, wrapping, proof));
          } catch (AuthException e) {
            ctx.executor().execute(() -> fail(ctx, ConnectFailure.refused(e.failure())));
          } catch (ConnectFailure e) {
            ctx.executor().execute(() -> fail(ctx, e));
          }
        });
  }

  private void proved(ChannelHandlerContext ctx, Wrapping wrapping, byte[] proof) {
    if (state == State.PROVING) {
      become(State.AUTHENTICATING);
      ctx.writeAndFlush(wrapping.packets(proof));
    }
  }

  // ---- behind the proof

  private void letIn(ChannelHandlerContext ctx) {
    if (!setsUp) {
      ready(ctx, new LoggedIn(handshake.connectionId(), Greeting.of(Map.of()), null));
      return;
    }
    become(State.SETTING_UP);
    setUpSession(ctx, SessionSetUp.asksForNames(target.source().parameters()));
  }

  /** The character sets are then what the log-in has given them. */
  private static boolean refusesNames(ServerError error) {
    return switch (error.number()) {
      case NULL_REFUSED, UNKNOWN_CHARACTERS, UNKNOWN_COLLATION -> true;
      default -> false;
    };
  }

  private void setUpSession(ChannelHandlerContext ctx, boolean names) {
    asksForNames = names;
    ByteBuf out = ctx.alloc().buffer(512);
    int at = Packet.begin(out, 0);
    out.writeByte(Command.QUERY);
    if ((capabilities & Capability.QUERY_ATTRIBUTES) != 0) {
      out.writeByte(0).writeByte(1);
    }
    out.writeCharSequence(SessionSetUp.first(handshake, target, names), StandardCharsets.UTF_8);
    Packet.end(out, at);
    ctx.writeAndFlush(out);
  }

  private void setUp(ChannelHandlerContext ctx, OkPacket ok) {
    SessionSetUp setUp = SessionSetUp.learned(handshake, target, ok, asksForNames);
    Cancellation cancellation =
        new Cancellation(others, target, credential, handshake.connectionId());
    ready(
        ctx,
        new LoggedIn(
            handshake.connectionId(),
            setUp.greeting(handshake, ok.status()),
            (connection, replies) ->
                MysqlRequests.dialogue(connection, replies, setUp, cancellation, again(ctx))));
  }

  /**
   * Returns the means to log in again on the connection; null where its credential may have expired
   * by then.
   */
  private ChangeUser again(ChannelHandlerContext ctx) {
    return target.credential().asked().isPresent()
        ? null
        : new ChangeUser(
            credential,
            ctx.pipeline().get(SslHandler.class) != null,
            chance,
            offLoop,
            SessionSetUp.collation(handshake, SessionSetUp.agreed(target)),
            (capabilities & Capability.CONNECT_ATTRS) != 0);
  }

  private void ready(ChannelHandlerContext ctx, LoggedIn found) {
    become(State.DONE);
    outcome.ready(ctx, found);
  }

  @Override
  protected void fail(ChannelHandlerContext ctx, ConnectFailure failure) {
    if (state != State.DONE) {
      become(State.DONE);
      ctx.close();
      outcome.failed(failure);
    }
  }
}
