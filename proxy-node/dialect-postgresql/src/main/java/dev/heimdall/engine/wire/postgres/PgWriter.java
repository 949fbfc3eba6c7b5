package dev.heimdall.engine.wire.postgres;

import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Appends whole messages of either direction to a buffer. */
public final class PgWriter {
  public static final int PROTOCOL_3_0 = 3 << 16;
  public static final int PROTOCOL_3_2 = (3 << 16) | 2;
  public static final int SSL_REQUEST = 80877103;
  public static final int GSSENC_REQUEST = 80877104;
  public static final int CANCEL_REQUEST = 80877102;

  /** The name of the protocol in TLS (ALPN), which direct TLS needs. */
  public static final String TLS_PROTOCOL = "postgresql";

  private PgWriter() {}

  // ---- to a client

  public static void authenticationOk(ByteBuf out) {
    out.writeByte(BackendType.AUTHENTICATION).writeInt(8).writeInt(0);
  }

  public static void authenticationCleartext(ByteBuf out) {
    out.writeByte(BackendType.AUTHENTICATION).writeInt(8).writeInt(3);
  }

  public static void authenticationMd5(ByteBuf out, byte[] salt) {
    out.writeByte(BackendType.AUTHENTICATION).writeInt(12).writeInt(5).writeBytes(salt);
  }

  public static void authenticationSasl(ByteBuf out, String... mechanisms) {
    int start = begin(out, BackendType.AUTHENTICATION);
    out.writeInt(10);
    for (String mechanism : mechanisms) {
      string(out, mechanism);
    }
    out.writeByte(0);
    end(out, start);
  }

  public static void authenticationSaslContinue(ByteBuf out, byte[] data) {
    out.writeByte(BackendType.AUTHENTICATION).writeInt(8 + data.length).writeInt(11);
    out.writeBytes(data);
  }

  public static void authenticationSaslFinal(ByteBuf out, byte[] data) {
    out.writeByte(BackendType.AUTHENTICATION).writeInt(8 + data.length).writeInt(12);
    out.writeBytes(data);
  }

  public static void negotiateVersion(ByteBuf out, int version, Iterable<String> unsupported) {
    int start = begin(out, BackendType.NEGOTIATE_VERSION);
    out.writeInt(version);
    int countAt = out.writerIndex();
    out.writeInt(0);
    int count = 0;
    for (String option : unsupported) {
      string(out, option);
      count++;
    }
    out.setInt(countAt, count);
    end(out, start);
  }

  public static void parameterStatus(ByteBuf out, String name, String value) {
    parameterStatus(out, name, value, StandardCharsets.UTF_8);
  }

  /** Writes it for a client that reads texts in another encoding. */
  public static void parameterStatus(ByteBuf out, String name, String value, Charset encoding) {
    int start = begin(out, BackendType.PARAMETER_STATUS);
    string(out, name);
    string(out, value, encoding);
    end(out, start);
  }

  public static void backendKeyData(ByteBuf out, int processId, byte[] secret) {
    out.writeByte(BackendType.BACKEND_KEY_DATA).writeInt(8 + secret.length).writeInt(processId);
    out.writeBytes(secret);
  }

  /** ReadyForQuery. */
  public static void ready(ByteBuf out, TransactionState status) {
    out.writeByte(BackendType.READY).writeInt(5).writeByte(ReadyStatus.code(status));
  }

  public static void commandComplete(ByteBuf out, String tag) {
    int start = begin(out, BackendType.COMMAND_COMPLETE);
    string(out, tag);
    end(out, start);
  }

  public static void empty(ByteBuf out, byte type) {
    out.writeByte(type).writeInt(4);
  }

  public static void notification(ByteBuf out, int processId, String channel, String payload) {
    int start = begin(out, BackendType.NOTIFICATION);
    out.writeInt(processId);
    string(out, channel);
    string(out, payload);
    end(out, start);
  }

  // ---- to a server

  public static void sslRequest(ByteBuf out) {
    out.writeInt(8).writeInt(SSL_REQUEST);
  }

  public static void startup(ByteBuf out, int protocol, Map<String, String> parameters) {
    int start = out.writerIndex();
    out.writeInt(0).writeInt(protocol);
    parameters.forEach(
        (name, value) -> {
          string(out, name);
          string(out, value);
        });
    out.writeByte(0);
    out.setInt(start, out.writerIndex() - start);
  }

