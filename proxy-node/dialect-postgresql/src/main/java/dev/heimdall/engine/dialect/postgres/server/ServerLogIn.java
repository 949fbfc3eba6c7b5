package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramClient;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.auth.TlsServerEndPoint;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.LogInDecoder;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgReader;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.TextEncoding;
import dev.heimdall.model.ChannelBinding;
import dev.heimdall.model.TlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Logs in to a PostgreSQL server: TLS, start-up packet, authentication, until the first
 * ReadyForQuery.
 */
final class ServerLogIn extends LogInDecoder {
  private static final Charset BYTES = StandardCharsets.ISO_8859_1;
  private static final int MAX_MESSAGE = 1 << 20;

  // Kinds of authentication requests.
  private static final int OK = 0;
  private static final int CLEAR_TEXT = 3;
  private static final int MD5 = 5;
  private static final int SASL = 10;
  private static final int SASL_CONTINUE = 11;
  private static final int SASL_FINAL = 12;
  private static final Set<Integer> ENDS_OF_SASL = Set.of(SASL_CONTINUE, SASL_FINAL, OK);

  private enum State {
    /** Nothing was sent yet. */
    NEW,
    /** SSLRequest was sent; one byte answers. */
    TLS_ASKED,
    /** The TLS handshake goes on. */
    TLS_HANDSHAKE,
    /** The start-up packet was sent; authentication messages come. */
    AUTHENTICATING,
    /** Keys are being derived on another thread. */
    DERIVING,
    /** AuthenticationOk came; parameters and key data follow. */
    SETTING_UP,
    /** ReadyForQuery came, or the log-in failed. */
    DONE
  }

  /** Bytes of notices that are kept. */
  private static final int MOST_SAID = 8 * 1024;

  /** Reported value that is {@code on} while a server only replays what another one writes. */
  private static final String STANDBY = "in_hot_standby";

  private final ServerTarget target;
  private final ServerCredential credential;
  private final ScramKeyCache keyCache;
  private final NonceSource nonces;
  private final Executor offLoop;
  private final Outcome outcome;

  /** One character for each byte, until all have come. */
  private final Map<String, String> reported = new HashMap<>();

  private State state = State.NEW;
  private ScramClient scram;
  private int processId;
  private byte[] key = new byte[0];
  private byte[] warned = new byte[0];
  private byte[] said = new byte[0];

  /**
   * @param credential as whom to log in: what the target's says at the moment
   */
  ServerLogIn(
      ServerTarget target,
      ServerCredential credential,
      ScramKeyCache keyCache,
      NonceSource nonces,
      Executor offLoop,
      Outcome outcome) {
    this.target = target;
    this.credential = credential;
    this.keyCache = keyCache;
    this.nonces = nonces;
    this.offLoop = offLoop;
    this.outcome = outcome;
  }

