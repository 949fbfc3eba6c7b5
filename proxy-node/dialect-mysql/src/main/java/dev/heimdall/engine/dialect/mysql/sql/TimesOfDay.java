package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.QuerySyntax;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.NameSet;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Finds what a statement of MySQL or MariaDB has of times without a date, and of what needs a date:
 * where the one becomes the other, the server adds that of today.
 */
final class TimesOfDay {
  private static final Set<String> RETURNING_TIMES =
      QuerySyntax.words("addtime maketime sec_to_time str_to_date subtime time timediff");

  private static final Set<String> TAKING_DATES =
      QuerySyntax.words(
          "add_months adddate convert_tz date date_add date_format date_sub datediff datetime day"
              + " dayname dayofmonth dayofweek dayofyear extract from_days from_unixtime last_day"
              + " makedate month monthname quarter subdate timestamp timestampadd timestampdiff"
              + " to_char to_days to_seconds trunc unix_timestamp week weekday weekofyear year"
              + " yearweek");

  private static final Set<String> DATES = QuerySyntax.words("date datetime timestamp");

  private static final Set<String> COMBINING = QuerySyntax.words("except intersect minus union");

  private static final Set<String> NAMING_NO_COLUMNS = QuerySyntax.words("natural table");

  private static final Set<String> COMPARING = Set.of("=", "<", ">", "!");

  /** Words that may follow an element of a list of columns. */
  private static final Set<String> AFTER_ELEMENTS =
      QuerySyntax.words("asc desc from having into limit offset order where");

  private final List<Token> tokens;
  private final boolean combines;

  TimesOfDay(List<Token> tokens) {
    this.tokens = tokens;
    combines = tokens.stream().anyMatch(token -> COMBINING.contains(word(token)));
  }

  void note(Findings findings) {
    int depth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = at(i);
      depth += token.isSign("(") ? 1 : token.isSign(")") ? -1 : 0;
      String word = word(token);
      boolean called = at(i + 1).isSign("(");
      if (called && RETURNING_TIMES.contains(word) || isType(i, word, "time", "t")) {
        findings.name(NameSet.TIME);
      }
      if (called && TAKING_DATES.contains(word)
          || word.equals("interval")
          || word.equals("system_time")
          || DATES.contains(word) && isType(i, word, word, "d")
          || word.equals("ts") && at(i - 1).isSign("{")) {
        findings.name(NameSet.DATE);
      }
      boolean all = token.isSign("*") && (depth > 0 || combines) && isAllColumns(at(i - 1));
      if (all || NAMING_NO_COLUMNS.contains(word)) {
        findings.name(NameSet.ANY_COLUMN);
      }
      if (token.isName()) {
        findings.name(word);
        boolean list = depth == 0 && !combines && isElement(i);
        if (!list && !isComparedWithConstant(i)) {
          findings.name(NameSet.used(word));
        }
      }
    }
  }

  /** True if a column stands by itself in a list of columns. */
  private boolean isElement(int column) {
    Token before = at(beginning(column) - 1);
    Token behind = at(column + 1);
    if (behind.is("as") && at(column + 2).isName()) {
      behind = at(column + 3);
    }
    boolean begins =
        before.isSign(",") || before.is("select") || before.is("distinct") || before.is("by");
    return begins
        && (behind.isSign(",")
            || behind.isSign("")
            || behind.isSign(";")
            || AFTER_ELEMENTS.contains(word(behind)));
  }

  /** As times of constants are read that are compared with times. */
  private boolean isComparedWithConstant(int column) {
    Token before = at(beginning(column) - 1);
    boolean begins =
        before.is("where") || before.is("and") || before.is("or") || before.isSign("(");
    int i = column + 1;
    while (at(i).type() == Token.Type.SIGN && COMPARING.contains(at(i).text())) {
      i++;
    }
    if (at(i).is("between") && isConstant(at(i + 1)) && at(i + 2).is("and")) {
      i += 2;
    }
    Token end = at(i + 1 + 1);
    return begins
        && i > column + 1
        && (isConstant(at(i)) || at(i).is("and") && isConstant(at(i + 1)))
        && !(end.isSign("+") || end.isSign("-"));
  }

  private static boolean isConstant(Token token) {
    return switch (token.type()) {
      case STRING, NUMBER, PARAMETER -> true;
      default -> token.isSign("?");
    };
  }

  /** Start of a name that may have its table's name in front. */
  private int beginning(int name) {
    int i = name;
    while (at(i - 1).isSign(".") && at(i - 2).isName()) {
      i -= 2;
    }
    return i;
  }

  private static String word(Token token) {
    return token.isName() ? token.text().toLowerCase(Locale.ROOT) : "";
  }

  private static boolean isAllColumns(Token before) {
    return before.type() == Token.Type.WORD || before.isSign(".") || before.isSign(",");
  }

  /**
   * True if the word stands for a type.
   *
   * @param odbc as which the type is written in {@code {t '10:00'}}
   */
  private boolean isType(int i, String word, String type, String odbc) {
    Token before = at(i - 1);
    Token behind = at(i + 1);
    if (!word.equals(type)) {
      return word.equals(odbc) && before.isSign("{");
    }
    return behind.type() == Token.Type.STRING
        || behind.isSign("(")
        || before.is("as") && behind.isSign(")")
        || before.is("returning")
        || before.isSign(",") && behind.isSign(")")
        || behind.is("path");
  }

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : TokenCursor.NOTHING;
  }
}
