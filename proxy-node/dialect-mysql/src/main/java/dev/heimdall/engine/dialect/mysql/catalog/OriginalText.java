package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.sql.ByteClass;
import dev.heimdall.engine.sql.LexerMode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * The text by which a server keeps a routine or trigger, byte for byte. Each time it is loaded it
 * is cut into tokens by the modes and the character set of the session that has made it, for all
 * callers.
 */
final class OriginalText {
  /** The character sets of Java in which MySQL's have the characters of names. */
  private static final Map<String, String> CHARSETS =
      Map.ofEntries(
          Map.entry("utf8", "UTF-8"),
          Map.entry("utf8mb3", "UTF-8"),
          Map.entry("utf8mb4", "UTF-8"),
          Map.entry("latin1", "windows-1252"),
          Map.entry("latin2", "ISO-8859-2"),
          Map.entry("latin5", "ISO-8859-9"),
          Map.entry("latin7", "ISO-8859-13"),
          Map.entry("greek", "ISO-8859-7"),
          Map.entry("hebrew", "ISO-8859-8"),
          Map.entry("cp1250", "windows-1250"),
          Map.entry("cp1251", "windows-1251"),
          Map.entry("cp1256", "windows-1256"),
          Map.entry("cp1257", "windows-1257"),
          Map.entry("cp850", "IBM850"),
          Map.entry("cp852", "IBM852"),
          Map.entry("cp866", "IBM866"),
          Map.entry("koi8r", "KOI8-R"),
          Map.entry("koi8u", "KOI8-U"),
          Map.entry("tis620", "TIS-620"),
          Map.entry("ujis", "EUC-JP"),
          Map.entry("euckr", "EUC-KR"),
          Map.entry("gb2312", "GB2312"),
          Map.entry("gbk", "GBK"),
          Map.entry("gb18030", "GB18030"),
          Map.entry("big5", "Big5"),
          Map.entry("sjis", "Shift_JIS"),
          Map.entry("cp932", "windows-31j"));

  /** Has letters where others have quotes and brackets. */
  private static final String OTHER_ASCII = "swe7";

  /** The last of the signs that may be blanks or controls to a server. */
  private static final char NO_BREAK_SPACE = '\u00a0';

  private static final char LAST_OF_ASCII = '\u007f';

  private final byte[] bytes;
  private final LexerMode mode;
  private final String charset;
  private final boolean brackets;

  /** Null where the character set of names is unknown here. */
  private final Charset names;

  /**
   * @param modes what the session had for {@code sql_mode}
   * @param charset what it had for {@code character_set_client}
   */
  OriginalText(byte[] bytes, String modes, String charset) {
    this.bytes = bytes;
    this.charset = charset.toLowerCase(Locale.ROOT);
    mode = BodyReader.mode(modes);
    brackets = modes.contains("MSSQL");
    names = names(this.charset);
  }

  private OriginalText(byte[] bytes, LexerMode mode) {
    this.bytes = bytes;
    this.mode = mode;
    charset = "utf8mb4";
    brackets = false;
    names = StandardCharsets.UTF_8;
  }

  /** One that a server has spelled itself. */
  static OriginalText canonical(String text, LexerMode mode) {
    return new OriginalText(text.getBytes(StandardCharsets.UTF_8), mode);
  }

  private static Charset names(String charset) {
    String name = CHARSETS.get(charset);
    return name != null && Charset.isSupported(name) ? Charset.forName(name) : null;
  }

  /**
   * True if what a server runs of a view may be something else than the text that it shows in
   * UTF-8. It keeps the text in the character set of who has made it, and puts backslashes before
   * quotes there byte by byte: what ends a character of two bytes is another one then.
   */
  static boolean mayHide(String view, String charset) {
    boolean hiding =
        charset.equals(OTHER_ASCII)
            || SessionCharacters.signs(charset) == SessionCharacters.Signs.HIDING;
    return hiding && view.chars().anyMatch(c -> c > LAST_OF_ASCII);
  }

  byte[] bytes() {
    return bytes;
  }

  LexerMode mode() {
    return mode;
  }

  /** True if servers may see another quote, or none, where there seems to be one. */
  boolean misleads() {
    if (charset.equals(OTHER_ASCII)) {
      return true;
    }
    if (brackets) {
      for (byte b : bytes) {
        if (b == '[') {
          return true;
        }
      }
    }
    return SessionCharacters.signs(charset) == SessionCharacters.Signs.HIDING && hidesSigns();
  }

  /** True if a character of several bytes, or what may be one, has a sign in it. */
  private boolean hidesSigns() {
    boolean valid = names != null && decoded(0, bytes.length) != null;
    int i = 0;
    while (i + 1 < bytes.length) {
      boolean begins = valid ? beginsCharacter(bytes[i]) : bytes[i] < 0;
      if (begins && isSign(bytes[i + 1])) {
        return true;
      }
      boolean four = bytes[i + 1] >= '0' && bytes[i + 1] <= '9'; // of gb18030
      int length = four ? 4 : 2;
      i += valid && begins ? length : 1;
    }
    return false;
  }

  private boolean beginsCharacter(byte b) {
    int unsigned = b & 0xff;
    return charset.equals("sjis") || charset.equals("cp932")
        ? (unsigned > 0x80 && unsigned < 0xa0) || unsigned >= 0xe0
        : b < 0;
  }

  /** Letters and digits in that place are part of a name or literal either way. */
  private static boolean isSign(byte b) {
    return b >= '@' && !ByteClass.isInWord(b);
  }

  /** The name that some of the bytes are; null where it cannot be told. */
  String name(int from, int to) {
    boolean ascii = true;
    for (int i = from; i < to && ascii; i++) {
      ascii = bytes[i] >= 0;
    }
    if (ascii) {
      return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
    }
    if (names == null) {
      return null;
    }
    String name = decoded(from, to);
    boolean other = name == null || (!names.equals(StandardCharsets.UTF_8) && hasBlanks(name));
    return other ? null : name;
  }

  private String decoded(int from, int to) {
    try {
      return names.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static boolean hasBlanks(String name) {
    return name.chars().anyMatch(c -> c > LAST_OF_ASCII && c <= NO_BREAK_SPACE);
  }
}
