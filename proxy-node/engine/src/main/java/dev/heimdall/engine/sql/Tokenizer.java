package dev.heimdall.engine.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Makes values of the tokens of a statement, for readers that are in no hurry. Lists of literals
 * are shortened as {@link Fingerprinter} shortens them, so that statements with the same
 * fingerprint have the same tokens, but for the kinds of their literals. In a DO statement literals
 * are code, and keep their content. Not thread safe.
 */
public final class Tokenizer {
  private static final Token ITEM = new Token(Token.Type.NUMBER, "");

  private final Operators operators;
  private final boolean foldsNames;
  private final boolean keepsLiterals;
  private final Lexer lexer;
  private List<Token> tokens = List.of();
  private final LiteralList list =
      new LiteralList(
          new LiteralList.Sink() {
            @Override
            public void sign(int token) {
              tokens.add(new Token(Token.Type.SIGN, String.valueOf((char) token)));
            }

            @Override
            public void item() {
              tokens.add(ITEM);
            }
          });

  public Tokenizer(SqlDialect dialect) {
    this(dialect, false);
  }

  /**
   * Makes one that may keep literals.
   *
   * @param keepsLiterals whether tokens of literals have them as they are written
   */
  public Tokenizer(SqlDialect dialect, boolean keepsLiterals) {
    this.keepsLiterals = keepsLiterals;
    operators = dialect.operators();
    foldsNames = dialect.foldsNames();
    lexer = dialect.lexer(true);
  }

  /**
   * The tokens of the {@code length} bytes of {@code sql} from {@code offset}; null if the text
   * ends inside a token or has more than {@code most} tokens.
   */
  public List<Token> read(byte[] sql, int offset, int length, LexerMode lexerMode, int most) {
    return readAll(sql, offset, length, lexerMode, most) ? tokens : null;
  }

  /** As {@link #read}, however many tokens; those before the place where the text breaks off. */
  public List<Token> readable(byte[] sql, int offset, int length, LexerMode lexerMode) {
    readAll(sql, offset, length, lexerMode, Integer.MAX_VALUE);
    return tokens;
  }

  private boolean readAll(byte[] sql, int offset, int length, LexerMode lexerMode, int most) {
    tokens = new ArrayList<>();
    lexer.reset(sql, offset, length, lexerMode);
    list.reset();
    Token sign = null;
    while (true) {
      int token = lexer.next();
      if (sign != null && token != Lexer.NUMBER) {
        list.interrupt();
        tokens.add(sign);
      }
      boolean signed = sign != null;
      sign = null;
      if (token == Lexer.END) {
        list.interrupt();
        return true;
      }
      if (token == Lexer.BROKEN || tokens.size() >= most) {
        return false;
      }
      boolean startsItem = signed || isSign(last(), "(") || isSign(last(), ",");
      Token next = token(token);
      if ((next.isSign("-") || next.isSign("+")) && (list.isOpen() || startsItem)) {
        sign = next;
        continue;
      }
      if (list.isOpen() && list.takes(listToken(next))) {
        continue;
      }
      Token before = last();
      tokens.add(next);
      open(before, next);
    }
  }

  private void open(Token before, Token bracket) {
    if (before == null || list.isOpen()) {
      return;
    }
    if (isSign(bracket, "(") && before.is("in")) {
      list.open();
    } else if (isSign(bracket, "(") && (before.is("values") || before.is("value"))) {
      list.openRows();
    } else if (isSign(bracket, "[") && before.is("array")) {
      list.open();
    }
  }

  private Token last() {
    return tokens.isEmpty() ? null : tokens.get(tokens.size() - 1);
  }

  private static boolean isSign(Token token, String sign) {
    return token != null && token.isSign(sign);
  }

  private static int listToken(Token token) {
    return switch (token.type()) {
      case STRING, NUMBER, PARAMETER -> LiteralList.ITEM;
      case SIGN -> token.text().charAt(0);
      default -> ' ';
    };
  }

