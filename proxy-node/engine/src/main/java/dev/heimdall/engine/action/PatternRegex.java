package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.Token;
import dev.heimdall.engine.sql.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes a regular expression that matches a statement with any other literals, and nothing else. It
 * does not match literals with backslashes, whose meaning depends on a setting, nor those between
 * dollar signs and numbers that are not decimal. People read and edit it, so it is short: one flag
 * says that words have no case.
 */
public final class PatternRegex {
  private static final int MOST_TOKENS = 2_000;
  private static final int LONGEST = 8_192;

  private static final String LITERAL =
      "(?:(?:[ebxn]|u&)?'(?:[^'\\\\]|'')*'|\\$\\d+"
          + "|[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?)";

  /** Literal or parameter, which is a question mark in texts to be prepared. */
  private static final String LITERAL_OR_MARK = LITERAL.replaceFirst("\\(\\?:", "(?:\\\\?|");

  /** A quoted name, or a place of a value. */
  private static final Pattern VALUE = Pattern.compile("\"[^\"]*\"|`[^`]*`|(\\?)");

  private final List<Token> tokens;

  /** Characters around quoted names. */
  private final String opening;

  private final String closing;

  private final String literal;

  private final StringBuilder regex = new StringBuilder("(?i)^\\s*");
  private int at;

  private PatternRegex(List<Token> tokens, SqlDialect dialect) {
    this.tokens = tokens;
    this.opening = String.valueOf(dialect.openingQuote());
    this.closing = String.valueOf(dialect.closingQuote());
    this.literal = dialect.hasQuestionMarks() ? LITERAL_OR_MARK : LITERAL;
  }

  /** Empty when the text is too long, or has something in it that cannot be read for certain. */
  static Optional<String> of(String sql, SqlDialect dialect, LexerMode lexerMode) {
    if (sql.contains("U&\"") || sql.contains("u&\"")) {
      // Tokens have what such a name means, a pattern needs how it is spelled.
      return Optional.empty();
    }
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    List<Token> tokens = new Tokenizer(dialect).read(text, 0, text.length, lexerMode, MOST_TOKENS);
    if (tokens == null
        || tokens.isEmpty()
        || tokens.stream()
            .anyMatch(t -> t.type() == Token.Type.OPAQUE || t.type() == Token.Type.HINT)) {
      return Optional.empty();
    }
    return Optional.of(new PatternRegex(tokens, dialect).build())
        .filter(r -> r.length() <= LONGEST);
  }

  /**
   * Returns the pattern of a normalised text, whose question marks stand for literals.
   *
   * @return empty, too, for one of which the end is not shown
   */
  public static Optional<String> ofNormalised(String normalised, SqlDialect dialect) {
    if (normalised.contains("…") || normalised.startsWith("(a text")) {
      return Optional.empty();
    }
    String sql = VALUE.matcher(normalised).replaceAll(m -> m.group(1) == null ? "$0" : "1");
    return of(sql, dialect, dialect.usualMode());
  }

  private String build() {
    int end = tokens.size();
    while (end > 1 && tokens.get(end - 1).isSign(";")) {
      end--;
    }
    while (at < end) {
      gap();
      if (!rows(end)) {
        one(tokens.get(at));
        at++;
      }
    }
    return regex.append("\\s*;?\\s*$").toString();
  }

  private void gap() {
    if (at == 0) {
      return;
    }
    boolean afterWord = tokens.get(at - 1).type() == Token.Type.WORD;
    Token next = tokens.get(at);
    if (afterWord && next.type() == Token.Type.WORD) {
      regex.append("\\s+");
    } else {
      // A number right after a word would be a part of it.
      regex.append(afterWord && isLiteral(next) ? "(?:\\s+|\\b)" : "\\s*");
    }
  }

  private static boolean isLiteral(Token token) {
    return token.type() == Token.Type.STRING
        || token.type() == Token.Type.NUMBER
        || token.type() == Token.Type.PARAMETER;
  }

  private void one(Token token) {
    switch (token.type()) {
      case WORD -> regex.append(quoted(token.text()));
      case QUOTED ->
          regex
              .append("(?-i:")
              .append(quoted(opening))
              .append(quoted(token.text().replace(closing, closing + closing)))
              .append(quoted(closing))
              .append(')');
      case SIGN -> regex.append(quoted(token.text()));
      default -> regex.append(isInList() ? literal + "(?:\\s*,\\s*" + literal + ")*" : literal);
    }
  }

  /** True if this is the only literal in the brackets of IN or ARRAY, which stands for any many. */
  private boolean isInList() {
    return at >= 2
        && at + 1 < tokens.size()
        && ((tokens.get(at - 1).isSign("(") && tokens.get(at - 2).is("in") && sign(at + 1, ")"))
            || (tokens.get(at - 1).isSign("[")
                && tokens.get(at - 2).is("array")
                && sign(at + 1, "]")));
  }

  private boolean sign(int index, String sign) {
    return index < tokens.size() && tokens.get(index).isSign(sign);
  }

  /** A row of literals after VALUES, which stands for any number of rows. */
  private boolean rows(int end) {
    if (at == 0 || !tokens.get(at - 1).is("values") || !sign(at, "(")) {
      return false;
    }
    StringBuilder row = new StringBuilder("\\(\\s*");
    int p = at + 1;
    while (p + 1 < end && isLiteral(tokens.get(p)) && sign(p + 1, ",")) {
      row.append(literal).append("\\s*,\\s*");
      p += 2;
    }
    if (p + 1 >= end || !isLiteral(tokens.get(p)) || !sign(p + 1, ")")) {
      return false;
    }
    row.append(literal).append("\\s*\\)");
    regex.append(row).append("(?:\\s*,\\s*").append(row).append(")*");
    at = p + 2;
    return true;
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (c < 128 && !Character.isLetterOrDigit(c) && c != '_' && c != '"' && c != '`') {
                quoted.append('\\');
              }
              quoted.appendCodePoint(c);
            });
    return quoted.toString();
  }
}
