package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Code pages of {@code varchar}, by the five bytes of its collation. */
public final class CodePage {
  private static final int LCID = 0xFFFF;
  private static final int UTF_8 = 1 << 26;
  private static final String LATIN = "windows-1252";
  private static final String CENTRAL = "windows-1250";
  private static final String CYRILLIC = "windows-1251";

  private CodePage() {}

  /**
   * Decodes characters.
   *
   * @param collation where the collation's bytes begin
   * @return null where the code page is not known, or has no such characters
   */
  public static String decode(ByteBuf in, int collation, byte[] characters) {
    String name = name(in.getIntLE(collation), in.getUnsignedByte(collation + 4));
    try {
      return name == null || !Charset.isSupported(name)
          ? null
          : Charset.forName(name).newDecoder().decode(ByteBuffer.wrap(characters)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static String name(int flags, int order) {
    return (flags & UTF_8) != 0
        ? StandardCharsets.UTF_8.name()
        : order == 0 ? ofLocale(flags & LCID) : ofOrder(order);
  }

  /** Of collations whose names begin with SQL_, by their numbers of a sort order. */
  private static String ofOrder(int order) {
    if (order >= 30 && order <= 35) {
      return "IBM437";
    }
    if (order >= 40 && order <= 61 && (order < 50 || order > 54)) {
      return "IBM850";
    }
    if (order >= 80 && order <= 98) {
      return CENTRAL;
    }
    if (order >= 104 && order <= 108) {
      return CYRILLIC;
    }
    if (order >= 152 && order <= 160) {
      return "windows-1257";
    }
    return switch (order) {
      case 50, 51, 52, 53, 54, 71, 72, 73, 74, 75, 183, 184, 185, 186 -> LATIN;
      case 112, 113, 114, 120, 121, 122, 124 -> "windows-1253";
      case 128, 129, 130 -> "windows-1254";
      case 136, 137, 138 -> "windows-1255";
      case 144, 145, 146 -> "windows-1256";
      default -> null;
    };
  }

  /** Of the other ones, by their languages' numbers at Windows. */
  private static String ofLocale(int locale) {
    return switch (locale) {
      case 0x406, 0x407, 0x409, 0x40A, 0x40B, 0x40C, 0x40F, 0x410, 0x413, 0x414, 0x416, 0x41D ->
          LATIN;
      case 0x809, 0x80A, 0x816, 0xC0A, 0xC0C -> LATIN;
      case 0x405, 0x40E, 0x415, 0x418, 0x41A, 0x41B, 0x41C, 0x424, 0x81A, 0x141A -> CENTRAL;
      case 0x419, 0x422, 0x42F, 0x43F, 0xC1A, 0x201A -> CYRILLIC;
      case 0x408 -> "windows-1253";
      case 0x41F, 0x42C, 0x443 -> "windows-1254";
      case 0x40D -> "windows-1255";
      case 0x401, 0x420, 0x429 -> "windows-1256";
      case 0x425, 0x426, 0x427 -> "windows-1257";
      case 0x42A -> "windows-1258";
      case 0x41E -> "x-windows-874";
      case 0x411 -> "windows-31j";
      case 0x412 -> "x-windows-949";
      case 0x404, 0xC04 -> "x-windows-950";
      case 0x804 -> "x-mswin-936";
      default -> null;
    };
  }
}