  private Token token(int token) {
    return switch (token) {
      case Lexer.WORD -> new Token(Token.Type.WORD, word());
      case Lexer.QUOTED -> new Token(Token.Type.QUOTED, quoted());
      case Lexer.STRING,
          Lexer.ESCAPE_STRING,
          Lexer.UNICODE_STRING,
          Lexer.BIT_STRING,
          Lexer.DOLLAR_STRING ->
          inCodeBlock() ? code(token) : new Token(Token.Type.STRING, literal());
      case Lexer.NUMBER -> ITEM;
      case Lexer.PARAMETER -> new Token(Token.Type.PARAMETER, "");
      case Lexer.HINT ->
          new Token(
              Token.Type.HINT,
              Lexer.decode(lexer.text(), lexer.contentStart(), lexer.contentEnd()).strip());
      case Lexer.UNICODE_QUOTED -> unicodeQuoted();
      case Lexer.EXECUTABLE -> new Token(Token.Type.OPAQUE, "");
      default -> new Token(Token.Type.SIGN, sign(token));
    };
  }

  /** {@code U&"…"} with the {@code UESCAPE} after it, if there is one. */
  private Token unicodeQuoted() {
    int content = lexer.contentStart();
    int contentEnd = lexer.contentEnd();
    int end = lexer.end();
    char escape = '\\';
    boolean isEscape =
        lexer.next() == Lexer.WORD
            && Lexer.decode(lexer.text(), lexer.start(), lexer.end()).equalsIgnoreCase("uescape");
    if (isEscape) {
      boolean oneSign =
          lexer.next() == Lexer.STRING && lexer.contentEnd() - lexer.contentStart() == 1;
      escape = oneSign ? (char) lexer.text()[lexer.contentStart()] : 0;
    } else {
      lexer.resume(end);
    }
    byte[] quoted = Arrays.copyOfRange(lexer.text(), content, contentEnd);
    String name = escape == 0 ? null : UnicodeEscapes.decode(quoted, '"', escape);
    return name == null
        ? new Token(Token.Type.OPAQUE, "")
        : new Token(Token.Type.QUOTED, Lexer.clipped(name));
  }

  /** True if the statement is a DO, as far as it was read. */
  private boolean inCodeBlock() {
    for (Token token : tokens) {
      if (token.type() != Token.Type.HINT) {
        return token.is("do");
      }
    }
    return false;
  }

  /**
   * The body of a DO statement, or the name of its language. Doubled quotes are read; escapes and
   * continued literals are not worth the trouble.
   */
  private Token code(int token) {
    String content = Lexer.decode(lexer.text(), lexer.contentStart(), lexer.contentEnd());
    boolean verbatim = token == Lexer.DOLLAR_STRING || (token == Lexer.STRING && lexer.plain());
    if (verbatim) {
      return new Token(Token.Type.STRING, content);
    }
    String undoubled = content.replace("''", "");
    if (token != Lexer.STRING
        || lexer.lexerMode().backslashEscapes()
        || undoubled.indexOf('\'') >= 0) {
      return new Token(Token.Type.OPAQUE, "");
    }
    return new Token(Token.Type.STRING, content.replace("''", "'"));
  }

  private String literal() {
    return keepsLiterals ? Lexer.decode(lexer.text(), lexer.start(), lexer.end()) : "";
  }

  private String sign(int token) {
    if (operators.isIn(token)) {
      int end = operators.end(lexer.text(), lexer.start(), lexer.limit());
      lexer.resume(end);
      return Lexer.decode(lexer.text(), lexer.start(), end);
    }
    return String.valueOf((char) token);
  }

  private String word() {
    if (foldsNames) {
      return lexer.identifier(lexer.start(), lexer.end());
    }
    String word = Lexer.decode(lexer.text(), lexer.start(), lexer.end());
    boolean keyword = ReservedWords.contains(lexer.text(), lexer.start(), lexer.end());
    return keyword ? word.toLowerCase(Locale.ROOT) : word;
  }

  private String quoted() {
    if (foldsNames) {
      return lexer.identifier(lexer.start(), lexer.end());
    }
    String content = Lexer.decode(lexer.text(), lexer.contentStart(), lexer.contentEnd());
    char close = (char) lexer.text()[lexer.end() - 1];
    return content.replace("" + close + close, String.valueOf(close));
  }
}
