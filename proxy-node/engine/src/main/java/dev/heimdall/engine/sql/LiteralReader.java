package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Reads the values of the string literals in a text, for who asks for them. Thread-safe. */
public final class LiteralReader {
  private final Dialect dialect;

  public LiteralReader(Dialect dialect) {
    this.dialect = dialect;
  }

  /**
   * The values of all string literals of a text, up to the place where it cannot be read.
   *
   * @param standardStrings whether a backslash in a plain literal is just that
   */
  public Set<String> read(byte[] sql, int offset, int length, boolean standardStrings) {
    Lexer lexer = Lexer.of(dialect, false);
    lexer.reset(sql, offset, length, standardStrings);
    Set<String> values = new HashSet<>();
    byte[] value = new byte[length];
    for (int token = lexer.next(); token != Lexer.END; token = lexer.next()) {
      switch (token) {
        case Lexer.STRING -> values.add(quoted(lexer, false, value));
        case Lexer.ESCAPE_STRING, Lexer.UNICODE_STRING ->
            values.add(quoted(lexer, token == Lexer.ESCAPE_STRING, value));
        case Lexer.DOLLAR_STRING ->
            values.add(Lexer.decode(lexer.text(), lexer.contentStart(), lexer.contentEnd()));
        case Lexer.BROKEN -> {
          return values;
        }
        default -> {}
      }
    }
    return values;
  }

  private static String quoted(Lexer lexer, boolean escapes, byte[] value) {
    byte[] text = lexer.text();
    byte quote = text[lexer.contentStart() - 1];
    int length = 0;
    for (int i = lexer.contentStart(); i < lexer.contentEnd(); i++) {
      byte b = text[i];
      boolean more = i + 1 < lexer.contentEnd();
      if (more && b == quote && text[i + 1] == quote) {
        i++;
      } else if (more && escapes && b == '\\') {
        b = control(text[++i]);
      }
      value[length++] = b;
    }
    return new String(value, 0, length, StandardCharsets.UTF_8);
  }

  /** What a letter after a backslash stands for; any other sign stands for itself. */
  private static byte control(byte letter) {
    int at = "bfnrt".indexOf(letter);
    return at < 0 ? letter : (byte) "\b\f\n\r\t".charAt(at);
  }
}