  public static void cancelRequest(ByteBuf out, int processId, byte[] secret) {
    out.writeInt(12 + secret.length).writeInt(CANCEL_REQUEST).writeInt(processId);
    out.writeBytes(secret);
  }

  public static void password(ByteBuf out, byte[] response) {
    out.writeByte(FrontendType.PASSWORD).writeInt(5 + response.length);
    out.writeBytes(response).writeByte(0);
  }

  public static void saslInitialResponse(ByteBuf out, String mechanism, byte[] data) {
    int start = begin(out, FrontendType.PASSWORD);
    string(out, mechanism);
    out.writeInt(data.length).writeBytes(data);
    end(out, start);
  }

  public static void saslResponse(ByteBuf out, byte[] data) {
    out.writeByte(FrontendType.PASSWORD).writeInt(4 + data.length).writeBytes(data);
  }

  public static void query(ByteBuf out, String sql) {
    query(out, sql, StandardCharsets.UTF_8);
  }

  /** Writes it to a server that reads texts in another encoding. */
  public static void query(ByteBuf out, String sql, Charset encoding) {
    int start = begin(out, FrontendType.QUERY);
    string(out, sql, encoding);
    end(out, start);
  }

  /**
   * @param body what follows the statement's name in the message: text, zero byte, parameter types
   */
  public static void parse(ByteBuf out, byte[] name, byte[] body, int bodyLength) {
    out.writeByte(FrontendType.PARSE).writeInt(4 + name.length + 1 + bodyLength);
    out.writeBytes(name).writeByte(0).writeBytes(body, 0, bodyLength);
  }

  public static void describeStatement(ByteBuf out, byte[] name) {
    out.writeByte(FrontendType.DESCRIBE).writeInt(4 + 1 + name.length + 1).writeByte('S');
    out.writeBytes(name).writeByte(0);
  }

  public static void closeStatement(ByteBuf out, byte[] name) {
    close(out, 'S', name);
  }

  public static void closePortal(ByteBuf out, byte[] name) {
    close(out, 'P', name);
  }

  private static void close(ByteBuf out, char kind, byte[] name) {
    out.writeByte(FrontendType.CLOSE).writeInt(4 + 1 + name.length + 1).writeByte(kind);
    out.writeBytes(name).writeByte(0);
  }

  /** Binds a statement that has no parameters and, in text if any, its result. */
  public static void bind(ByteBuf out, byte[] portal, byte[] statement) {
    out.writeByte(FrontendType.BIND).writeInt(4 + portal.length + 1 + statement.length + 1 + 6);
    out.writeBytes(portal).writeByte(0).writeBytes(statement).writeByte(0).writeZero(6);
  }

  /** Runs a portal to its end. */
  public static void execute(ByteBuf out, byte[] portal) {
    out.writeByte(FrontendType.EXECUTE).writeInt(4 + portal.length + 1 + 4);
    out.writeBytes(portal).writeByte(0).writeInt(0);
  }

  public static void copyFail(ByteBuf out, String reason) {
    int start = begin(out, FrontendType.COPY_FAIL);
    string(out, reason);
    end(out, start);
  }

  // ---- both

  /**
   * Appends a string and its zero byte; a zero byte inside would break the frame and becomes '?'.
   */
  public static void string(ByteBuf out, String value) {
    if (value.indexOf('\0') >= 0) {
      out.writeBytes(value.replace('\0', '?').getBytes(StandardCharsets.UTF_8));
    } else {
      ByteBufUtil.writeUtf8(out, value);
    }
    out.writeByte(0);
  }

  /** Appends it in another encoding. */
  private static void string(ByteBuf out, String value, Charset encoding) {
    if (encoding.equals(StandardCharsets.UTF_8)) {
      string(out, value);
    } else {
      out.writeBytes(value.replace('\0', '?').getBytes(encoding)).writeByte(0);
    }
  }

  public static int begin(ByteBuf out, byte type) {
    int start = out.writerIndex();
    out.writeByte(type).writeInt(0);
    return start;
  }

  public static void end(ByteBuf out, int start) {
    out.setInt(start + 1, out.writerIndex() - start - 1);
  }
}
