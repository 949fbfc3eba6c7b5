package dev.heimdall.engine.dialect.sqlserver.login;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.client.LogInDialogue;
import dev.heimdall.engine.client.LogInHost;
import dev.heimdall.engine.client.PasswordExchange;
import dev.heimdall.engine.client.SessionRequest;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.dialect.sqlserver.answer.SessionRecovery;
import dev.heimdall.engine.dialect.sqlserver.answer.SqlServerEncoder;
import dev.heimdall.engine.dialect.sqlserver.answer.TdsAgreement;
import dev.heimdall.engine.dialect.sqlserver.answer.TdsErrors;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.sqlserver.Login7;
import dev.heimdall.engine.wire.sqlserver.LoginFeature;
import dev.heimdall.engine.wire.sqlserver.Prelogin;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsPacketWalker;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import java.nio.charset.StandardCharsets;

/**
 * Log-in of one client: PRELOGIN, which agrees on encryption and may be left out, TLS, and LOGIN7
 * with the password in a form that everybody can read. Where neither side wants encryption, LOGIN7
 * alone is inside TLS. Clients that want strict encryption (TDS 8.0) begin with TLS.
 */
final class Login7Dialogue implements LogInDialogue {
  private static final int SECRET = 8;
  private static final int TLS_HANDSHAKE = 0x16;

  /** Characters of a name in LOGIN7, MS-TDS 2.2.6.4. */
  private static final int LONGEST_NAME = 128;

  /** Library that resets no session, by which others forget what was reported of it. */
  private static final String RECOVERS = "Microsoft JDBC";

  /** Version that PRELOGIN says; LOGINACK has that of the servers. */
  private static final int MAJOR = 16;

  private final LogInHost login;
  private final SqlServerEncoder encoder = new SqlServerEncoder();
  private final TdsPacketWalker walker = new TdsPacketWalker();

  /** The message that has come in part. */
  private ByteBuf message = Unpooled.EMPTY_BUFFER;

  /** True if nothing is to be agreed on encryption any more. */
  private boolean agreed;

  private boolean encryptsLogInAlone;
  private Login7 request;

  /** Agreement with the client's servers; null until the node has needed one. */
  private TdsAgreement agreement;

  Login7Dialogue(LogInHost login) {
    this.login = login;
  }

  /** The client speaks first. */
  @Override
  public void begin() {}

  @Override
  public void read(ByteBuf in) {
    if (!agreed && in.getUnsignedByte(in.readerIndex()) == TLS_HANDSHAKE && !login.tls()) {
      login.tlsBegun(TdsPacket.TLS_PROTOCOL);
      return;
    }
    try {
      if (collect(in)) {
        ByteBuf whole = message;
        message = Unpooled.EMPTY_BUFFER;
        message(walker.type(), whole);
      }
    } catch (TdsProtocolException | IndexOutOfBoundsException e) {
      login.protocolError("a malformed message of a log-in: " + e.getMessage());
    }
  }

  /** Takes what has come of a message; returns whether that is all of it. */
  private boolean collect(ByteBuf in) {
    while (in.isReadable()) {
      in.readerIndex(walker.walk(in, in.readerIndex(), in.writerIndex()));
      int run = walker.to() - walker.from();
      if (message.readableBytes() + run > Login7.LONGEST) {
        throw new TdsProtocolException("it is longer than " + Login7.LONGEST + " bytes");
      }
      if (run > 0) {
        message = message.capacity() == 0 ? Unpooled.buffer(512) : message;
        message.writeBytes(in, walker.from(), run);
      }
      if (walker.ended()) {
        return true;
      }
    }
    return false;
  }

  private void message(int type, ByteBuf payload) {
    if (type == TdsPacket.PRELOGIN && !agreed) {
      prelogin(Prelogin.read(payload));
    } else if (type == TdsPacket.LOGIN7 && request == null) {
      login7(Login7.read(payload));
    } else {
      login.protocolError("no message of type " + type + " was expected");
    }
  }

  // ---- encryption

