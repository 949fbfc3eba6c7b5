package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Set;

/**
 * What the queries and changes of rows of one dialect have of their own. Words are in small
 * letters.
 */
public interface QuerySyntax {
  /** Functions with FROM among their arguments. */
  Set<String> WITH_FROM = Set.of("extract", "overlay", "position", "substring", "trim");

  /** Whether a word can name neither a table nor an alias without quotes. */
  boolean isReserved(String word);

  /** Whether the name at the cursor is that of a function if a bracket follows it. */
  boolean isCalled(TokenCursor cursor);

  /** A function's name as the catalogue has it, of one as written but for quotes. */
  default String functionName(String written) {
    return written;
  }

  /** The function that a word calls without brackets; null where it calls none. */
  FunctionName calledByWord(String word);

  /** Whether a function has FROM among its arguments. */
  default boolean takesFrom(String function) {
    return WITH_FROM.contains(function);
  }

  /** Whether a function has definitions of columns among its arguments, behind COLUMNS. */
  default boolean definesColumns(String function) {
    return function.equals("json_table");
  }

  /** Whether the queries of every WITH see each other, as behind RECURSIVE. */
  default boolean isAlwaysRecursive() {
    return false;
  }

  /** Whether the word at the cursor begins what is not read, such as another statement. */
  default boolean isUnreadable(TokenCursor cursor) {
    return false;
  }

  /** Whether a word ends the words of a join, before the table that is joined. */
  default boolean isJoin(String word) {
    return word.equals("join");
  }

  /** How many tokens the operator at the cursor has that is written with its schema; mostly 0. */
  default int tokensOfOperator(TokenCursor cursor) {
    return 0;
  }

  /** Whether a sign is an operator that could be the user's own. */
  default boolean isOperator(Token token) {
    return false;
  }

  /** Moves to the bracket of a list of functions, if one stands where a table would. */
  default boolean acceptFunctionList(TokenCursor cursor) {
    return false;
  }

  /** How many words at the cursor say that an INSERT does something else on a conflict. */
  default int wordsOfConflict(TokenCursor cursor) {
    return 0;
  }

  /** Whether SELECT … INTO makes a table. */
  boolean selectsIntoTables();

  /** Moves past words that say what kind of table it makes. */
  default void skipKindOfTable(TokenCursor cursor) {}

  /** Whether UPDATE may name several tables before SET. */
  default boolean updatesJoins() {
    return false;
  }

  /** Whether DELETE may name several tables, of those that are joined behind FROM or USING. */
  default boolean deletesFromJoins() {
    return false;
  }

  /** Whether a word stands for no table where one could be named. */
  default boolean isNoTable(String word) {
    return false;
  }

  /** Moves past words between the verb of a change and its table. */
  default void skipModifiers(TokenCursor cursor) {}

  /** Moves past what may stand behind the name of a table or its alias and names nothing. */
  default void skipTableOptions(TokenCursor cursor) {}

  /** Whether two words begin here that say of which time rows of a table are read. */
  default boolean readsHistory(TokenCursor cursor) {
    return false;
  }

  /** Whether rows are locked, or might be. */
  boolean locksRows(List<Token> statement);

  /** A set of the words in a text. */
  static Set<String> words(String text) {
    return Set.of(text.split(" "));
  }
}
