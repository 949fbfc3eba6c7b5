package dev.heimdall.engine.dialect.postgres.login;

import dev.heimdall.engine.auth.AuthDecision.Exchange;
import dev.heimdall.engine.client.LogInHost;
import dev.heimdall.engine.client.PasswordExchange;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The request for a password, and the client's answers to it. */
final class PasswordMessages {
  private final LogInHost login;
  private final PasswordExchange exchange;
  private boolean saslBegun;
  private byte[] md5Salt;

  PasswordMessages(LogInHost login, PasswordExchange exchange) {
    this.login = login;
    this.exchange = exchange;
  }

  void ask() {
    ByteBuf out = login.buffer(64);
    switch (exchange.kind()) {
      case SCRAM -> PgWriter.authenticationSasl(out, exchange.mechanisms().toArray(new String[0]));
      case MD5 -> {
        md5Salt = login.random(4);
        PgWriter.authenticationMd5(out, md5Salt);
      }
      case CLEAR_TEXT, DIRECTORY -> PgWriter.authenticationCleartext(out);
      case ACCEPTED, REFUSED -> {
        out.release();
        throw nothingAsked();
      }
    }
    login.send(out);
  }

  private static IllegalStateException nothingAsked() {
    return new IllegalStateException("no password was asked for");
  }

  void read(ByteBuf in) throws ProtocolException {
    if (in.readableBytes() < 5) {
      return;
    }
    int type = in.getUnsignedByte(in.readerIndex());
    if (type != FrontendType.PASSWORD) {
      String wanted = exchange.kind() == Exchange.SCRAM ? "SASL" : "password";
      login.refuse(
          ServerError.protocolViolation(
              "expected " + wanted + " response, got message type " + type));
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
    answered(body);
  }

  private void answered(byte[] body) throws ProtocolException {
    switch (exchange.kind()) {
      case SCRAM -> {
        if (saslBegun) {
          exchange.scramLast(body);
        } else {
          saslBegun = true;
          initialResponse(body);
        }
      }
      case MD5 -> exchange.md5(md5Salt, withoutZero(body));
      case CLEAR_TEXT, DIRECTORY -> exchange.clearText(withoutZero(body));
      case ACCEPTED, REFUSED -> throw nothingAsked();
    }
  }

  private static byte[] withoutZero(byte[] body) {
    return body.length > 0 && body[body.length - 1] == 0
        ? Arrays.copyOf(body, body.length - 1)
        : body;
  }

  private void initialResponse(byte[] body) throws ProtocolException {
    int nameEnd = 0;
    while (nameEnd < body.length && body[nameEnd] != 0) {
      nameEnd++;
    }
    int start = nameEnd + 5;
    if (start > body.length || !announced(body, nameEnd + 1, body.length - start)) {
      throw new ProtocolException("malformed SASL initial response");
    }
    String mechanism = new String(body, 0, nameEnd, StandardCharsets.UTF_8);
    exchange.scramFirst(mechanism, Arrays.copyOfRange(body, start, body.length));
  }

  /** True if the length at this place is the one of what follows; -1 stands for nothing at all. */
  private static boolean announced(byte[] body, int at, int following) {
    int length = ByteBuffer.wrap(body).getInt(at);
    return length == following || (length == -1 && following == 0);
  }
}
