package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.AuthDecision;
import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.LogInRequest;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.net.ClientAddress;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.net.TlsContexts;
import dev.heimdall.engine.observe.LoopMetrics;
import dev.heimdall.engine.observe.PoolKey;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ProtocolException;
import dev.heimdall.engine.wire.postgres.StartupPacket;
import dev.heimdall.model.ClientTlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the first byte of a client to the end of its authentication: TLS, start-up packet, cancel
 * requests, log-in.
 */
public final class ClientLogin extends ByteToMessageDecoder implements ClientAddress {
  private static final Logger LOG = LoggerFactory.getLogger(ClientLogin.class);
  private static final String WRONG_PASSWORD = "28P01";
  private static final byte TLS_HANDSHAKE_RECORD = 0x16;

  /** Of what a client sends ahead while its password is checked. */
  private static final int MAX_AHEAD = 10_000;

  private enum State {
    /** The first packet of the connection, or the one after a refused encryption request. */
    FIRST,
    /** The TLS handshake goes on. */
    TLS_HANDSHAKE,
    /** The client's answer to our authentication request comes next. */
    AUTHENTICATING,
    /** A password is being checked on another thread. */
    CHECKING,
    /** The session has taken over, or the connection is closing. */
    DONE
  }

  private final NodeAccess node;
  private final VdbAccess vdb;
  private final LoopContext loop;
  private final LoopMetrics metrics;
  private final SessionFactory sessions;
  private State state = State.FIRST;
  private boolean tls;
  private byte[] tlsServerEndPoint;
  private boolean tlsRefused;
  private boolean gssRefused;

  /** Whether a session takes what the client sends. */
  private boolean handedOver;

  private StartupPacket startup;
  private InetSocketAddress address;
  private PasswordExchange exchange;
  private long provedAt;
  private Future<?> deadline;

  /**
   * @param sessions what takes over after the log-in
   */
  public ClientLogin(
      NodeAccess node,
      VdbAccess vdb,
      LoopContext loop,
      LoopMetrics metrics,
      SessionFactory sessions) {
    this.node = node;
    this.vdb = vdb;
    this.loop = loop;
    this.metrics = metrics;
    this.sessions = sessions;
  }

  private void become(State next) {
    if (state == State.DONE) {
      throw new IllegalStateException("log-in is over, cannot become " + next);
    }
    state = next;
  }

  /** The true address behind a load balancer, told by the PROXY protocol. */
  @Override
  public void address(InetSocketAddress told) {
    this.address = told;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    long millis = node.settings().loginTimeout().toMillis();
    if (millis > 0) {
      deadline =
          ctx.executor()
              .schedule(
                  () -> {
                    if (state == State.DONE) {
                      return;
                    }
                    if (startup == null) {
                      become(State.DONE);
                      refused(ctx, pgError(AuthFailure.timeout()));
                      ctx.close();
                    } else {
                      refuse(ctx, AuthFailure.timeout());
                    }
                  },
                  millis,
                  TimeUnit.MILLISECONDS);
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    try {
      switch (state) {
        case FIRST -> firstPacket(ctx, in);
        case AUTHENTICATING -> passwordMessage(ctx, in);
        case TLS_HANDSHAKE -> {}
        case CHECKING -> {
          if (in.readableBytes() > MAX_AHEAD) {
            throw new ProtocolException("too much data before the end of the log-in");
          }
        }
        case DONE -> {
          if (actualReadableBytes() > 0 && !handedOver) {
            in.skipBytes(in.readableBytes());
          }
        }
      }
    } catch (ProtocolException e) {
      protocolError(ctx, e.getMessage());
    }
  }

  private void protocolError(ChannelHandlerContext ctx, String message) {
    node.events().protocolError();
    refuse(ctx, ServerError.protocolViolation(message));
  }

  private void firstPacket(ChannelHandlerContext ctx, ByteBuf in) throws ProtocolException {
    if (in.getByte(in.readerIndex()) == TLS_HANDSHAKE_RECORD && !tls) {
      directTls(ctx);
      return;
    }
    if (in.readableBytes() < 4) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    if (length < 8 || length > StartupPacket.MAX_LENGTH) {
      throw new ProtocolException("invalid length of startup packet");
    }
    if (in.readableBytes() < length) {
      return;
    }
    ByteBuf packet = in.readSlice(length);
    packet.skipBytes(4);
    int code = packet.readInt();
    switch (code) {
      case PgWriter.SSL_REQUEST -> sslRequest(ctx, in);
      case PgWriter.GSSENC_REQUEST -> gssRequest(ctx, in);
      case PgWriter.CANCEL_REQUEST -> cancelRequest(ctx, packet);
      default -> startup(ctx, code, packet);
    }
  }

  private void sslRequest(ChannelHandlerContext ctx, ByteBuf in) throws ProtocolException {
    if (tls || tlsRefused) {
      refuseProtocol(ctx, PgWriter.SSL_REQUEST);
      return;
    }
    if (in.isReadable()) {
      throw new ProtocolException("received unencrypted data after SSL request");
    }
    VdbAccess.Settings settings = vdb.settings();
    if (settings.tls() == null) {
      tlsRefused = true;
      answer(ctx, 'N');
      return;
    }
    answer(ctx, 'S');
    become(State.TLS_HANDSHAKE);
    SslHandler handler = handshake(ctx, settings, false);
    ctx.pipeline().addBefore(ctx.name(), "tls", handler);
  }

  private void gssRequest(ChannelHandlerContext ctx, ByteBuf in) throws ProtocolException {
    if (tls || gssRefused) {
      refuseProtocol(ctx, PgWriter.GSSENC_REQUEST);
      return;
    }
    if (in.isReadable()) {
      throw new ProtocolException("received unencrypted data after GSSAPI encryption request");
    }
    gssRefused = true;
    answer(ctx, 'N');
  }

  private static void answer(ChannelHandlerContext ctx, char what) {
    ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte(what));
  }

