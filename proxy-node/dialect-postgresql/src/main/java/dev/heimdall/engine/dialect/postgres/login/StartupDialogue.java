package dev.heimdall.engine.dialect.postgres.login;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.client.LogInDialogue;
import dev.heimdall.engine.client.LogInHost;
import dev.heimdall.engine.client.PasswordExchange;
import dev.heimdall.engine.client.SessionRequest;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The packets before a session: requests for encryption, a cancel request or the start-up packet,
 * and the password messages behind it.
 */
final class StartupDialogue implements LogInDialogue {
  private static final byte TLS_HANDSHAKE_RECORD = 0x16;
  private static final int MAX_SECRET = 256;

  /** Start of a Terminate message, which has no length in front: its sender wants to end. */
  private static final int TERMINATE = 'X' << 24;

  private final LogInHost login;
  private final ClientEncoder encoder;
  private boolean tlsRefused;
  private boolean gssRefused;
  private StartupPacket startup;
  private PasswordMessages password;

  StartupDialogue(LogInHost login, ClientEncoder encoder) {
    this.login = login;
    this.encoder = encoder;
  }

  @Override
  public void begin() {
    // The client speaks first.
  }

  @Override
  public void read(ByteBuf in) {
    try {
      if (password == null) {
        packet(in);
      } else {
        password.read(in);
      }
    } catch (ProtocolException e) {
      login.protocolError(e.getMessage());
    }
  }

  private void packet(ByteBuf in) throws ProtocolException {
    if (in.getByte(in.readerIndex()) == TLS_HANDSHAKE_RECORD && !login.tls()) {
      login.tlsBegun(PgWriter.TLS_PROTOCOL);
      return;
    }
    if (in.readableBytes() < 4) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    if (length == TERMINATE) {
      login.close(); // as a server does, without a word
      return;
    }
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
      case PgWriter.SSL_REQUEST -> sslRequest(in);
      case PgWriter.GSSENC_REQUEST -> gssRequest(in);
      case PgWriter.CANCEL_REQUEST -> cancelRequest(packet);
      default -> startup(code, packet);
    }
  }

  private void sslRequest(ByteBuf in) throws ProtocolException {
    if (login.tls() || tlsRefused) {
      refuseProtocol(PgWriter.SSL_REQUEST);
      return;
    }
    if (in.isReadable()) {
      throw new ProtocolException("received unencrypted data after SSL request");
    }
    if (login.offersTls()) {
      answer('S');
      login.beginTls();
    } else {
      tlsRefused = true;
      answer('N');
    }
  }

  private void gssRequest(ByteBuf in) throws ProtocolException {
    if (login.tls() || gssRefused) {
      refuseProtocol(PgWriter.GSSENC_REQUEST);
      return;
    }
    if (in.isReadable()) {
      throw new ProtocolException("received unencrypted data after GSSAPI encryption request");
    }
    gssRefused = true;
    answer('N');
  }

  private void answer(char what) {
    login.send(login.buffer(1).writeByte(what));
  }

  private void refuseProtocol(int protocol) {
    login.refuse(
        ServerError.fatal(
            "0A000",
            "unsupported frontend protocol "
                + (protocol >>> 16)
                + "."
                + (protocol & 0xffff)
                + ": server supports 3.0 to 3.2"));
  }

  private void cancelRequest(ByteBuf body) {
    int length = body.readableBytes() - 4;
    if (length < 1 || length > MAX_SECRET) {
      login.close();
      return;
    }
    int processId = body.readInt();
    byte[] secret = new byte[length];
    body.readBytes(secret);
    login.cancel(new CancelKey(processId, secret));
  }

  private void startup(int protocol, ByteBuf packet) throws ProtocolException {
    if (protocol >>> 16 != 3) {
      refuseProtocol(protocol);
      return;
    }
    startup = StartupPacket.parse(protocol, packet);
    if (startup.user() == null || startup.user().isEmpty()) {
      login.refuse(
          ServerError.fatal("28000", "no PostgreSQL user name specified in startup packet"));
      return;
    }
    OptionalInt negotiated = startup.negotiated();
    if (negotiated.isPresent()) {
      ByteBuf out = login.buffer(64);
      PgWriter.negotiateVersion(out, negotiated.getAsInt(), startup.protocolOptions());
      login.write(out);
    }
    String replication = startup.replication();
    login.request(
        new SessionRequest(
            startup.user(),
            startup.database(),
            startup.parameters().get("application_name"),
            replication == null ? null : Map.of("replication", replication),
            startup.minor() >= 2 ? 32 : 4));
  }

  @Override
  public void prove(PasswordExchange exchange) {
    password = new PasswordMessages(login, exchange);
    password.ask();
  }

  @Override
  public void challenge(byte[] message) {
    ByteBuf out = login.buffer(9 + message.length);
    PgWriter.authenticationSaslContinue(out, message);
    login.send(out);
  }

  @Override
  public void proved(byte[] message) {
    ByteBuf out = login.buffer(9 + message.length);
    PgWriter.authenticationSaslFinal(out, message);
    login.write(out);
  }

  @Override
  public StartupVariables variables() throws StartupVariables.Rejected {
    return StartupOptions.variables(startup.parameters());
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.NONE;
  }

  @Override
  public ClientEncoder encoder() {
    return encoder;
  }
}
