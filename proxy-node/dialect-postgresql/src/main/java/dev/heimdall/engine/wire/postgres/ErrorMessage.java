package dev.heimdall.engine.wire.postgres;

import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.function.IntUnaryOperator;

/** ErrorResponse and NoticeResponse, whose fields are in the protocol's section 54.8. */
public final class ErrorMessage {
  private ErrorMessage() {}

  /** Appends it as an ErrorResponse. */
  public static void encode(ServerError error, ByteBuf out) {
    encode(error, out, BackendType.ERROR);
  }

  /** Appends it as a NoticeResponse. */
  public static void encodeNotice(ServerError notice, ByteBuf out) {
    encode(notice, out, BackendType.NOTICE);
  }

  private static void encode(ServerError error, ByteBuf out, byte type) {
    int start = out.writerIndex();
    out.writeByte(type).writeInt(0);
    field(out, 'S', error.severity());
    field(out, 'V', error.severity());
    field(out, 'C', error.sqlState());
    field(out, 'M', error.message());
    field(out, 'D', error.detail());
    field(out, 'H', error.hint());
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
   * The fields of an error with another position in the text of the statement.
   *
   * @param fields one character for each byte, the last zero included
   */
  public static String moved(String fields, IntUnaryOperator position) {
    int at = 0;
    while (at < fields.length() && fields.charAt(at) != 0) {
      int stop = fields.indexOf('\0', at);
      if (stop < 0) {
        break;
      }
      if (fields.charAt(at) == 'P') {
        try {
          int moved = position.applyAsInt(Integer.parseInt(fields.substring(at + 1, stop)));
          return fields.substring(0, at + 1) + moved + fields.substring(stop);
        } catch (NumberFormatException notOne) {
          return fields;
        }
      }
      at = stop + 1;
    }
    return fields;
  }

  /**
   * True if a whole ErrorResponse or NoticeResponse says in what functions it arose, in its field
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
   * True if a file of the server's source is one in which it finds out what a text means. What a
   * function has read has other fields beside: where in the function that was, or its text.
   */
  private static boolean readsTexts(String file) {
    return switch (file) {
      case "scan.l", "gram.y", "parser.c", "analyze.c", "pl_scanner.c", "pl_gram.y" -> true;
      default -> file.startsWith("parse_");
    };
  }

  /**
   * Reads a whole ErrorResponse or NoticeResponse.
   *
   * @param message the message with its type and length
   */
  public static ServerError decode(ByteBuf message) {
    String severity = "ERROR";
    String sqlState = "XX000";
    String text = "";
    String detail = null;
    String hint = null;
    boolean reading = false;
    boolean placed = false;
    boolean inside = false;
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
        case 'F' -> reading = readsTexts(value);
        case 'P' -> placed = true;
        case 'W', 'p', 'q' -> inside = true;
        default -> {}
      }
    }
    ServerError error = new ServerError(severity, sqlState, text, detail, hint);
    return reading && placed && !inside ? error.because(ServerError.Cause.UNREAD) : error;
  }
}