  private void refuseProtocol(ChannelHandlerContext ctx, int protocol) {
    refuse(
        ctx,
        ServerError.fatal(
            "0A000",
            "unsupported frontend protocol "
                + (protocol >>> 16)
                + "."
                + (protocol & 0xffff)
                + ": server supports 3.0 to 3.2"));
  }

  /**
   * A handshake that comes without having been asked for. It has begun in our buffer: it goes to
   * the TLS handler when this one leaves, and another one starts behind it.
   */
  private void directTls(ChannelHandlerContext ctx) {
    VdbAccess.Settings settings = vdb.settings();
    if (settings.tls() == null) {
      closeUnanswered(ctx, "TLS is off (tls.mode), but the client began a TLS handshake");
      return;
    }
    ClientLogin behind = new ClientLogin(node, vdb, loop, metrics, sessions);
    behind.address = address;
    behind.state = State.TLS_HANDSHAKE;
    ctx.pipeline().addAfter(ctx.name(), "login-in-tls", behind);
    SslHandler handler = behind.handshake(ctx.pipeline().context(behind), settings, true);
    ctx.pipeline().addAfter(ctx.name(), "tls", handler);
    become(State.DONE);
    ctx.pipeline().remove(this);
  }

  private SslHandler handshake(
      ChannelHandlerContext ctx, VdbAccess.Settings settings, boolean direct) {
    SslHandler handler = settings.tls().newHandler(ctx.alloc());
    tls = true;
    // Of the certificate that this client sees: a reload may put another one in force meanwhile.
    tlsServerEndPoint = settings.tlsServerEndPoint();
    handler
        .handshakeFuture()
        .addListener(
            done -> {
              if (state == State.TLS_HANDSHAKE) {
                handshakeOver(ctx, handler, direct, done.cause());
              }
            });
    return handler;
  }

  private void handshakeOver(
      ChannelHandlerContext ctx, SslHandler handler, boolean direct, Throwable failure) {
    if (failure instanceof ClosedChannelException) {
      become(State.DONE);
      ctx.close();
    } else if (failure != null) {
      closeUnanswered(ctx, "TLS handshake failed: " + failure.getMessage());
    } else if (direct && !TlsContexts.POSTGRESQL.equals(handler.applicationProtocol())) {
      closeUnanswered(
          ctx, "direct TLS without the application protocol (ALPN) " + TlsContexts.POSTGRESQL);
    } else {
      become(State.FIRST);
    }
  }

  /** Ends a connection with which no PostgreSQL message can be exchanged. */
  private void closeUnanswered(ChannelHandlerContext ctx, String why) {
    become(State.DONE);
    node.events().tlsFailed(vdb.name(), peer(ctx), why);
    ctx.close();
  }