  private void prelogin(Prelogin wanted) {
    agreed = true;
    boolean strict = login.tls();
    int outcome = strict ? Prelogin.ENCRYPT_ON : outcome(wanted.encryption());
    Prelogin answer =
        new Prelogin()
            .withVersion(MAJOR, 0, 0, 0)
            .with(Prelogin.ENCRYPTION, (byte) outcome)
            .with(Prelogin.INSTANCE, (byte) 0)
            .with(Prelogin.THREAD)
            .with(Prelogin.MARS, (byte) 0);
    ByteBuf payload = login.buffer(64);
    ByteBuf out = login.buffer(64);
    answer.write(payload);
    TdsPacket.write(out, TdsPacket.REPLY, 0, 0, TdsPacket.INITIAL_SIZE, payload);
    payload.release();
    login.send(out);
    boolean supported = wanted.encryption() != Prelogin.ENCRYPT_NOT_SUPPORTED;
    if (!strict && supported && outcome != Prelogin.ENCRYPT_NOT_SUPPORTED) {
      encryptsLogInAlone = outcome == Prelogin.ENCRYPT_OFF;
      login.beginTls();
    }
  }

  /** As MS-TDS 2.2.6.5 has it. */
  private int outcome(int wanted) {
    if (!login.offersTls()) {
      return Prelogin.ENCRYPT_NOT_SUPPORTED;
    }
    return switch (wanted) {
      case Prelogin.ENCRYPT_ON, Prelogin.ENCRYPT_REQUIRED -> Prelogin.ENCRYPT_ON;
      case Prelogin.ENCRYPT_OFF ->
          login.requiresTls() ? Prelogin.ENCRYPT_REQUIRED : Prelogin.ENCRYPT_OFF;
      default -> login.requiresTls() ? Prelogin.ENCRYPT_REQUIRED : Prelogin.ENCRYPT_NOT_SUPPORTED;
    };
  }

  // ---- who it is

  private void login7(Login7 read) {
    agreed = true;
    request = read;
    encoder.agreed(read.tds(), read.credentials().user());
    String database = read.names().database();
    LoginFeature recovery = read.feature(LoginFeature.SESSION_RECOVERY);
    if (recovery != null && read.names().library().startsWith(RECOVERS)) {
      SessionRecovery wanted = SessionRecovery.of(recovery);
      encoder.recovery(wanted);
      database = wanted.database(database);
    }
    if (encryptsLogInAlone) {
      login.endTls();
    }
    ServerError refusal = refusal(read);
    if (refusal != null) {
      login.refuse(refusal);
      return;
    }
    login.request(
        new SessionRequest(
            read.credentials().user(), database, read.names().application(), null, SECRET));
  }

  private static ServerError refusal(Login7 read) {
    if (read.flags().integrated() || read.credentials().sspi().length > 0) {
      return refused(
          "login failed: integrated authentication is not supported by this proxy; use SQL Server"
              + " authentication",
          TdsErrors.UNTRUSTED);
    }
    if (read.feature(LoginFeature.FEDAUTH) != null) {
      return refused(
          "login failed: Microsoft Entra tokens are not supported by this proxy; use SQL Server"
              + " authentication",
          TdsErrors.LOG_IN_FAILED);
    }
    if (read.flags().changesPassword()) {
      return refused(
          "login failed: a password cannot be changed through this proxy", TdsErrors.LOG_IN_FAILED);
    }
    if (!read.names().attachedFile().isEmpty()) {
      return refused(
          "login failed: this proxy attaches no database files", TdsErrors.LOG_IN_FAILED);
    }
    return null;
  }

  private static ServerError refused(String message, int number) {
    return ServerError.fatal(Sqlstate.INVALID_AUTHORIZATION, message).withNumber(number);
  }

  @Override
  public void prove(PasswordExchange exchange) {
    switch (exchange.kind()) {
      case CLEAR_TEXT, DIRECTORY ->
          exchange.clearText(request.credentials().password().getBytes(StandardCharsets.UTF_8));
      default ->
          login.refuse(
              refused(
                  "login failed: clients of SQL Server send their passwords; use the method"
                      + " password or ldap",
                  TdsErrors.LOG_IN_FAILED));
    }
  }

  @Override
  public void challenge(byte[] data) {
    throw new IllegalStateException("SQL Server's clients are asked for nothing");
  }

  @Override
  public void proved(byte[] data) {
    challenge(data);
  }

  @Override
  public StartupVariables variables() {
    return new StartupVariables(
        Variables.NONE, Variables.NONE, Variables.NONE, Variables.NONE, Variables.NONE);
  }

  @Override
  public Capabilities capabilities() {
    if (agreement == null) {
      String application = request.names().application();
      String name = application.substring(0, Math.min(application.length(), LONGEST_NAME));
      agreement = TdsAgreement.of(request, login.namesApplication(name) ? name : TdsAgreement.NODE);
    }
    return agreement;
  }

  @Override
  public ChannelHandler onTheWire() {
    return new AttentionGate(encoder.attentions());
  }

  @Override
  public ClientEncoder encoder() {
    return encoder;
  }
}
