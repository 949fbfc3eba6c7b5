package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Lexer;
import java.util.Locale;
import java.util.Set;

/** Places that statements have for words that can begin another one. */
final class SqlServerPlaces {
  private static final Set<String> DOLLAR_WORDS =
      Set.of(
          "$action",
          "$identity",
          "$rowguid",
          "$partition",
          "$node_id",
          "$edge_id",
          "$from_id",
          "$to_id");

  private SqlServerPlaces() {}

  /**
   * True if a word that can begin a statement is a part of the one that has begun.
   *
   * @param statement what began it
   * @param previous the word right before, or OTHER
   * @param awaits whether INSERT has its source ahead, UPDATE its SET, WITH its verb, GRANT its TO
   * @param inCase whether a CASE is open
   */
  static boolean hasPlace(
      SqlServerWord statement,
      SqlServerWord word,
      SqlServerWord previous,
      boolean awaits,
      boolean inCase) {
    return switch (statement) {
      case GRANT, REVOKE, DENY ->
          awaits || previous == SqlServerWord.WITH || word == SqlServerWord.WITH;
      default ->
          switch (word) {
            case SELECT -> isQuery(statement, previous, awaits);
            case SET -> awaits && statement == SqlServerWord.UPDATE || inMerge(statement, previous);
            case UPDATE -> previous == SqlServerWord.FOR || isChange(statement, previous, awaits);
            case INSERT -> previous == SqlServerWord.BULK || isChange(statement, previous, awaits);
            case DELETE -> isChange(statement, previous, awaits);
            case MERGE -> isMerge(statement, previous, awaits);
            case EXEC, EXECUTE -> awaits && statement == SqlServerWord.INSERT;
            case ALTER ->
                statement == SqlServerWord.ALTER && previous != SqlServerWord.ALTER
                    || statement == SqlServerWord.CREATE && previous == SqlServerWord.OR;
            case DROP -> statement == SqlServerWord.ALTER;
            case IF -> statement == SqlServerWord.DROP && previous != SqlServerWord.OTHER;
            case BULK -> previous == SqlServerWord.INSERT;
            case FETCH -> previous == SqlServerWord.ROWS || previous == SqlServerWord.ROW;
            case WITH -> true;
            case END, ELSE -> inCase;
            default -> false;
          };
    };
  }

  private static boolean isQuery(SqlServerWord statement, SqlServerWord previous, boolean awaits) {
    return switch (previous) {
      case UNION, ALL, EXCEPT, INTERSECT -> true;
      case FOR -> statement == SqlServerWord.DECLARE || statement == SqlServerWord.SET;
      default -> awaits && statement != SqlServerWord.UPDATE;
    };
  }

  private static boolean isChange(SqlServerWord statement, SqlServerWord previous, boolean awaits) {
    boolean definition = statement == SqlServerWord.CREATE || statement == SqlServerWord.ALTER;
    return inMerge(statement, previous)
        || previous == SqlServerWord.ON && definition
        || awaits && statement == SqlServerWord.WITH;
  }

  private static boolean isMerge(SqlServerWord statement, SqlServerWord previous, boolean awaits) {
    return switch (previous) {
      case INNER, LEFT, RIGHT, FULL, OUTER -> true;
      default -> awaits && statement == SqlServerWord.WITH;
    };
  }

  /** MERGE has to end with a semicolon. */
  private static boolean inMerge(SqlServerWord statement, SqlServerWord previous) {
    return statement == SqlServerWord.MERGE && previous != SqlServerWord.OTHER;
  }

  /**
   * True if a word has a character that may end it for a server: a space or a currency sign beyond
   * ASCII, a dollar that is money, or a sign of variables behind its beginning.
   */
  static boolean isOdd(byte[] text, int from, int to) {
    if (text[from] == '$') {
      return !DOLLAR_WORDS.contains(Lexer.decode(text, from, to).toLowerCase(Locale.ROOT));
    }
    for (int i = from; i < to; i++) {
      if (text[i] == '@' && i > from && !(i == from + 1 && text[from] == '@')) {
        return true;
      }
      if (text[i] < 0) {
        String word = Lexer.decode(text, from, to);
        return !word.codePoints().allMatch(SqlServerPlaces::isInName);
      }
    }
    return false;
  }

  static boolean isInName(int point) {
    return point < 0x80 || Character.isLetterOrDigit(point);
  }
}