  private void startup(ChannelHandlerContext ctx, int protocol, ByteBuf packet)
      throws ProtocolException {
    if (protocol >>> 16 != 3) {
      refuseProtocol(ctx, protocol);
      return;
    }
    startup = StartupPacket.parse(protocol, packet);
    if (address == null && ctx.channel().remoteAddress() instanceof InetSocketAddress remote) {
      address = remote;
    }
    if (startup.user() == null || startup.user().isEmpty()) {
      refuse(ctx, AuthFailure.noUserName());
      return;
    }
    OptionalInt negotiated = startup.negotiated();
    if (negotiated.isPresent()) {
      ByteBuf out = ctx.alloc().buffer(64);
      PgWriter.negotiateVersion(out, negotiated.getAsInt(), startup.protocolOptions());
      ctx.write(out);
    }
    if (vdb.settings().vdb().tls().mode() == ClientTlsMode.REQUIRE && !tls) {
      refuse(ctx, AuthFailure.tlsRequired(vdb.name()));
      return;
    }
    AuthDecision decision =
        vdb.settings()
            .authenticator()
            .decide(
                new LogInRequest(
                    tls,
                    address.getAddress(),
                    startup.database(),
                    startup.user(),
                    certificate(ctx)));
    provedAt = loop.nanoTime();
    switch (decision.exchange()) {
      case ACCEPTED -> {
        try {
          admitted(ctx, decision.admit());
        } catch (AuthException e) {
          refuse(ctx, e.failure());
        }
      }
      case REFUSED -> refuse(ctx, decision.failure());
      case SCRAM, MD5, CLEAR_TEXT -> {
        exchange =
            new PasswordExchange(node, vdb, loop, decision, startup.database(), outcome(ctx));
        become(State.AUTHENTICATING);
        exchange.begin(ctx, tlsServerEndPoint);
      }
    }
  }

  private PasswordExchange.Outcome outcome(ChannelHandlerContext ctx) {
    return new PasswordExchange.Outcome() {
      @Override
      public void checking() {
        become(State.CHECKING);
      }

      @Override
      public void admitted(ServerCredential credential) {
        if (state != State.DONE) {
          ClientLogin.this.admitted(ctx, credential);
        }
      }

      @Override
      public void refused(AuthFailure failure) {
        refuse(ctx, failure);
      }

      @Override
      public void refused(ServerError error) {
        refuse(ctx, error);
      }
    };
  }

