package dev.heimdall.engine.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The words of an admin statement. Far less than SQL: words (which may hold dots and dashes, as
 * names of virtual databases do), quoted names, string literals, whole numbers, single symbols;
 * comments are skipped.
 */
public final class Tokens {
  public enum Kind {
    WORD,
    QUOTED,
    STRING,
    NUMBER,
    SYMBOL
  }

  public record Token(Kind kind, String text) {
    /** True if this is the word, in whatever case. */
    public boolean is(String word) {
      return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }

    /** True if it may name something. */
    public boolean isName() {
      return kind == Kind.WORD || kind == Kind.QUOTED;
    }

    public boolean symbol(char symbol) {
      return kind == Kind.SYMBOL && text.charAt(0) == symbol;
    }

    public String lower() {
      return text.toLowerCase(Locale.ROOT);
    }
  }

  /** A quote or comment without its end. */
  public static final class Unterminated extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unterminated(String what) {
      super("unterminated " + what, null, false, false);
    }
  }

  private final String sql;
  private int at;

  private Tokens(String sql) {
    this.sql = sql;
  }

  /**
   * The tokens of each statement, split at semicolons; empty statements are left out.
   *
   * @throws Unterminated for a quote or comment that is not closed
   */
  public static List<List<Token>> statements(String sql) {
    Tokens scanner = new Tokens(sql);
    List<List<Token>> statements = new ArrayList<>();
    List<Token> current = new ArrayList<>();
    for (Token token = scanner.next(); token != null; token = scanner.next()) {
      if (!token.symbol(';')) {
        current.add(token);
      } else if (!current.isEmpty()) {
        statements.add(current);
        current = new ArrayList<>();
      }
    }
    if (!current.isEmpty()) {
      statements.add(current);
    }
    return statements;
  }

  /** True if the statement begins with these words, which have one blank between them. */
  public static boolean begins(List<Token> statement, String words) {
    String[] expected = words.split(" ");
    if (statement.size() < expected.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (!statement.get(i).is(expected[i])) {
        return false;
      }
    }
    return true;
  }

  private Token next() {
    skipBlank();
    if (at >= sql.length()) {
      return null;
    }
    char c = sql.charAt(at);
    if (c == '\'') {
      return new Token(Kind.STRING, quoted('\''));
    }
    if (c == '"') {
      return new Token(Kind.QUOTED, quoted('"'));
    }
    int start = at;
    if (isDigit(c)) {
      while (at < sql.length() && isDigit(sql.charAt(at))) {
        at++;
      }
      return new Token(Kind.NUMBER, sql.substring(start, at));
    }
    if (Character.isLetter(c) || c == '_') {
      while (at < sql.length() && continuesWord()) {
        at++;
      }
      return new Token(Kind.WORD, sql.substring(start, at));
    }
    at++;
    return new Token(Kind.SYMBOL, String.valueOf(c));
  }

  private void skipBlank() {
    while (at < sql.length()) {
      if (Character.isWhitespace(sql.charAt(at))) {
        at++;
      } else if (sql.startsWith("--", at)) {
        int end = sql.indexOf('\n', at);
        at = end < 0 ? sql.length() : end + 1;
      } else if (sql.startsWith("/*", at)) {
        int end = sql.indexOf("*/", at + 2);
        if (end < 0) {
          throw new Unterminated("comment");
        }
        at = end + 2;
      } else {
        return;
      }
    }
  }

  /** Reads up to the closing quote; a doubled one stands for itself. */
  private String quoted(char quote) {
    StringBuilder text = new StringBuilder();
    for (int i = at + 1; i < sql.length(); i++) {
      char c = sql.charAt(i);
      if (c != quote) {
        text.append(c);
      } else if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
        text.append(quote);
        i++;
      } else {
        at = i + 1;
        return text.toString();
      }
    }
    throw new Unterminated(quote == '"' ? "quoted identifier" : "quoted string");
  }

  private boolean continuesWord() {
    char c = sql.charAt(at);
    if (c == '-') {
      return !sql.startsWith("--", at);
    }
    return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == '.';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
