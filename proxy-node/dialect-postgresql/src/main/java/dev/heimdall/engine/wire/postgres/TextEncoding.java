package dev.heimdall.engine.wire.postgres;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** The characters of {@code client_encoding}, in which a server sends all texts. */
public final class TextEncoding {
  /** Setting that names it. */
  public static final String SETTING = "client_encoding";

  /** Encodings that have another name in Java, or none. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("EUC_CN", "GB2312"),
          Map.entry("EUC_JP", "EUC-JP"),
          Map.entry("EUC_KR", "EUC-KR"),
          Map.entry("EUC_TW", "x-EUC-TW"),
          Map.entry("JOHAB", "x-Johab"),
          Map.entry("KOI8R", "KOI8-R"),
          Map.entry("KOI8U", "KOI8-U"),
          Map.entry("LATIN1", "ISO-8859-1"),
          Map.entry("LATIN2", "ISO-8859-2"),
          Map.entry("LATIN3", "ISO-8859-3"),
          Map.entry("LATIN4", "ISO-8859-4"),
          Map.entry("LATIN5", "ISO-8859-9"),
          Map.entry("LATIN7", "ISO-8859-13"),
          Map.entry("LATIN9", "ISO-8859-15"),
          Map.entry("LATIN10", "ISO-8859-16"),
          Map.entry("UHC", "x-windows-949"),
          Map.entry("WIN866", "IBM866"),
          Map.entry("WIN874", "x-windows-874"));

  private TextEncoding() {}

  /**
   * @param reported values that a server has reported on a connection
   * @return UTF-8 also where it has not, or what it has, such as SQL_ASCII, says nothing of
   *     characters
   */
  public static Charset of(Map<String, String> reported) {
    String name = reported.get(SETTING);
    if (name == null || name.equals("UTF8")) {
      return StandardCharsets.UTF_8;
    }
    String plain = name.toUpperCase(Locale.ROOT);
    String java = NAMES.get(plain);
    if (java == null) {
      java = plain.startsWith("WIN") ? "windows-" + plain.substring(3) : plain.replace('_', '-');
    }
    return Charset.isSupported(java) ? Charset.forName(java) : StandardCharsets.UTF_8;
  }
}
