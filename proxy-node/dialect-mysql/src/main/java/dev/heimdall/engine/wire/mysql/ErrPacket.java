package dev.heimdall.engine.wire.mysql;

import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** An error: a number, an SQLSTATE and a message. */
public final class ErrPacket {
  public static final int FIRST = 0xFF;

  /** The number of a MariaDB server's progress report, and one that SIGNAL may set. */
  private static final int PROGRESS = 0xFFFF;

  private static final String GENERAL = "HY000";

  private ErrPacket() {}

  /** The error's number in the payload at this place, whose first byte is {@link #FIRST}. */
  public static int number(ByteBuf in, int at) {
    return in.getUnsignedShortLE(at + 1);
  }

  /**
   * True if the payload at this place, whose first byte is {@link #FIRST}, is no error but a
   * progress report of MariaDB: that has a count of strings where an error has its SQLSTATE.
   *
   * @param length of the payload, as far as it is there
   */
  public static boolean isProgress(ByteBuf in, int at, int length) {
    return length > 3 && number(in, at) == PROGRESS && in.getByte(at + 3) != '#';
  }

  /**
   * Reads a payload. A server that refuses a connection before it knows the client's capabilities
   * sends no SQLSTATE.
   *
   * @param in the payload, and nothing else
   * @param charset of the message
   */
  public static ServerError read(ByteBuf in, Charset charset) {
    in.skipBytes(1);
    int number = in.readUnsignedShortLE();
    String sqlState = GENERAL;
    if (in.readableBytes() >= 6 && in.getByte(in.readerIndex()) == '#') {
      sqlState = in.toString(in.readerIndex() + 1, 5, StandardCharsets.US_ASCII);
      in.skipBytes(6);
    }
    String message = in.toString(charset);
    in.skipBytes(in.readableBytes());
    return ServerError.error(sqlState, message).withNumber(number);
  }

  /** Appends a whole packet. */
  public static void write(ByteBuf out, int sequence, int number, String sqlState, String message) {
    int at = Packet.begin(out, sequence);
    out.writeByte(FIRST).writeShortLE(number).writeByte('#');
    out.writeCharSequence(sqlState, StandardCharsets.US_ASCII);
    out.writeCharSequence(message, StandardCharsets.UTF_8);
    Packet.end(out, at);
  }
}
