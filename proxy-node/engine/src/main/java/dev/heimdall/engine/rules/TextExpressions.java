package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.LiteralReader;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.model.RuleExpression;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All different expressions about the text that a book has, tried together. Thread-safe. */
final class TextExpressions {
  /** Steps that may be taken on an event loop for one statement: a millisecond or few. */
  private static final long MOST_STEPS = 2_000_000;

  /** A longer text is not even searched for words on an event loop. */
  private static final int LONGEST = 256 * 1024;

  private final List<TextExpression> expressions;
  private final WordSearch words;
  private final int[][] needed;
  private final boolean literals;
  private final boolean beginningsOnly;
  private final int most;
  private final LiteralReader reader;

  private TextExpressions(List<TextExpression> expressions, SqlDialect dialect) {
    this.reader = new LiteralReader(dialect);
    this.expressions = List.copyOf(expressions);
    Map<String, Integer> ids = new LinkedHashMap<>();
    needed = new int[expressions.size()][];
    for (TextExpression expression : expressions) {
      if (expression.needed() != null) {
        needed[expression.id()] =
            expression.needed().stream()
                .mapToInt(word -> ids.computeIfAbsent(word, w -> ids.size()))
                .toArray();
      }
    }
    words =
        new WordSearch(
            ids.keySet().stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList());
    beginningsOnly = expressions.stream().noneMatch(TextExpression::looksAtAll);
    most = expressions.stream().mapToInt(TextExpression::longest).max().orElse(0);
    literals = expressions.stream().anyMatch(TextExpression::looksAtLiterals);
  }

  /** Collects expressions while rules are compiled; equal ones become one. */
  static final class Builder {
    private final Map<String, TextExpression> byText = new LinkedHashMap<>();
    private final RulePatterns patterns;

    Builder(RulePatterns patterns) {
      this.patterns = patterns;
    }

    TextExpression add(RuleExpression expression) {
      return byText.computeIfAbsent(
          expression.specifier() + ":" + expression.values(),
          text -> new TextExpression(byText.size(), expression, patterns));
    }

    TextExpressions build(SqlDialect dialect) {
      return new TextExpressions(new ArrayList<>(byText.values()), dialect);
    }
  }

  /**
   * Tries all expressions.
   *
   * @param onLoop whether the caller is an event loop that must not be held up
   * @return null when it would take too long for an event loop
   */
  TextMatches match(StatementText statement, boolean onLoop) {
    if (beginningsOnly) {
      boolean[] all = new boolean[expressions.size()];
      Arrays.fill(all, true);
      return matches(
          new MatchInput(reader, statement.beginning(most), LexerMode.STANDARD), all, true);
    }
    if (onLoop && statement.length() > LONGEST) {
      return null;
    }
    long[] present = new long[Math.max(1, words.size())];
    words.search(statement.bytes(), statement.offset(), statement.length(), present);
    boolean caseIsSafe = isCaseSafe(statement);
    boolean quotes = literals && hasQuotes(statement);
    boolean[] worth = new boolean[expressions.size()];
    long steps = quotes ? 4L * statement.length() : 0;
    for (int i = 0; i < worth.length; i++) {
      worth[i] =
          expressions.get(i).looksAtLiterals()
              ? quotes
              : !caseIsSafe || needed[i] == null || any(needed[i], present);
      steps += worth[i] ? expressions.get(i).cost(statement.length(), caseIsSafe) : 0;
    }
    if (onLoop && steps > MOST_STEPS) {
      return null;
    }
    return matches(
        new MatchInput(reader, statement.exactly(), statement.lexerMode()), worth, caseIsSafe);
  }

  private TextMatches matches(MatchInput text, boolean[] worth, boolean caseIsSafe) {
    long[] bits = new long[(worth.length + 63) >> 6];
    TextMatches.Found[] found = null;
    boolean replaced = false;
    for (int i = 0; i < worth.length; i++) {
      TextExpression expression = expressions.get(i);
      if (!worth[i] || !expression.matches(text, caseIsSafe)) {
        continue;
      }
      bits[i >> 6] |= 1L << i;
      if (expression.isCapturing()) {
        found = found == null ? new TextMatches.Found[worth.length] : found;
        found[i] = expression.found(text);
        replaced |= expression.isReplacing();
      }
    }
    return new TextMatches(bits, found, replaced ? text.whole() : null);
  }

  private static boolean any(int[] ids, long[] present) {
    for (int id : ids) {
      if ((present[id >> 6] & 1L << id) != 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasQuotes(StatementText text) {
    byte[] bytes = text.bytes();
    for (int i = text.offset(), end = i + text.length(); i < end; i++) {
      if (bytes[i] == '\'' || bytes[i] == '"' || bytes[i] == '$') {
        return true;
      }
    }
    return false;
  }

  /**
   * Two characters outside of ASCII are equal to ASCII letters when case does not count: the long s
   * and the Kelvin sign. A text with one of them is not searched for words.
   */
  private static boolean isCaseSafe(StatementText text) {
    byte[] bytes = text.bytes();
    for (int i = text.offset(), end = i + text.length() - 1; i < end; i++) {
      if (bytes[i] < 0) {
        boolean longS = bytes[i] == (byte) 0xc5 && bytes[i + 1] == (byte) 0xbf;
        boolean kelvin = bytes[i] == (byte) 0xe2 && bytes[i + 1] == (byte) 0x84;
        if (longS || kelvin) {
          return false;
        }
      }
    }
    return true;
  }
}
