package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.parse.QuerySyntax;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Of SQL Server. */
final class SqlServerSyntax implements QuerySyntax {
  /** Words behind an OUTPUT that bring other tables, or code. */
  private static final Set<String> SOMEWHERE =
      QuerySyntax.words("into select exec execute from with default using");

  private static final Set<String> RESERVED =
      QuerySyntax.words(
          "all and as asc between by case cross current_timestamp current_user delete desc distinct"
              + " else except exists fetch for from full group having in inner insert intersect into"
              + " is join left like merge not null on option or order outer output pivot right"
              + " select session_user set system_user table tablesample then to union unpivot update"
              + " user using values when where with");

  /** Words that may stand before a bracket and call nothing. */
  static final Set<String> UNCALLED =
      QuerySyntax.words(
          "all and any as between by case cast char character check coalesce columns cross cube decimal"
              + " distinct else end except exists float for from group grouping having in inner int"
              + " integer intersect into is join json_table key lateral like limit not nullif numeric"
              + " of offset on option or order outer over partition range real recursive references returning"
              + " rollup row rows select set sets some table then time timestamp to top union unique update"
              + " using values varchar when where window with within");

  private static final Set<String> CALLED_BY_WORD =
      Set.of("current_timestamp", "current_user", "session_user", "system_user", "user");

  /** Reserved words that begin a statement and stand inside no query, or inside MERGE only. */
  private static final Set<String> STATEMENTS =
      QuerySyntax.words(
          "alter backup begin bulk checkpoint close commit create dbcc deallocate declare delete"
              + " deny drop dump exec execute goto grant if insert kill load merge open"
              + " openquery openrowset opendatasource print raiserror readtext reconfigure restore"
              + " return revert revoke rollback save setuser shutdown throw truncate update"
              + " updatetext use waitfor while writetext");

  /** Hints by which rows are locked. */
  static final Set<String> LOCKS =
      QuerySyntax.words(
          "updlock xlock holdlock tablock tablockx serializable paglock rowlock repeatableread");

  private static final Set<String> HINTS =
      QuerySyntax.words(
          "forcescan forceseek holdlock noexpand nolock nowait paglock readcommitted"
              + " readcommittedlock readpast readuncommitted repeatableread rowlock serializable"
              + " snapshot tablock tablockx updlock xlock");

  /** True if a word can name neither a table nor an alias without quotes. */
  static boolean isKeyword(String word) {
    return RESERVED.contains(word) || STATEMENTS.contains(word);
  }

  @Override
  public boolean isReserved(String word) {
    return isKeyword(word);
  }

  /** As the catalogue has it. */
  @Override
  public String functionName(String written) {
    return FoldedName.of(written);
  }

  @Override
  public boolean isCalled(TokenCursor cursor) {
    return !UNCALLED.contains(cursor.keyword());
  }

  @Override
  public FunctionName calledByWord(String word) {
    if (word.startsWith("@@")) {
      return FunctionName.SYSTEM_VARIABLE;
    }
    return CALLED_BY_WORD.contains(word) ? new FunctionName(null, word) : null;
  }

  @Override
  public boolean isAlwaysRecursive() {
    return true;
  }

  /** Semicolons may be left out; hints in brackets alone look like arguments of a function. */
  @Override
  public boolean isUnreadable(TokenCursor cursor) {
    boolean hint = cursor.ahead(-1).isSign("(") && HINTS.contains(cursor.keyword());
    boolean sequence =
        cursor.token().is("next") && cursor.ahead(1).is("value") && cursor.ahead(2).is("for");
    return hint
        || sequence
        || STATEMENTS.contains(cursor.keyword())
        || (cursor.token().is("output") && cursor.isBehind(SOMEWHERE))
        || cursor.token().is("system_time");
  }

  @Override
  public boolean isJoin(String word) {
    return QuerySyntax.super.isJoin(word) || word.equals("apply");
  }

  /** With FROM the table may be an alias of one of several. */
  @Override
  public boolean deletesWithoutFrom(TokenCursor cursor) {
    List<Token> rest = cursor.rest();
    int end = 1;
    while (end + 1 < rest.size() && rest.get(end).isSign(".") && rest.get(end + 1).isName()) {
      end += 2;
    }
    boolean named =
        cursor.token().isName()
            && !isKeyword(cursor.keyword())
            && !cursor.token().text().startsWith("@");
    boolean plain = end == rest.size() || rest.get(end).is("where") || rest.get(end).is("output");
    int depth = 0;
    for (Token token : rest) {
      depth += token.isSign("(") ? 1 : token.isSign(")") ? -1 : 0;
      plain &= depth > 0 || !token.is("from");
    }
    return named && plain;
  }

  @Override
  public boolean selectsIntoTables() {
    return true;
  }

  @Override
  public void skipTableOptions(TokenCursor cursor) {
    if (cursor.token().is("with") && cursor.ahead(1).isSign("(")) {
      cursor.advance();
      cursor.skipBrackets();
    }
  }

  @Override
  public boolean locksRows(List<Token> statement) {
    return statement.stream()
        .anyMatch(
            token ->
                token.type() == Token.Type.WORD
                    && LOCKS.contains(token.text().toLowerCase(Locale.ROOT)));
  }
}
