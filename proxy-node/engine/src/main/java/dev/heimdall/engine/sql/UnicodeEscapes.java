package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;

/** Decodes PostgreSQL's {@code U&"…"} and {@code U&'…'}. */
public final class UnicodeEscapes {
  private UnicodeEscapes() {}

  /**
   * The text that stands between the quotes, with its escapes replaced.
   *
   * @param quote the quote, which stands for itself if doubled
   * @param escape begins a character by its number
   * @return null where the server would refuse it
   */
  public static String decode(byte[] content, char quote, char escape) {
    if (!isEscape(escape)) {
      return null;
    }
    String text = Lexer.decode(content, 0, content.length);
    StringBuilder decoded = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == quote) {
        i++; // the second one follows
      } else if (c == escape) {
        if (i + 1 < text.length() && text.charAt(i + 1) == escape) {
          i++;
        } else {
          boolean wide = i + 1 < text.length() && text.charAt(i + 1) == '+';
          int from = i + (wide ? 2 : 1);
          int to = from + (wide ? 6 : 4);
          int point = number(text, from, to);
          if (point <= 0 || point > Character.MAX_CODE_POINT) {
            return null;
          }
          decoded.appendCodePoint(point);
          i = to;
          continue;
        }
      }
      decoded.append(c);
      i++;
    }
    String result = decoded.toString();
    boolean whole = StandardCharsets.UTF_8.newEncoder().canEncode(result);
    return whole ? result : null; // else half of a pair of surrogates is missing
  }

  /** Any sign but a hexadecimal digit, a plus, a quote or white space. */
  private static boolean isEscape(char sign) {
    return sign > 0
        && sign < 128
        && Character.digit(sign, 16) < 0
        && "+'\" \t\n\r\f\013".indexOf(sign) < 0;
  }

  private static int number(String text, int from, int to) {
    if (to > text.length()) {
      return -1;
    }
    int number = 0;
    for (int i = from; i < to; i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit < 0 || text.charAt(i) > 127) {
        return -1;
      }
      number = number * 16 + digit;
    }
    return number;
  }
}
