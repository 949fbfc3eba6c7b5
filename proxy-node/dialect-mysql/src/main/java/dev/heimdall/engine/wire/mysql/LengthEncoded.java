package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Integers of one, three, four or nine bytes, and strings behind such an integer. */
public final class LengthEncoded {
  /** The first byte of a NULL in a text row. */
  public static final int NULL = 0xFB;

  private static final int TWO_BYTES = 0xFC;
  private static final int THREE_BYTES = 0xFD;
  private static final int EIGHT_BYTES = 0xFE;

  private LengthEncoded() {}

  /**
   * Reads an integer.
   *
   * @throws IndexOutOfBoundsException if it is cut
   * @throws IllegalArgumentException where its first byte is none of an integer's
   */
  public static long read(ByteBuf in) {
    int first = in.readUnsignedByte();
    return switch (first) {
      case TWO_BYTES -> in.readUnsignedShortLE();
      case THREE_BYTES -> in.readUnsignedMediumLE();
      case EIGHT_BYTES -> in.readLongLE();
      case NULL, 0xFF -> throw new IllegalArgumentException("no length-encoded integer: " + first);
      default -> first;
    };
  }

  /** Number of bytes of an integer with this first byte. */
  public static int size(int first) {
    return switch (first & 0xFF) {
      case TWO_BYTES -> 3;
      case THREE_BYTES -> 4;
      case EIGHT_BYTES -> 9;
      default -> 1;
    };
  }

  public static void write(ByteBuf out, long value) {
    if (value >= 0 && value < NULL) {
      out.writeByte((int) value);
    } else if (value >= 0 && value < 1 << 16) {
      out.writeByte(TWO_BYTES).writeShortLE((int) value);
    } else if (value >= 0 && value < 1 << 24) {
      out.writeByte(THREE_BYTES).writeMediumLE((int) value);
    } else {
      out.writeByte(EIGHT_BYTES).writeLongLE(value);
    }
  }

  /**
   * Reads the bytes of a string.
   *
   * @throws IndexOutOfBoundsException if it is cut
   */
  public static byte[] readBytes(ByteBuf in) {
    byte[] bytes = new byte[length(in)];
    in.readBytes(bytes);
    return bytes;
  }

  /**
   * Goes on behind a string.
   *
   * @throws IndexOutOfBoundsException if it is cut
   */
  public static void skipBytes(ByteBuf in) {
    in.skipBytes(length(in));
  }

  private static int length(ByteBuf in) {
    long length = read(in);
    if (length < 0 || length > in.readableBytes()) {
      throw new IndexOutOfBoundsException(
          "a string of " + length + " bytes, of which " + in.readableBytes() + " are here");
    }
    return (int) length;
  }

  /** Reads a string as text in UTF-8. */
  public static String readString(ByteBuf in) {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  /** Reads a string as text, or null for SQL's NULL. */
  public static String readNullable(ByteBuf in) {
    if (in.getUnsignedByte(in.readerIndex()) == NULL) {
      in.skipBytes(1);
      return null;
    }
    return readString(in);
  }

  public static void write(ByteBuf out, byte[] bytes) {
    write(out, bytes.length);
    out.writeBytes(bytes);
  }

  public static void write(ByteBuf out, String text) {
    write(out, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Null is SQL's NULL. */
  public static void writeNullable(ByteBuf out, String text) {
    if (text == null) {
      out.writeByte(NULL);
    } else {
      write(out, text);
    }
  }
}
