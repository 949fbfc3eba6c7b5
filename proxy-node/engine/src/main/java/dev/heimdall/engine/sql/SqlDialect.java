package dev.heimdall.engine.sql;

import java.util.List;
import java.util.Map;

/**
 * The SQL of one database, for all that reads a text: how it is cut into tokens, what is spelled in
 * a way of its own, what a statement does. Thread-safe, and without state.
 */
public interface SqlDialect extends Lexers {
  /**
   * Name of the database in OpenTelemetry, such as {@code postgresql}. A part of each fingerprint,
   * so that no two dialects may have the same.
   */
  String name();

  /**
   * Name of a certain server in OpenTelemetry.
   *
   * @param reported what the server says of itself
   */
  default String name(Map<String, String> reported) {
    return name();
  }

  /** Rules by which a session that has set none has its texts cut into tokens. */
  LexerMode usualMode();

  /** True if the case of no word without quotes matters; else that of reserved words alone. */
  boolean foldsNames();

  /**
   * The schema that is left out where tables are spelled in full, where a linguistic comparison
   * decides on names of tables and databases, in quotes too, and no catalogue says which: rules
   * compare them as {@link FoldedName}s then. Null where they are compared as they are.
   */
  default String foldedSchema() {
    return null;
  }

  /** Operators of several signs; {@link Operators#NONE} where each sign is a token of its own. */
  default Operators operators() {
    return Operators.NONE;
  }

  /**
   * True if statements can be code: the literals of DO are read, and a routine's body may stand
   * between {@code BEGIN ATOMIC} and END. Else the text of a routine goes on to the end of all.
   */
  default boolean hasCodeBlocks() {
    return false;
  }

  /** True if EXEC and {@code sp_executesql} run literals, which are read. */
  default boolean runsLiterals() {
    return false;
  }

  /** True if a question mark is a parameter. */
  default boolean hasQuestionMarks() {
    return false;
  }

  /** True if a word that begins with {@code @} is a parameter. */
  default boolean hasNamedParameters() {
    return false;
  }

  /**
   * True if a parameter of this type of the protocol's is compared with a column, and written into
   * it, as a literal of its kind is.
   *
   * @param type 0 where the server gives it the one of the column
   */
  default boolean comparesAs(KeyType column, int type) {
    return false;
  }

  /** The same of an array's elements that a text converts to a type by this name. */
  default boolean comparesAs(KeyType column, String type) {
    return false;
  }

  /** True if a column may be compared with {@code ANY} of an array. */
  default boolean hasArrays() {
    return false;
  }

  /**
   * The elements of an array, but those that are NULL.
   *
   * @param array not NULL; of the type 0 if the server gives it the one that the column wants
   * @return null where they are not known, or are more than that
   */
  default List<Parameter> elements(Parameter array, int most) {
    return null;
  }

  /** Semantics of expressions of constants; null where none is evaluated. */
  default ConstantRules constants() {
    return null;
  }

  /** True if two bars are no OR. */
  default boolean concatenatesByBars() {
    return false;
  }

  /**
   * True if an integer is compared with a text as floating-point numbers are, so that long ones may
   * be equal which differ.
   */
  default boolean comparesTextAsFloat() {
    return false;
  }

  /** Character that opens a quoted name, in the spelling that every session understands. */
  char openingQuote();

  /** Character that closes it. */
  char closingQuote();

  /**
   * True if a text like this may give a setting another value by a call.
   *
   * @param normalised without its literals, in small letters where case does not matter
   */
  default boolean setsByCall(String normalised) {
    return false;
  }

  /**
   * True if a text like this may change where unqualified names lead, in its own transaction at
   * least.
   *
   * @param normalised as above, whole
   */
  default boolean movesNames(String normalised) {
    return begins(normalised, "set ")
        || begins(normalised, "reset ")
        || begins(normalised, "do ")
        || begins(normalised, "execute ");
  }

  /** True if one of a text's statements begins with this word and the space behind it. */
  static boolean begins(String normalised, String word) {
    return normalised.startsWith(word)
        || normalised.contains(";" + word)
        || normalised.contains("; " + word);
  }

  /**
   * A classifier for an event loop.
   *
   * @param knowsBlocks true if calls of code blocks are found elsewhere; if not, each of them may
   *     have changed the session
   */
  StatementClassifier classifier(boolean knowsBlocks);

  /**
   * Another reading of a text that servers of the dialect cut into other words than its lexer does,
   * in words that all of them find.
   *
   * @return null where there is none
   */
  default String otherReading(byte[] sql, int offset, int length, LexerMode lexerMode) {
    return null;
  }

  /**
   * Says what a text says by itself: some microseconds for ordinary statements, some tens of
   * milliseconds for the longest, so that it does not belong on an event loop. Never throws.
   *
   * @param lexerMode how its session has texts cut into tokens
   * @return what was found; not understood where it could not all be read for certain
   */
  ParsedStatement parse(String sql, LexerMode lexerMode);
}
