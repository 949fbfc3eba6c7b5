package dev.heimdall.engine.dialect.sqlserver.catalog;

import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyType;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Columns by whose values rows can be told apart: integers, uniqueidentifiers, and characters of
 * collations in which two texts of plain ASCII are equal only if they differ by nothing but their
 * case, hyphens, apostrophes, and blanks at their ends.
 */
final class PlainColumns {
  /** Those of languages have letters that are equal to others, or to two. */
  private static final Pattern COLLATIONS =
      Pattern.compile(
          "sql_latin1_general_cp1_c[is]_a[is]"
              + "|latin1_general(_100)?_(c[is]_a[is](_ks)?(_ws)?(_sc)?(_utf8)?|bin2?(_utf8)?)");

  private static final int TINYINT = 48;
  private static final int SMALLINT = 52;
  private static final int INT = 56;
  private static final int BIGINT = 127;
  private static final int UNIQUEIDENTIFIER = 36;
  private static final int VARCHAR = 167;
  private static final int CHAR = 175;
  private static final int NVARCHAR = 231;
  private static final int NCHAR = 239;

  private final Map<Long, Map<String, KeyColumn>> byTable = new HashMap<>();
  private final Map<KeyColumn, KeyColumn> kinds = new HashMap<>();

  /** Stands for a name of which a table has two, but for their case. */
  private final KeyColumn none = new KeyColumn(KeyType.INTEGER, 1, 0);

  /**
   * Takes a column that is not computed.
   *
   * @param type the number of a type of the server's own; others are not known
   * @param bytes of its longest value; negative for no limit
   */
  void take(long table, String name, int type, int bytes, String collation) {
    KeyColumn key = of(type, bytes, collation);
    if (name.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      byTable
          .computeIfAbsent(table, id -> new HashMap<>(4))
          .merge(
              name.toLowerCase(Locale.ROOT),
              key == null ? none : kinds.computeIfAbsent(key, same -> same),
              (one, other) -> none);
    }
  }

  private static KeyColumn of(int type, int bytes, String collation) {
    return switch (type) {
      case TINYINT -> new KeyColumn(KeyType.INTEGER, 0, 255);
      case SMALLINT -> new KeyColumn(KeyType.INTEGER, Short.MIN_VALUE, Short.MAX_VALUE);
      case INT -> new KeyColumn(KeyType.INTEGER, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case BIGINT -> new KeyColumn(KeyType.INTEGER);
      case UNIQUEIDENTIFIER -> new KeyColumn(KeyType.UUID);
      case VARCHAR, CHAR -> text(bytes, collation);
      case NVARCHAR, NCHAR -> text(bytes < 0 ? bytes : bytes / 2, collation);
      default -> null;
    };
  }

  private static KeyColumn text(int longest, String collation) {
    return collation != null && COLLATIONS.matcher(collation.toLowerCase(Locale.ROOT)).matches()
        ? new KeyColumn(KeyType.WORD_TEXT, 0, longest < 0 ? Long.MAX_VALUE : longest)
        : null;
  }

  /** Hands over the columns of a table, by their names in small letters. */
  void each(long table, BiConsumer<String, KeyColumn> taker) {
    byTable
        .getOrDefault(table, Map.of())
        .forEach(
            (name, key) -> {
              if (!key.equals(none)) {
                taker.accept(name, key);
              }
            });
  }
}
