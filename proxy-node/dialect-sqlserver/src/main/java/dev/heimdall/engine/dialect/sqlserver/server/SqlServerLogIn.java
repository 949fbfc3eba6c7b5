package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.LogInDecoder;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.dialect.sqlserver.answer.LogInReply;
import dev.heimdall.engine.dialect.sqlserver.answer.TdsAgreement;
import dev.heimdall.engine.dialect.sqlserver.answer.TdsErrors;
import dev.heimdall.engine.dialect.sqlserver.login.PreloginPackets;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.net.HandshakeFraming;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.sqlserver.EnvChange;
import dev.heimdall.engine.wire.sqlserver.Login7;
import dev.heimdall.engine.wire.sqlserver.LoginAck;
import dev.heimdall.engine.wire.sqlserver.Prelogin;
import dev.heimdall.engine.wire.sqlserver.TdsMessage;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsPacketWalker;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import dev.heimdall.engine.wire.sqlserver.TdsReplyListener;
import dev.heimdall.engine.wire.sqlserver.TdsReplyScanner;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.TlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Logs in to a server as the client of the session has logged in at the node: PRELOGIN, TLS for the
 * whole connection or not at all, LOGIN7. With strict encryption (TDS 8.0) TLS is first. The tokens
 * that answer LOGIN7 are kept for clients.
 */