  private void become(State next) {
    if (state == State.DONE) {
      throw new IllegalStateException("log-in is over, cannot become " + next);
    }
    state = next;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    TlsMode mode = target.source().tls().mode();
    if (mode == TlsMode.DISABLE) {
      sendStartup(ctx);
    } else if (target.source().tls().direct()) {
      startTls(ctx);
    } else {
      become(State.TLS_ASKED);
      ByteBuf out = ctx.alloc().buffer(8);
      PgWriter.sslRequest(out);
      ctx.writeAndFlush(out);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (state == State.TLS_ASKED) {
      answerToSslRequest(ctx, in);
      return;
    }
    while (state == State.AUTHENTICATING || state == State.SETTING_UP) {
      if (in.readableBytes() < 5) {
        return;
      }
      int length = in.getInt(in.readerIndex() + 1);
      if (length < 4 || length > MAX_MESSAGE) {
        fail(
            ctx,
            ConnectFailure.unreachable(
                "the server sent a message length of " + length + " during log-in"));
        return;
      }
      if (in.readableBytes() < length + 1) {
        return;
      }
      ByteBuf message = in.readSlice(length + 1);
      try {
        message(ctx, message);
      } catch (AuthException e) {
        fail(ctx, ConnectFailure.refused(e.failure()));
      } catch (IndexOutOfBoundsException e) {
        fail(ctx, ConnectFailure.unreachable("the server sent a malformed message during log-in"));
      }
    }
  }

  private void answerToSslRequest(ChannelHandlerContext ctx, ByteBuf in) {
    byte answer = in.readByte();
    if (answer == 'S') {
      if (in.isReadable()) {
        fail(ctx, ConnectFailure.unreachable("the server sent data before the TLS handshake"));
        return;
      }
      startTls(ctx);
    } else if (answer == 'N') {
      if (target.source().tls().mode() == TlsMode.PREFER) {
        sendStartup(ctx);
      } else {
        fail(
            ctx,
            ConnectFailure.refused(
                ServerError.fatal(
                    "08001", "the server does not support TLS, but tls.mode asks for it")));
      }
    } else {
      fail(
          ctx, ConnectFailure.unreachable("the server's answer to SSLRequest is not PostgreSQL's"));
    }
  }

  private void startTls(ChannelHandlerContext ctx) {
    become(State.TLS_HANDSHAKE);
    SslHandler handler =
        target.tls().newHandler(ctx.alloc(), target.source().host(), target.source().port());
    handler.handshakeFuture().addListener(done -> handshakeOver(ctx, handler, done.cause()));
    ctx.pipeline().addFirst("tls", handler);
  }

  private void handshakeOver(ChannelHandlerContext ctx, SslHandler handler, Throwable failure) {
    if (state == State.DONE) {
      return;
    }
    boolean direct = target.source().tls().direct();
    if (failure == null && direct && !PgWriter.TLS_PROTOCOL.equals(handler.applicationProtocol())) {
      // A server that never heard of direct TLS could be made to take our bytes for another
      // protocol's.
      fail(
          ctx,
          ConnectFailure.refused(
              ServerError.fatal(
                  "08001",
                  "the server did not agree to the application protocol (ALPN) "
                      + PgWriter.TLS_PROTOCOL
                      + ", which tls.direct needs; PostgreSQL has it from version 17 on")));
    } else if (failure == null) {
      sendStartup(ctx);
    } else {
      fail(ctx, ConnectFailure.tls(target.source().tls().mode(), failure));
    }
  }

  private void sendStartup(ChannelHandlerContext ctx) {
    become(State.AUTHENTICATING);
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", credential.user());
    parameters.put("database", target.database());
    parameters.putAll(target.source().parameters());
    parameters.putAll(target.extra());
    ByteBuf out = ctx.alloc().buffer(256);
    PgWriter.startup(out, PgWriter.PROTOCOL_3_0, parameters);
    ctx.writeAndFlush(out);
  }

  private void message(ChannelHandlerContext ctx, ByteBuf message) throws AuthException {
    byte type = message.readByte();
    message.skipBytes(4);
    switch (type) {
      case BackendType.AUTHENTICATION -> authentication(ctx, message);
      case BackendType.PARAMETER_STATUS ->
          reported.put(PgReader.string(message), PgReader.string(message, BYTES));
      case BackendType.BACKEND_KEY_DATA -> {
        processId = message.readInt();
        key = new byte[message.readableBytes()];
        message.readBytes(key);
      }
      case BackendType.READY -> ready(ctx);
      case BackendType.ERROR -> {
        message.readerIndex(0);
        ServerError error = ErrorMessage.decode(message);
        fail(
            ctx,
            state == State.SETTING_UP
                ? ConnectFailure.refusedAuthenticated(error)
                : ConnectFailure.refused(error));
      }
      case BackendType.NOTICE -> keep(message.readerIndex(0));
      case BackendType.NEGOTIATE_VERSION -> {}
      default ->
          fail(
              ctx,
              ConnectFailure.unreachable(
                  "the server sent a message of type '" + (char) type + "' during log-in"));
    }
  }

  /** Keeps what clients are to hear of it, as far as there is room. */
  private void keep(ByteBuf notice) {
    if (reported.isEmpty()) {
      warned = with(warned, notice);
    } else {
      said = with(said, notice);
    }
  }

  private static byte[] with(byte[] messages, ByteBuf another) {
    int length = another.readableBytes();
    if (messages.length + length > MOST_SAID) {
      return messages;
    }
    byte[] more = Arrays.copyOf(messages, messages.length + length);
    another.readBytes(more, messages.length, length);
    return more;
  }

  private void ready(ChannelHandlerContext ctx) {
    if (state != State.SETTING_UP) {
      fail(ctx, ConnectFailure.unreachable("the server was ready before it authenticated us"));
      return;
    }
    if (target.writer() && "on".equals(reported.get(STANDBY))) {
      String where = target.source().host() + ":" + target.source().port();
      fail(ctx, ConnectFailure.standby(where, STANDBY));
      return;
    }
    become(State.DONE);
    outcome.ready(
        ctx, PostgresRequests.loggedIn(processId, key, new Greeting(reported(), warned, said)));
  }

  /** Values that the server has reported, in the encoding that it has reported with them. */
  private Map<String, String> reported() {
    Charset encoding = TextEncoding.of(reported);
    reported.replaceAll((name, value) -> new String(value.getBytes(BYTES), encoding));
    return reported;
  }

  private void authentication(ChannelHandlerContext ctx, ByteBuf message) throws AuthException {
    int kind = message.readInt();
    if (state != State.AUTHENTICATING) {
      fail(ctx, ConnectFailure.unreachable("the server asked for a proof after the log-in"));
      return;
    }
    boolean begun = scram != null;
    if (!begun
        && kind != SASL
        && target.source().tls().channelBinding() == ChannelBinding.REQUIRE) {
      // A man in the middle could ask for less, or for nothing: then nothing was bound.
      fail(
          ctx,
          ConnectFailure.refused(
              ServerError.fatal(
                      "28000",
                      "the server does not ask for SCRAM, but tls.channelBinding is \"require\"")
                  .withHint(
                      "Let the server use the method scram-sha-256 for connections with TLS, or"
                          + " relax tls.channelBinding.")));
      return;
    }
    if (begun ? !ENDS_OF_SASL.contains(kind) : kind == SASL_CONTINUE || kind == SASL_FINAL) {
      fail(
          ctx,
          ConnectFailure.unreachable(
              "the server sent authentication request " + kind + " out of order"));
      return;
    }
    switch (kind) {
      case OK -> {
        if (scram != null && !scram.isVerified()) {
          fail(
              ctx,
              ConnectFailure.refused(
                  ServerError.fatal("28000", "the server skipped the end of the SCRAM exchange")));
          return;
        }
        become(State.SETTING_UP);
      }
      case CLEAR_TEXT ->
          send(ctx, credential.clearText(ctx.pipeline().get(SslHandler.class) != null));
      case MD5 -> {
        byte[] salt = new byte[4];
        message.readBytes(salt);
        send(ctx, credential.md5(salt));
      }
      case SASL -> startScram(ctx, message);
      case SASL_CONTINUE -> {
        byte[] data = new byte[message.readableBytes()];
        message.readBytes(data);
        continueScram(ctx, data);
      }
      case SASL_FINAL -> {
        byte[] data = new byte[message.readableBytes()];
        message.readBytes(data);
        scram.verify(data);
      }
      default ->
          fail(
              ctx,
              ConnectFailure.refused(
                  ServerError.fatal(
                      "28000",
                      "the server asks for authentication method "
                          + kind
                          + ", which the node does not have; it has scram-sha-256, md5, password"
                          + " and cert")));
    }
  }

  private static void send(ChannelHandlerContext ctx, byte[] response) {
    ByteBuf out = ctx.alloc().buffer(response.length + 6);
    PgWriter.password(out, response);
    ctx.writeAndFlush(out);
  }

  private void startScram(ChannelHandlerContext ctx, ByteBuf message) throws AuthException {
    List<String> offered = new ArrayList<>();
    while (message.isReadable() && message.getByte(message.readerIndex()) != 0) {
      offered.add(PgReader.string(message));
    }
    ChannelBinding binding = target.source().tls().channelBinding();
    byte[] endPoint = serverEndPoint(ctx);
    scram = credential.scram(keyCache, binding, endPoint, offered, nonces);
    ByteBuf out = ctx.alloc().buffer(128);
    PgWriter.saslInitialResponse(out, scram.mechanism(), scram.first());
    ctx.writeAndFlush(out);
  }

  private void continueScram(ChannelHandlerContext ctx, byte[] serverFirst) throws AuthException {
    if (!scram.derivesKeys(serverFirst)) {
      sendScramLast(ctx, scram.last(serverFirst));
      return;
    }
    become(State.DERIVING);
    offLoop.execute(
        () -> {
          try {
            byte[] last = scram.last(serverFirst);
            ctx.executor().execute(() -> derived(ctx, last));
          } catch (AuthException e) {
            ctx.executor().execute(() -> fail(ctx, ConnectFailure.refused(e.failure())));
          }
        });
  }

  private void derived(ChannelHandlerContext ctx, byte[] last) {
    if (state == State.DERIVING) {
      become(State.AUTHENTICATING);
      sendScramLast(ctx, last);
    }
  }

  private static void sendScramLast(ChannelHandlerContext ctx, byte[] last) {
    ByteBuf out = ctx.alloc().buffer(last.length + 5);
    PgWriter.saslResponse(out, last);
    ctx.writeAndFlush(out);
  }

  private static byte[] serverEndPoint(ChannelHandlerContext ctx) {
    SslHandler tls = ctx.pipeline().get(SslHandler.class);
    if (tls == null) {
      return null;
    }
    try {
      Certificate[] chain = tls.engine().getSession().getPeerCertificates();
      return TlsServerEndPoint.of((X509Certificate) chain[0]);
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
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
