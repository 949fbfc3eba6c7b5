package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PlaceholderText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A text of MySQL's with its literals, names and comments as the SQL standard has them: what a
 * client has put between quotes stays there, whatever escapes it has used, and all else is as it
 * was. Comments are left out, because they end elsewhere where they may stand in one another.
 */
public final class StandardText {
  /** Introducers that state that the following literal is in UTF-8. */
  private static final Set<String> UTF8 = Set.of("_utf8mb4", "_utf8mb3", "_utf8", "_ascii");

  private static final String BINARY = "_binary";
  private static final String ESCAPED = "0bnrtZ";
  private static final String MEANT = "\0\b\n\r\t\u001a";

  private final Lexer lexer = new MysqlLexer(false);
  private final byte[] text;
  private final StringBuilder out;
  private final List<Integer> numbers = new ArrayList<>();

  /** Introducer of the next literal as long as no other token follows. */
  private String introducer = "";

  private boolean literal;

  private StandardText(byte[] text) {
    this.text = text;
    this.out = new StringBuilder(text.length + 16);
  }

  /**
   * Reads a text as the session does that has sent it.
   *
   * @return empty if it cannot be spelled otherwise: it ends inside a token, has a comment that is
   *     run, a zero byte, or a literal that is not in UTF-8
   */
  public static Optional<PlaceholderText> of(byte[] text, LexerMode mode) {
    StandardText read = new StandardText(text);
    try {
      return mode.hiddenSigns() || mode.doubtful() || !read.all(mode)
          ? Optional.empty()
          : Optional.of(new PlaceholderText(read.out.toString(), read.numbers, false));
    } catch (CharacterCodingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private boolean all(LexerMode mode) throws CharacterCodingException {
    lexer.reset(text, 0, text.length, mode);
    int before = 0;
    while (true) {
      int token = lexer.next();
      boolean string = token == Lexer.STRING || token == Lexer.ESCAPE_STRING;
      boolean bits = token == Lexer.BIT_STRING;
      if (!(string || bits) && !introducer.isEmpty()) {
        out.append(introducer);
        introducer = "";
      }
      if (lexer.start() > before && !(string && literal)) {
        out.append(' ');
      }
      before = lexer.end();
      switch (token) {
        case Lexer.END -> {
          return true;
        }
        case Lexer.BROKEN, Lexer.EXECUTABLE, 0 -> {
          return false;
        }
        case Lexer.STRING, Lexer.ESCAPE_STRING -> string(token == Lexer.ESCAPE_STRING);
        case Lexer.BIT_STRING -> bits();
        case Lexer.QUOTED -> quoted();
        case Lexer.PARAMETER -> {
          numbers.add(numbers.size() + 1);
          out.append(" ? ");
        }
        case Lexer.WORD -> {
          if (!word()) {
            return false;
          }
        }
        case '-', '/', '*' -> {
          // Next to each other they would begin a comment.
          if (!out.isEmpty() && "-/*".indexOf(out.charAt(out.length() - 1)) >= 0) {
            out.append(' ');
          }
          out.append((char) token);
        }
        default -> out.append(utf8(lexer.start(), lexer.end()));
      }
      literal = string && out.charAt(out.length() - 1) == '\'';
    }
  }

  private boolean word() throws CharacterCodingException {
    String word = utf8(lexer.start(), lexer.end());
    String small = word.toLowerCase(Locale.ROOT);
    if (UTF8.contains(small) || small.equals(BINARY)) {
      introducer = word;
    } else {
      out.append(word);
    }
    // Where it begins no name, a dollar sign begins something else there.
    return word.indexOf('$') < 0 || !(word.charAt(0) == '$' || Character.isDigit(word.charAt(0)));
  }

  private void string(boolean escapes) throws CharacterCodingException {
    byte[] value = value(escapes);
    boolean binary = introducer.equalsIgnoreCase(BINARY);
    introducer = "";
    if (binary) {
      bytes(HexFormat.of().formatHex(value));
      return;
    }
    String content = utf8(value, 0, value.length).replace("'", "''");
    if (content.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a zero byte");
    }
    if (literal) {
      out.setLength(out.length() - 1); // it goes on
    } else {
      out.append('\'');
    }
    out.append(content).append('\'');
  }

  /** Returns the text between the quotes, without the characters that only keep it there. */
  private byte[] value(boolean escapes) {
    byte quote = text[lexer.end() - 1];
    byte[] value = new byte[lexer.contentEnd() - lexer.contentStart()];
    int length = 0;
    for (int i = lexer.contentStart(); i < lexer.contentEnd(); i++) {
      byte b = text[i];
      if (b == quote) {
        i++;
      } else if (b == '\\' && escapes) {
        byte next = text[++i];
        int known = ESCAPED.indexOf(next);
        if (next == '%' || next == '_') {
          value[length++] = b;
        }
        b = known < 0 ? next : (byte) MEANT.charAt(known);
      }
      value[length++] = b;
    }
    return Arrays.copyOf(value, length);
  }

  private void bits() throws CharacterCodingException {
    introducer = "";
    String digits = utf8(lexer.contentStart(), lexer.contentEnd());
    if ((text[lexer.start()] | 0x20) == 'x') {
      HexFormat.of().parseHex(digits);
      bytes(digits);
    } else if (!digits.chars().allMatch(c -> c == '0' || c == '1')) {
      throw new IllegalArgumentException("no bits");
    } else {
      out.append("B'").append(digits).append('\'');
    }
  }

  private void bytes(String hex) {
    out.append("CAST('\\x").append(hex).append("' AS bytea)");
  }

  private void quoted() throws CharacterCodingException {
    String name = utf8(lexer.contentStart(), lexer.contentEnd());
    String quote = String.valueOf((char) text[lexer.end() - 1]);
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a zero byte");
    }
    out.append('"').append(name.replace(quote + quote, quote).replace("\"", "\"\"")).append('"');
  }

  private String utf8(int from, int to) throws CharacterCodingException {
    return utf8(text, from, to);
  }

  private static String utf8(byte[] bytes, int from, int to) throws CharacterCodingException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(bytes, from, to - from))
        .toString();
  }
}