  private static X509Certificate certificate(ChannelHandlerContext ctx) {
    SslHandler handler = ctx.pipeline().get(SslHandler.class);
    if (handler == null) {
      return null;
    }
    try {
      Certificate[] chain = handler.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate first ? first : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  private void passwordMessage(ChannelHandlerContext ctx, ByteBuf in) throws ProtocolException {
    if (in.readableBytes() < 5) {
      return;
    }
    byte type = in.getByte(in.readerIndex());
    if (type != FrontendType.PASSWORD) {
      refuse(ctx, AuthFailure.unexpectedMessage(exchange.awaited(), type & 0xff));
      return;
    }
    int length = in.getInt(in.readerIndex() + 1);
    if (length < 4 || length > exchange.longestAnswer()) {
      throw new ProtocolException("invalid length of password message");
    }
    if (in.readableBytes() < length + 1) {
      return;
    }
    in.skipBytes(5);
    byte[] body = new byte[length - 4];
    in.readBytes(body);
    OptionalLong wait =
        exchange.proves()
            ? node.failedLogIns()
                .turn(address.getAddress(), startup.user(), node.settings().failedLogIns())
            : OptionalLong.of(0);
    if (wait.isEmpty()) {
      refuse(ctx, AuthFailure.tooManyFailures(startup.user()));
    } else if (wait.getAsLong() == 0) {
      answered(ctx, body);
    } else {
      become(State.CHECKING);
      ctx.executor().schedule(() -> turnCame(ctx, body), wait.getAsLong(), TimeUnit.NANOSECONDS);
    }
  }

  /** Others as the same user from the same address have guessed; this one had to wait. */
  private void turnCame(ChannelHandlerContext ctx, byte[] body) {
    if (state != State.CHECKING || !ctx.channel().isActive()) {
      return;
    }
    become(State.AUTHENTICATING);
    try {
      answered(ctx, body);
    } catch (ProtocolException e) {
      protocolError(ctx, e.getMessage());
    }
  }

  private void answered(ChannelHandlerContext ctx, byte[] body) throws ProtocolException {
    provedAt = loop.nanoTime();
    try {
      exchange.answered(ctx, body);
    } catch (AuthException e) {
      refuse(ctx, e.failure());
    }
  }

  /** The client is who it says: the session takes over from here. */
  private void admitted(ChannelHandlerContext ctx, ServerCredential own) {
    if (!ctx.channel().isActive()) {
      // It left while its password was checked: a session would wait for an end that has been.
      become(State.DONE);
      return;
    }
    if (exchange != null) {
      node.failedLogIns().succeeded(address.getAddress(), startup.user());
    }
    boolean admin = vdb.settings().users().find(startup.user()).map(u -> u.admin()).orElse(false);
    Map<String, String> parameters = new LinkedHashMap<>(startup.parameters());
    parameters.remove("user");
    parameters.remove("database");
    parameters.remove("replication");
    Login login =
        new Login(
            startup.user(),
            startup.database(),
            parameters,
            Math.min(startup.minor(), StartupPacket.NEWEST_MINOR),
            startup.replication(),
            own,
            provedAt,
            admin,
            tls,
            address);
    become(State.DONE);
    if (login.database().equals(node.settings().adminDatabase())) {
      openConsole(ctx, login);
      return;
    }
    StartupVariables given;
    try {
      given = StartupVariables.of(login.parameters());
    } catch (StartupVariables.Rejected e) {
      fail(ctx, e.error());
      return;
    }
    ChannelHandler session = sessions.session(login, given, ctx.channel());
    handedOver = true;
    ctx.pipeline().addLast("session", session);
    ctx.pipeline().remove(this);
  }

  private void openConsole(ChannelHandlerContext ctx, Login login) {
    if (!login.admin()) {
      fail(
          ctx,
          ServerError.fatal("42501", "permission denied for database \"" + login.database() + "\"")
              .withDetail("It is the node's admin console, for users with \"admin\": true."));
      return;
    }
    ctx.pipeline().addLast("console-session", sessions.console(login, ctx.channel()));
    ctx.pipeline().remove(this);
  }

  private void cancelRequest(ChannelHandlerContext ctx, ByteBuf packet) {
    become(State.DONE);
    Runnable close = () -> ctx.executor().execute(() -> ctx.close());
    CancelRequest request = CancelRequest.read(packet);
    if (request == null) {
      ctx.close();
    } else {
      request.carryOut(node, vdb, loop, close);
    }
  }

  private void refuse(ChannelHandlerContext ctx, AuthFailure failure) {
    refuse(ctx, pgError(failure));
  }

  static ServerError pgError(AuthFailure failure) {
    return new ServerError(
        "FATAL", failure.sqlState(), failure.message(), failure.detail(), failure.hint());
  }

  private void refuse(ChannelHandlerContext ctx, ServerError error) {
    if (state == State.DONE) {
      return;
    }
    become(State.DONE);
    fail(ctx, error);
  }

  private SocketAddress peer(ChannelHandlerContext ctx) {
    return address == null ? ctx.channel().remoteAddress() : address;
  }

  private void fail(ChannelHandlerContext ctx, ServerError error) {
    refused(ctx, error);
    ByteBuf out = ctx.alloc().buffer(128);
    ErrorMessage.encode(error, out);
    ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  private void refused(ChannelHandlerContext ctx, ServerError error) {
    String user = startup == null ? null : startup.user();
    String database = startup == null ? null : startup.database();
    node.events().refused(vdb.name(), peer(ctx), user, database, error);
    if (exchange != null && error.sqlState().equals(WRONG_PASSWORD)) {
      Duration delay =
          node.failedLogIns().failed(address.getAddress(), user, node.settings().failedLogIns());
      if (!delay.isZero()) {
        node.events().slowed(vdb.name(), peer(ctx), user, delay);
      }
    }
    if (user != null && vdb.settings().users().find(user).isPresent()) {
      // Whoever asks has proved nothing: names of its own making must not become labels.
      boolean named = vdb.settings().vdb().databases().containsKey(database);
      metrics.pool(vdb.name(), named ? database : PoolKey.OTHER, user).loginFailed();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException) && !(cause.getCause() instanceof IOException)) {
      LOG.error("log-in of {} ends because of an error in the node", peer(ctx), cause);
    }
    ctx.close();
  }
}
