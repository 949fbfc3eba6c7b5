package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.sql.Lexer;

/**
 * Text between two brackets, as far as it may be the list of a SELECT: the entry in which the last
 * token stands, and whether that has a name of its own.
 */
final class SelectList {
  private enum Place {
    OUTSIDE,
    /** Right behind SELECT and its options, or behind a comma. */
    BEFORE_ENTRY,
    ENTRY
  }

  private Place place = Place.OUTSIDE;
  private int start;
  private boolean named;

  /** True if the call stands in the entry. */
  private boolean called;

  /** True if the last token, and the one before it, may end an operand. */
  private boolean operand;

  private boolean operandBefore;

  /** True if the last token may be a name. */
  private boolean name;

  /** Number of open CASEs; the END of one is no name. */
  private int cases;

  /**
   * Goes on with the next token.
   *
   * @param word in small letters, where it is one
   */
  void next(int token, String word, int at) {
    if (token == ';' || endsList(word)) {
      place = Place.OUTSIDE;
    } else if (word.equals("select") || (place == Place.ENTRY && token == ',')) {
      place = Place.BEFORE_ENTRY;
    } else if (place == Place.ENTRY || (place == Place.BEFORE_ENTRY && !isOption(word))) {
      within(token, word, at);
    }
  }

  /** The call comes next, or something in brackets that it stands in. */
  void call() {
    called = place == Place.ENTRY;
  }

  /** True if this token comes behind the entry that the call stands in. */
  boolean leavesCall(int token, String word) {
    return called
        && place == Place.ENTRY
        && (token < 0 || token == ')' || token == ',' || token == ';' || endsList(word));
  }

  private void within(int token, String word, int at) {
    if (place == Place.BEFORE_ENTRY) {
      place = Place.ENTRY;
      start = at;
      named = false;
      called = false;
      operand = false;
      cases = 0;
    }
    named |= word.equals("as");
    cases += word.equals("case") ? 1 : 0;
    boolean ends = cases > 0 && word.equals("end");
    cases -= ends ? 1 : 0;
    operandBefore = operand && !ends;
    name = token == Lexer.QUOTED || isText(token) || (token == Lexer.WORD && !isReserved(word));
    operand =
        token == ')'
            || token == Lexer.QUOTED
            || token == Lexer.NUMBER
            || token == Lexer.BIT_STRING
            || isText(token)
            || (token == Lexer.WORD && !isOperator(word));
  }

  private static boolean isText(int token) {
    return token == Lexer.STRING || token == Lexer.ESCAPE_STRING;
  }

  /** True if the next token begins an entry. */
  boolean beginsEntry() {
    return place == Place.BEFORE_ENTRY;
  }

  /** Start of the entry if the servers name it by its text; -1 where it has another name. */
  int unnamedFrom() {
    return named || (name && operandBefore) ? -1 : start;
  }

  private static boolean endsList(String word) {
    return switch (word) {
      case "from",
          "into",
          "where",
          "group",
          "having",
          "order",
          "limit",
          "union",
          "except",
          "intersect",
          "procedure",
          "for",
          "lock" ->
          true;
      default -> false;
    };
  }

  private static boolean isOption(String word) {
    return switch (word) {
      case "all",
          "distinct",
          "distinctrow",
          "high_priority",
          "straight_join",
          "sql_small_result",
          "sql_big_result",
          "sql_buffer_result",
          "sql_cache",
          "sql_no_cache",
          "sql_calc_found_rows" ->
          true;
      default -> false;
    };
  }

  /** True if an operand follows. */
  private static boolean isOperator(String word) {
    return switch (word) {
      case "and",
          "or",
          "xor",
          "not",
          "div",
          "mod",
          "is",
          "in",
          "like",
          "rlike",
          "regexp",
          "between",
          "binary",
          "collate",
          "interval",
          "case",
          "when",
          "then",
          "else",
          "escape",
          "exists",
          "distinct" ->
          true;
      default -> false;
    };
  }

  /** True if it stands behind an operand and is no name. */
  private static boolean isReserved(String word) {
    return switch (word) {
      case "null", "true", "false" -> true;
      default -> isOperator(word);
    };
  }
}
