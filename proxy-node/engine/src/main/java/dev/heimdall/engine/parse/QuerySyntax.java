package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Set;

/** Particular syntax of one dialect's queries and changes of rows. Words are in small letters. */
public interface QuerySyntax {
  /** Functions with FROM among their arguments. */
  Set<String> WITH_FROM = Set.of("extract", "overlay", "position", "substring", "trim");

  /** True if a word can name neither a table nor an alias without quotes. */
  boolean isReserved(String word);

  /** True if the name at the cursor is that of a function if a bracket follows it. */
  boolean isCalled(TokenCursor cursor);

  /** A function's name as the catalogue has it, of one as written but for quotes. */
  default String functionName(String written) {
    return written;
  }

  /** The function that a word calls without brackets; null where it calls none. */
  FunctionName calledByWord(String word);

  /** True if a function has FROM among its arguments. */
  default boolean takesFrom(String function) {
    return WITH_FROM.contains(function);
  }

  /** True if a function has definitions of columns among its arguments, behind COLUMNS. */
  default boolean definesColumns(String function) {
    return function.equals("json_table");
  }

  /** True if the queries of every WITH see each other, as behind RECURSIVE. */
  default boolean isAlwaysRecursive() {
    return false;
  }

  /** True if the word at the cursor begins what is not read, such as another statement. */
  default boolean isUnreadable(TokenCursor cursor) {
    return false;
  }

  /** True if a word ends the words of a join, before the table that is joined. */
  default boolean isJoin(String word) {
    return word.equals("join");
  }

  /** Number of tokens in the operator at the cursor that is written with its schema; mostly 0. */
  default int tokensOfOperator(TokenCursor cursor) {
    return 0;
  }

  /** True if a sign is an operator that could be the user's own. */
  default boolean isOperator(Token token) {
    return false;
  }

  /** Moves to the bracket of a list of functions, if one stands where a table would. */
  default boolean acceptFunctionList(TokenCursor cursor) {
    return false;
  }

  /** Number of words at the cursor that give an INSERT another action on a conflict. */
  default int wordsOfConflict(TokenCursor cursor) {
    return 0;
  }

  /** True if SELECT … INTO makes a table. */
  boolean selectsIntoTables();

  /** Moves past words that say what kind of table it makes. */
  default void skipKindOfTable(TokenCursor cursor) {}

  /** True if UPDATE may name several tables before SET. */
  default boolean updatesJoins() {
    return false;
  }

  /** True if DELETE may name several tables, of those that are joined behind FROM or USING. */
  default boolean deletesFromJoins() {
    return false;
  }

  /** True if a table stands directly behind DELETE, and all else of the statement is about it. */
  default boolean deletesWithoutFrom(TokenCursor cursor) {
    return false;
  }

  /** True if a word stands for no table where one could be named. */
  default boolean isNoTable(String word) {
    return false;
  }

  /** Moves past words between the verb of a change and its table. */
  default void skipModifiers(TokenCursor cursor) {}

  /** Moves past what may stand behind the name of a table or its alias and names nothing. */
  default void skipTableOptions(TokenCursor cursor) {}

  /** True if two words begin here that say of which time rows of a table are read. */
  default boolean readsHistory(TokenCursor cursor) {
    return false;
  }

  /** True if rows are locked, or might be. */
  boolean locksRows(List<Token> statement);

  /** A set of the words in a text. */
  static Set<String> words(String text) {
    return Set.of(text.split(" "));
  }
}
