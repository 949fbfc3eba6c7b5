package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Strings of UTF-16 behind a count of characters. */
final class TdsStrings {
  private static final int BYTE_MAX = 0xFF;
  private static final int SHORT_MAX = 0xFFFF;

  private TdsStrings() {}

  /** Reads a string behind one byte (B_VARCHAR). */
  static String readByte(ByteBuf in) {
    return read(in, need(in, 1).readUnsignedByte());
  }

  /** Reads a string behind two bytes (US_VARCHAR). */
  static String readShort(ByteBuf in) {
    return read(in, need(in, 2).readUnsignedShortLE());
  }

  static String read(ByteBuf in, int characters) {
    need(in, 2 * characters);
    String text = in.toString(in.readerIndex(), 2 * characters, StandardCharsets.UTF_16LE);
    in.skipBytes(2 * characters);
    return text;
  }

  /**
   * Makes sure of bytes to read.
   *
   * @throws TdsProtocolException if there are fewer
   */
  static ByteBuf need(ByteBuf in, int bytes) {
    if (in.readableBytes() < bytes) {
      throw new TdsProtocolException(
          "a field of " + bytes + " bytes, of which " + in.readableBytes() + " are here");
    }
    return in;
  }

  /** Appends a string behind one byte; what is longer than 255 characters is cut. */
  static void writeByte(ByteBuf out, String text) {
    String cut = cut(text, BYTE_MAX);
    out.writeByte(cut.length());
    write(out, cut);
  }

  /** Appends a string behind two bytes; what is longer than 65535 characters is cut. */
  static void writeShort(ByteBuf out, String text) {
    String cut = cut(text, SHORT_MAX);
    out.writeShortLE(cut.length());
    write(out, cut);
  }

  static void write(ByteBuf out, CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      out.writeShortLE(text.charAt(i));
    }
  }

  static String cut(String text, int characters) {
    return text.length() <= characters ? text : text.substring(0, characters);
  }
}
