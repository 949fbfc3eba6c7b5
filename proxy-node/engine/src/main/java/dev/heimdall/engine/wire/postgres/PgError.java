package dev.heimdall.engine.wire.postgres;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/**
 * An ErrorResponse or NoticeResponse as the client sees it.
 *
 * @param severity ERROR, FATAL, WARNING or NOTICE
 * @param sqlState five characters of PostgreSQL's appendix A
 * @param message one line, in PostgreSQL's style: lower case, no full stop
 * @param detail more about this case, or null
 * @param hint what to do, or null
 */
public record PgError(
    String severity, String sqlState, String message, String detail, String hint) {

  public static PgError error(String sqlState, String message) {
    return new PgError("ERROR", sqlState, message, null, null);
  }

  public static PgError fatal(String sqlState, String message) {
    return new PgError("FATAL", sqlState, message, null, null);
  }

  public static PgError notice(String message) {
    return new PgError("NOTICE", "00000", message, null, null);
  }

  public static PgError protocolViolation(String message) {
    return fatal("08P01", message);
  }

  public PgError withDetail(String text) {
    return new PgError(severity, sqlState, message, text, hint);
  }

  public PgError withHint(String text) {
    return new PgError(severity, sqlState, message, detail, text);
  }

  public PgError asFatal() {
    return new PgError("FATAL", sqlState, message, detail, hint);
  }

  public boolean isFatal() {
    return severity.equals("FATAL") || severity.equals("PANIC");
  }

  /** Appends this as an ErrorResponse. */
  public void encode(ByteBuf out) {
    encode(out, BackendType.ERROR);
  }

  /** Appends this as a NoticeResponse. */
  public void encodeNotice(ByteBuf out) {
    encode(out, BackendType.NOTICE);
  }

  private void encode(ByteBuf out, byte type) {
    int start = out.writerIndex();
    out.writeByte(type).writeInt(0);
    field(out, 'S', severity);
    field(out, 'V', severity);
    field(out, 'C', sqlState);
    field(out, 'M', message);
    field(out, 'D', detail);
    field(out, 'H', hint);
    out.writeByte(0);
    out.setInt(start + 1, out.writerIndex() - start - 1);
  }

  private static void field(ByteBuf out, char code, String value) {
    if (value != null) {
      out.writeByte(code);
      ByteBufUtil.writeUtf8(out, value.replace('\0', '?'));
      out.writeByte(0);
    }
  }

  /**
   * Whether a whole ErrorResponse or NoticeResponse says in what functions it arose, in its field
   * W: those that a server's process has to say of itself do not.
   */
  public static boolean hasContext(ByteBuf message) {
    int at = message.readerIndex() + 5;
    int end = message.writerIndex();
    while (at < end && message.getByte(at) != 0) {
      if (message.getByte(at) == 'W') {
        return true;
      }
      int stop = message.indexOf(at, end, (byte) 0);
      at = stop < 0 ? end : stop + 1;
    }
    return false;
  }

  /**
   * Reads a whole ErrorResponse or NoticeResponse.
   *
   * @param message the message with its type and length
   */
  public static PgError decode(ByteBuf message) {
    String severity = "ERROR";
    String sqlState = "XX000";
    String text = "";
    String detail = null;
    String hint = null;
    int at = message.readerIndex() + 5;
    int end = message.writerIndex();
    while (at < end) {
      byte code = message.getByte(at++);
      if (code == 0) {
        break;
      }
      int stop = message.indexOf(at, end, (byte) 0);
      if (stop < 0) {
        break;
      }
      String value = message.toString(at, stop - at, StandardCharsets.UTF_8);
      at = stop + 1;
      switch (code) {
        case 'S' -> severity = value;
        case 'V' -> severity = value;
        case 'C' -> sqlState = value;
        case 'M' -> text = value;
        case 'D' -> detail = value;
        case 'H' -> hint = value;
        default -> {}
      }
    }
    return new PgError(severity, sqlState, text, detail, hint);
  }
}
