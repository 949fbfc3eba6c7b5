package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.parse.QuerySyntax;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Of MySQL and MariaDB. */
final class MysqlSyntax implements QuerySyntax {
  private static final Set<String> RESERVED =
      QuerySyntax.words(
          "all and as asc between by case cross current_date current_time current_timestamp"
              + " current_user delete desc distinct else except exists false fetch for force from"
              + " full group having ignore in inner insert intersect into is join key lateral left"
              + " like limit localtime localtimestamp lock natural not null on or order outer"
              + " partition procedure regexp replace returning right select set straight_join table"
              + " then to true union update use using values when where window with");

  /** Words that may stand before a bracket and call nothing. */
  private static final Set<String> UNCALLED =
      QuerySyntax.words(
          "all and any as between by case cast char character check coalesce columns cross cube"
              + " decimal default div distinct else end except exists float for from group grouping"
              + " having in inner int integer intersect into is join index key lateral like limit"
              + " not nullif numeric of offset on or order outer over partition range real"
              + " recursive references regexp returning rlike rollup row rows select set sets some"
              + " table then time timestamp to union unique update using values varchar when where"
              + " window with within xor");

  private static final Set<String> CALLED_BY_WORD =
      QuerySyntax.words(
          "current_date current_role current_time current_timestamp current_user localtime"
              + " localtimestamp sysdate utc_date utc_time utc_timestamp");

  private static final Set<String> WITH_FROM = Set.of("mid", "substr");
  private static final Set<String> MODIFIERS =
      Set.of("delayed", "high_priority", "ignore", "low_priority", "quick");
  private static final Set<String> INDEX_HINTS = Set.of("force", "ignore", "use");

  @Override
  public boolean isReserved(String word) {
    return RESERVED.contains(word);
  }

  @Override
  public boolean isCalled(TokenCursor cursor) {
    return !UNCALLED.contains(cursor.keyword());
  }

  /** No routine's name depends on its letters' case, whatever those of tables do. */
  @Override
  public String functionName(String written) {
    return written.toLowerCase(Locale.ROOT);
  }

  @Override
  public FunctionName calledByWord(String word) {
    return CALLED_BY_WORD.contains(word) ? new FunctionName(null, word) : null;
  }

  @Override
  public boolean takesFrom(String function) {
    return QuerySyntax.super.takesFrom(function) || WITH_FROM.contains(function);
  }

  @Override
  public boolean isJoin(String word) {
    return QuerySyntax.super.isJoin(word) || word.equals("straight_join");
  }

  /** A sequence is written, or rows of the past are read, by words that look like others. */
  @Override
  public boolean isUnreadable(TokenCursor cursor) {
    return cursor.token().is("next") && cursor.ahead(1).is("value")
        || cursor.ahead(1).isSign(".")
            && (cursor.ahead(2).is("nextval")
                || cursor.ahead(3).isSign(".") && cursor.ahead(4).is("nextval"))
        || cursor.token().is("for") && cursor.ahead(1).is("system_time");
  }

  @Override
  public boolean readsHistory(TokenCursor cursor) {
    return cursor.token().is("for") && cursor.ahead(1).is("system_time");
  }

  @Override
  public boolean isNoTable(String word) {
    return word.equals("dual");
  }

  @Override
  public boolean deletesFromJoins() {
    return true;
  }

  @Override
  public int wordsOfConflict(TokenCursor cursor) {
    return cursor.ahead(1).is("duplicate") && cursor.ahead(2).is("key") ? 3 : 0;
  }

  /** It writes variables and files. */
  @Override
  public boolean selectsIntoTables() {
    return false;
  }

  @Override
  public boolean updatesJoins() {
    return true;
  }

  @Override
  public void skipModifiers(TokenCursor cursor) {
    while (MODIFIERS.contains(cursor.keyword())) {
      cursor.advance();
    }
  }

  @Override
  public void skipTableOptions(TokenCursor cursor) {
    if (cursor.token().is("partition") && cursor.ahead(1).isSign("(")) {
      cursor.advance();
      cursor.skipBrackets();
    }
    while (INDEX_HINTS.contains(cursor.keyword())
        && (cursor.ahead(1).is("index") || cursor.ahead(1).is("key"))) {
      while (!cursor.atEnd() && !cursor.token().isSign("(")) {
        cursor.advance();
      }
      cursor.skipBrackets();
    }
  }

  @Override
  public boolean locksRows(List<Token> statement) {
    for (int i = 0; i + 1 < statement.size(); i++) {
      Token next = statement.get(i + 1);
      if ((statement.get(i).is("for") && (next.is("update") || next.is("share")))
          || (statement.get(i).is("lock") && next.is("in"))) {
        return true;
      }
    }
    return false;
  }
}
