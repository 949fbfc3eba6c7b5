package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Reads the values of the string literals in a text, for who asks for them. Thread-safe. */
public final class LiteralReader {
  private final Lexers lexers;

  public LiteralReader(Lexers lexers) {
    this.lexers = lexers;
  }

  /**
   * The values of all string literals of a text, up to the place where it cannot be read.
   *
   * @param lexerMode how their session has texts cut into tokens; where that is doubtful, the
   *     values by each way are found
   */
  public Set<String> read(byte[] sql, int offset, int length, LexerMode lexerMode) {
    Set<String> values = new HashSet<>();
    if (!lexerMode.doubtful()) {
      read(sql, offset, length, lexerMode, values);
      return values;
    }
    for (boolean escapes : new boolean[] {false, true}) {
      for (boolean names : new boolean[] {false, true}) {
        read(sql, offset, length, new LexerMode(escapes, names, false), values);
      }
    }
    return values;
  }

  private void read(byte[] sql, int offset, int length, LexerMode lexerMode, Set<String> values) {
    Lexer lexer = lexers.lexer(false);
    lexer.reset(sql, offset, length, lexerMode);
    int token = lexer.next();
    while (token != Lexer.END && token != Lexer.BROKEN) {
      switch (token) {
        case Lexer.STRING ->
            values.add(decoded(undoubled(joined(lexer, false), lexer.text()[lexer.end() - 1])));
        case Lexer.ESCAPE_STRING -> values.add(decoded(EscapedText.decode(joined(lexer, true))));
        case Lexer.UNICODE_STRING -> {
          byte[] content = joined(lexer, false);
          token = lexer.next();
          char escape = '\\';
          if (token == Lexer.WORD && isUescape(lexer)) {
            token = lexer.next();
            boolean one = token == Lexer.STRING && lexer.contentEnd() - lexer.contentStart() == 1;
            escape = one ? (char) lexer.text()[lexer.contentStart()] : 0;
            token = one ? lexer.next() : token;
          }
          String value = UnicodeEscapes.decode(content, '\'', escape);
          values.add(value == null ? decoded(undoubled(content, (byte) '\'')) : value);
          continue;
        }
        case Lexer.DOLLAR_STRING ->
            values.add(Lexer.decode(lexer.text(), lexer.contentStart(), lexer.contentEnd()));
        default -> {}
      }
      token = lexer.next();
    }
  }

  private static boolean isUescape(Lexer lexer) {
    return Lexer.decode(lexer.text(), lexer.start(), lexer.end()).equalsIgnoreCase("uescape");
  }

  private static String decoded(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }

  /**
   * Returns the text between the quotes, with the parts of a literal that goes on in further quotes
   * joined; quotes stay doubled and escapes as they are.
   */
  private static byte[] joined(Lexer lexer, boolean escapes) {
    byte[] text = lexer.text();
    byte quote = text[lexer.end() - 1];
    byte[] value = new byte[lexer.contentEnd() - lexer.contentStart()];
    int length = 0;
    int i = lexer.contentStart();
    while (i < lexer.contentEnd()) {
      byte b = text[i++];
      boolean pair = b == quote || (escapes && b == '\\');
      if (b == quote && text[i] != quote) {
        i = lexer.continuation(i); // it ended here, and goes on
        continue;
      }
      value[length++] = b;
      if (pair && i < lexer.contentEnd()) {
        value[length++] = text[i++];
      }
    }
    return Arrays.copyOf(value, length);
  }

  private static byte[] undoubled(byte[] content, byte quote) {
    byte[] value = new byte[content.length];
    int length = 0;
    for (int i = 0; i < content.length; i++) {
      value[length++] = content[i];
      i += content[i] == quote ? 1 : 0;
    }
    return Arrays.copyOf(value, length);
  }
}
