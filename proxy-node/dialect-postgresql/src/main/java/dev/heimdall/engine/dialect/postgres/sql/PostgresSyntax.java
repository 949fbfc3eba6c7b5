package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.parse.QuerySyntax;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Of PostgreSQL. */
final class PostgresSyntax implements QuerySyntax {
  /** Words that are the name of nothing without quotes. */
  private static final Set<String> RESERVED =
      QuerySyntax.words(
          "all analyse analyze and any array as asc asymmetric both case cast check collate column"
              + " constraint create current_catalog current_date current_role current_time"
              + " current_timestamp current_user default deferrable desc distinct do else end except"
              + " false fetch for foreign from grant group having in initially intersect into"
              + " lateral leading limit localtime localtimestamp not null offset on only or order"
              + " placing primary references returning select session_user some symmetric"
              + " system_user table then to trailing true union unique user using variadic when where"
              + " window with");

  /** Words that may name functions, but neither tables nor aliases. */
  private static final Set<String> OF_FUNCTIONS =
      QuerySyntax.words(
          "authorization binary collation concurrently cross current_schema freeze full ilike inner"
              + " is isnull join left like natural notnull outer overlaps right similar tablesample"
              + " verbose");

  /** Words that may name tables, but no functions. */
  private static final Set<String> OF_TABLES =
      QuerySyntax.words(
          "between bigint bit boolean char character dec decimal exists extract float inout int integer"
              + " interval national nchar numeric out precision real row setof smallint time"
              + " timestamp treat trim values varchar xmlattributes xmlnamespaces");

  /** Words that are not reserved and stand before operands. */
  private static final Set<String> BEFORE_OPERANDS =
      QuerySyntax.words("by content document escape key passing path ref set value zone");

  private static final Map<String, FunctionName> CALLED_BY_WORD =
      Map.ofEntries(
          builtIn("current_catalog", "current_database"),
          builtIn("current_date", "now"),
          builtIn("current_role", "current_user"),
          builtIn("current_schema", "current_schema"),
          builtIn("current_time", "now"),
          builtIn("current_timestamp", "now"),
          builtIn("current_user", "current_user"),
          builtIn("localtime", "now"),
          builtIn("localtimestamp", "now"),
          builtIn("session_user", "session_user"),
          builtIn("system_user", "system_user"),
          builtIn("user", "current_user"));

  private static final Set<String> KINDS_OF_TABLES =
      Set.of("global", "local", "table", "temp", "temporary", "unlogged");

  private static Map.Entry<String, FunctionName> builtIn(String word, String function) {
    return Map.entry(word, new FunctionName("pg_catalog", function));
  }

  @Override
  public boolean isReserved(String word) {
    return RESERVED.contains(word) || OF_FUNCTIONS.contains(word);
  }

  /**
   * Words that are not reserved are names of functions unless they stand where the grammar has
   * them.
   */
  @Override
  public boolean isCalled(TokenCursor cursor) {
    String word = cursor.keyword();
    Token before = cursor.ahead(-1);
    return switch (word) {
      case "by" -> !(before.is("group") || before.is("order") || before.is("partition"));
      case "filter", "over", "within" -> !before.isSign(")");
      case "first", "next" -> !before.is("fetch");
      case "ilike", "like", "overlaps" -> !(endsOperand(before) || before.is("not"));
      case "passing", "second" -> before.type() != Token.Type.STRING;
      case "sets" -> !before.is("grouping");
      case "varying" -> !OF_TABLES.contains(before.text());
      case "zone" -> !before.is("time");
      default -> !RESERVED.contains(word) && !OF_TABLES.contains(word);
    };
  }

  /** True if a word stands before an operand, and not before the arguments of a call. */
  static boolean isBeforeOperand(Token word) {
    return RESERVED.contains(word.text()) || BEFORE_OPERANDS.contains(word.text());
  }

  /** True if an operand has surely ended. */
  static boolean endsOperand(Token token) {
    return switch (token.type()) {
      case QUOTED, STRING, NUMBER, PARAMETER -> true;
      case SIGN -> token.isSign(")") || token.isSign("]");
      case WORD -> !isBeforeOperand(token);
      default -> false;
    };
  }

  @Override
  public FunctionName calledByWord(String word) {
    return CALLED_BY_WORD.get(word);
  }

  @Override
  public boolean takesFrom(String function) {
    return QuerySyntax.super.takesFrom(function) || function.equals("normalize");
  }

  @Override
  public boolean definesColumns(String function) {
    return QuerySyntax.super.definesColumns(function) || function.equals("xmltable");
  }

  /** SQL/PGQ: a graph stands for tables that are not named. */
  @Override
  public boolean isUnreadable(TokenCursor cursor) {
    return cursor.keyword().equals("graph_table") && cursor.ahead(1).isSign("(");
  }

  @Override
  public int tokensOfOperator(TokenCursor cursor) {
    if (!cursor.keyword().equals("operator")
        || !cursor.ahead(1).isSign("(")
        || !endsOperand(cursor.ahead(-1))) {
      return 0;
    }
    int sign = 2;
    while (cursor.ahead(sign).isName() && cursor.ahead(sign + 1).isSign(".")) {
      sign += 2;
    }
    return isOperator(cursor.ahead(sign)) && cursor.ahead(sign + 1).isSign(")") ? sign + 2 : 0;
  }

  @Override
  public boolean isOperator(Token token) {
    return token.type() == Token.Type.SIGN && PostgresLexer.OPERATORS.begins(token.text());
  }

  @Override
  public boolean acceptFunctionList(TokenCursor cursor) {
    boolean list = cursor.token().is("rows") && cursor.ahead(1).is("from");
    if (list) {
      cursor.advance();
      cursor.advance();
    }
    return list;
  }

  @Override
  public int wordsOfConflict(TokenCursor cursor) {
    return cursor.ahead(1).is("conflict") ? 2 : 0;
  }

  @Override
  public boolean selectsIntoTables() {
    return true;
  }

  @Override
  public void skipKindOfTable(TokenCursor cursor) {
    while (KINDS_OF_TABLES.contains(cursor.keyword())
        && cursor.ahead(1).isName()
        && !cursor.ahead(1).is("from")) {
      cursor.advance();
    }
  }

  /** The star says that tables below this one take part, which they do without it. */
  @Override
  public void skipTableOptions(TokenCursor cursor) {
    cursor.acceptSign("*");
  }

  @Override
  public boolean locksRows(List<Token> statement) {
    for (int i = 0; i + 1 < statement.size(); i++) {
      Token next = statement.get(i + 1);
      if (statement.get(i).is("for")
          && (next.is("update") || next.is("share") || next.is("no") || next.is("key"))) {
        return true;
      }
    }
    return false;
  }
}