final class SqlServerLogIn extends LogInDecoder implements TdsReplyListener {
  private static final int MOST_REPLY = 64 * 1024;
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:-]{1,253}");

  private enum State {
    /** TLS comes before anything else. */
    STRICT_HANDSHAKE,
    PRELOGIN,
    /** In packets of PRELOGIN. */
    TLS_HANDSHAKE,
    LOGGING_IN,
    DONE
  }

  private final ServerTarget target;
  private final ServerCredential credential;
  private final Outcome outcome;
  private final TdsAgreement agreement;
  private final TdsPacketWalker walker = new TdsPacketWalker();
  private final Map<String, String> reported = new TreeMap<>();
  private State state = State.PRELOGIN;
  private ByteBuf reply = Unpooled.buffer(512);
  private int spid;
  private LoginAck acknowledged;
  private ServerError refusal;

  /** Where the server sends its clients; null where it serves them itself. */
  private EnvChange.Route route;

  SqlServerLogIn(ServerTarget target, ServerCredential credential, Outcome outcome) {
    this.target = target;
    this.credential = credential;
    this.outcome = outcome;
    this.agreement = TdsAgreement.of(target.capabilities());
  }

  private TlsMode mode() {
    return target.source().tls().mode();
  }

  private boolean strict() {
    return target.source().tls().direct();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      begin(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    begin(ctx);
  }

  private void begin(ChannelHandlerContext ctx) {
    if (strict() && agreement.version() != TdsVersion.V7_4) {
      fail(
          ctx,
          refused(
              "a client that speaks TDS "
                  + agreement.version()
                  + " cannot have a server connection with tls.direct, which speaks 8.0"));
    } else if (strict()) {
      state = State.STRICT_HANDSHAKE;
      ctx.pipeline().addFirst("tls", handshake(ctx));
    } else {
      prelogin(ctx);
    }
  }

  private void prelogin(ChannelHandlerContext ctx) {
    state = State.PRELOGIN;
    int encryption =
        mode() == TlsMode.DISABLE ? Prelogin.ENCRYPT_NOT_SUPPORTED : Prelogin.ENCRYPT_ON;
    ByteBuf payload = ctx.alloc().buffer(64);
    new Prelogin()
        .withVersion(16, 0, 0, 0)
        .with(Prelogin.ENCRYPTION, (byte) encryption)
        .with(Prelogin.INSTANCE, (byte) 0)
        .with(Prelogin.THREAD, new byte[4])
        .with(Prelogin.MARS, (byte) 0)
        .write(payload);
    send(ctx, TdsPacket.PRELOGIN, payload);
  }

  private static void send(ChannelHandlerContext ctx, int type, ByteBuf consumed) {
    ByteBuf out = ctx.alloc().buffer(consumed.readableBytes() + 2 * TdsPacket.HEADER);
    TdsPacket.write(out, type, 0, 0, TdsPacket.INITIAL_SIZE, consumed);
    consumed.release();
    ctx.writeAndFlush(out);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    try {
      while (in.isReadable() && (state == State.PRELOGIN || state == State.LOGGING_IN)) {
        in.readerIndex(walker.walk(in, in.readerIndex(), in.writerIndex()));
        reply.writeBytes(in, walker.from(), walker.to() - walker.from());
        if (reply.readableBytes() > MOST_REPLY) {
          throw new TdsProtocolException("more than " + MOST_REPLY + " bytes");
        }
        if (walker.ended()) {
          spid = walker.spid();
          ByteBuf whole = reply;
          reply = Unpooled.buffer(512);
          replied(ctx, whole);
        }
      }
    } catch (TdsProtocolException | IndexOutOfBoundsException e) {
      fail(
          ctx,
          ConnectFailure.unreachable(
              "the server sent a malformed message during log-in: " + e.getMessage()));
    } catch (ConnectFailure e) {
      fail(ctx, e);
    }
  }

  private void replied(ChannelHandlerContext ctx, ByteBuf payload) throws ConnectFailure {
    if (walker.type() != TdsPacket.REPLY) {
      throw new TdsProtocolException("type " + walker.type());
    }
    if (state == State.PRELOGIN && strict()) {
      logIn(ctx); // whatever it says of encryption, which is there
    } else if (state == State.PRELOGIN) {
      agreed(ctx, Prelogin.read(payload).encryption());
    } else {
      loggedIn(ctx, payload);
    }
  }

  // ---- encryption

  private void agreed(ChannelHandlerContext ctx, int encryption) throws ConnectFailure {
    boolean encrypts = encryption == Prelogin.ENCRYPT_ON || encryption == Prelogin.ENCRYPT_REQUIRED;
    if (mode() == TlsMode.DISABLE && encrypts) {
      throw refused("the server requires TLS, but tls.mode is disable");
    }
    if (encrypts) {
      startTls(ctx);
    } else if (mode() == TlsMode.DISABLE || mode() == TlsMode.PREFER) {
      logIn(ctx);
    } else {
      throw refused("the server does not support TLS, but tls.mode asks for it");
    }
  }

  private static ConnectFailure refused(String message) {
    return ConnectFailure.refused(ServerError.fatal(Sqlstate.UNABLE_TO_CONNECT, message));
  }

  private void startTls(ChannelHandlerContext ctx) {
    state = State.TLS_HANDSHAKE;
    SslHandler handler = handshake(ctx);
    ctx.pipeline().addFirst("tls-framing", new HandshakeFraming(new PreloginPackets(), handler));
    ctx.pipeline().addAfter("tls-framing", "tls", handler);
  }

  private SslHandler handshake(ChannelHandlerContext ctx) {
    SslHandler handler =
        target.tls().newHandler(ctx.alloc(), target.source().host(), target.source().port());
    handler.handshakeFuture().addListener(done -> handshakeOver(ctx, handler, done.cause()));
    return handler;
  }

  private void handshakeOver(ChannelHandlerContext ctx, SslHandler handler, Throwable failure) {
    if (state == State.DONE) {
      return;
    }
    try {
      if (failure != null) {
        throw ConnectFailure.tls(mode(), failure);
      }
      if (state == State.TLS_HANDSHAKE) {
        logIn(ctx);
      } else if (TdsPacket.TLS_PROTOCOL.equals(handler.applicationProtocol())) {
        prelogin(ctx);
      } else {
        // Another protocol's server could be made to take what follows for its own.
        throw refused(
            "the server did not agree to the application protocol (ALPN) "
                + TdsPacket.TLS_PROTOCOL
                + ", which tls.direct needs; SQL Server has it from 2022 on");
      }
    } catch (ConnectFailure e) {
      fail(ctx, e);
    }
  }

  // ---- LOGIN7

  private void logIn(ChannelHandlerContext ctx) throws ConnectFailure {
    try {
      sendLogIn(ctx);
    } catch (AuthException e) {
      throw ConnectFailure.refused(e.failure());
    }
  }

  private void sendLogIn(ChannelHandlerContext ctx) throws AuthException {
    state = State.LOGGING_IN;
    boolean tls = ctx.pipeline().get(SslHandler.class) != null;
    String password =
        new String(credential.clearText(tls || mode() == TlsMode.DISABLE), StandardCharsets.UTF_8);
    Login7 login =
        new Login7(
            new Login7.Client(
                (strict() ? TdsVersion.V8_0 : agreement.version()).number(),
                agreement.packetSize(),
                0,
                0,
                0,
                agreement.zone(),
                agreement.lcid(),
                new byte[6]),
            flags(),
            Login7.Credentials.of(credential.user(), password),
            new Login7.Names(
                TdsAgreement.NODE,
                agreement.application(),
                target.source().host(),
                TdsAgreement.NODE,
                agreement.language(),
                target.database(),
                ""),
            List.of());
    ByteBuf payload = ctx.alloc().buffer(512);
    login.write(payload);
    send(ctx, TdsPacket.LOGIN7, payload);
  }

  /** Secondaries let in who says that it only reads; a primary may send such sessions away. */
  private Login7.Flags flags() {
    return switch (target.part()) {
      case NONE -> agreement.flags();
      case WRITER -> agreement.flags().withReadOnly(false);
      case REPLICA -> agreement.flags().withReadOnly(true);
    };
  }

  private void loggedIn(ChannelHandlerContext ctx, ByteBuf payload) throws ConnectFailure {
    TdsReplyScanner scanner = new TdsReplyScanner(this, agreement.version());
    scanner.on(payload, payload.readerIndex(), payload.writerIndex());
    scanner.end();
    if (refusal != null) {
      throw TdsErrors.isElsewhere(refusal)
          ? ConnectFailure.unavailable(refusal)
          : ConnectFailure.refused(refusal);
    }
    if (route != null) {
      follow(ctx, route);
      return;
    }
    if (acknowledged == null) {
      throw new TdsProtocolException("no LOGINACK");
    }
    TdsVersion version = TdsVersion.of(acknowledged.tds()).ofTokens();
    if (version != agreement.version()) {
      throw refused(
          "the server speaks TDS " + version + ", but the client speaks " + agreement.version());
    }
    reported.putIfAbsent(LogInReply.PACKET_SIZE, Integer.toString(TdsPacket.INITIAL_SIZE));
    reported.putIfAbsent(SessionOptions.DATABASE, target.database());
    state = State.DONE;
    int packetSize = Integer.parseInt(reported.get(LogInReply.PACKET_SIZE));
    Greeting greeting = new Greeting(reported, ByteBufUtil.getBytes(payload), new byte[0]);
    outcome.ready(
        ctx,
        new LoggedIn(
            spid,
            greeting,
            (connection, replies) ->
                SqlServerRequests.dialogue(connection, replies, version, packetSize)));
  }

  private void follow(ChannelHandlerContext ctx, EnvChange.Route to) throws ConnectFailure {
    int instance = to.host().indexOf('\\');
    String host = instance < 0 ? to.host() : to.host().substring(0, instance);
    if (!HOST.matcher(host).matches() || to.port() == 0 || !to.database().isEmpty()) {
      throw refused("the server routes its clients to what is no host and port of a server");
    }
    state = State.DONE;
    ctx.close();
    outcome.routed(new ServerAddress(host, to.port()));
  }

  @Override
  public void environment(int type, ByteBuf in, int at, int length) {
    switch (type) {
      case EnvChange.PACKET_SIZE ->
          reported.put(LogInReply.PACKET_SIZE, EnvChange.newText(in, at, length));
      case EnvChange.DATABASE ->
          reported.put(SessionOptions.DATABASE, EnvChange.newText(in, at, length));
      case EnvChange.ROUTING, EnvChange.ENHANCED_ROUTING ->
          route = EnvChange.route(type, in, at, length);
      default -> {}
    }
  }

  @Override
  public void error(ByteBuf in, int at, int length) {
    if (refusal == null) {
      refusal = TdsErrors.of(TdsMessage.read(in, at, length, agreement.version()));
    }
  }

  @Override
  public void loginAck(ByteBuf in, int at, int length) {
    acknowledged = LoginAck.read(in, at, length);
    if (TdsVersion.of(acknowledged.tds()) != agreement.version()) {
      LoginAck.setVersion(in, at, TdsVersion.of(acknowledged.tds()).ofTokens()); // for clients
    }
  }

  @Override
  protected void fail(ChannelHandlerContext ctx, ConnectFailure failure) {
    if (state != State.DONE) {
      state = State.DONE;
      ctx.close();
      outcome.failed(failure);
    }
  }
}
