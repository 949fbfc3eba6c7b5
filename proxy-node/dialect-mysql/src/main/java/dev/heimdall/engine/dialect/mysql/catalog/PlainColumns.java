package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyType;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Columns by whose values rows can be told apart: whole numbers, and texts of collations in which
 * two texts of plain ASCII are equal only if they differ by nothing but their case, and blanks at
 * their ends. A server that is not strict stores another value than what is written where that is
 * too large or too long, or where a number is to be generated.
 */
final class PlainColumns {
  /** Such columns that are not computed, and others. */
  static final String QUERY =
      """
      SELECT table_schema, table_name, column_name, data_type, column_type,
        character_maximum_length, collation_name, extra, ordinal_position
      FROM information_schema.columns
      WHERE data_type IN ('tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'char', 'varchar',
        'tinytext', 'text', 'mediumtext', 'longtext')
        AND column_name = CONVERT(column_name USING ascii) AND COALESCE(generation_expression, '') = '' AND extra NOT LIKE '%GENERATED%'
        AND table_schema\
      """
          + InformationDigest.OF_USERS;

  /** Number of columns by table: the binary log has rows by places. */
  static final String COUNTS =
      "SELECT table_schema, table_name, COUNT(*) FROM information_schema.columns WHERE table_schema"
          + InformationDigest.OF_USERS
          + " GROUP BY table_schema, table_name";

  /** Engines whose rows are changed by what statements say, and nothing else. */
  private static final Set<String> ENGINES = Set.of("INNODB", "ROCKSDB");

  /** Those of languages have letters that are equal to others, or to two. */
  private static final Pattern COLLATIONS =
      Pattern.compile(
          "(?:latin1_(?:swedish_(?:nopad_)?ci|general_c[is])"
              + "|(?:ascii|utf8|utf8mb3|utf8mb4)_general_(?:nopad_)?ci"
              + "|(?:utf8|utf8mb3|utf8mb4)_unicode_(?:520_)?(?:nopad_)?ci"
              + "|utf8mb4_0900_(?:a[is]_c[is]|bin)"
              + "|(?:utf8mb3|utf8mb4)_uca1400_(?:nopad_)?a[is]_c[is]"
              + "|(?:ascii|latin1|utf8|utf8mb3|utf8mb4)_(?:nopad_)?bin)");

  private PlainColumns() {}

  /** True if rows of this storage engine, in capitals, are changed by statements alone. */
  static boolean mayBeIn(String engine) {
    return ENGINES.contains(engine);
  }

  /**
   * Returns what is known of a column; null where its equality is not plain.
   *
   * @param type the name of its type alone
   * @param fullType with its length, and perhaps UNSIGNED
   * @param length of its longest text in characters
   */
  static KeyColumn of(String type, String fullType, long length, String collation, String extra) {
    int bits =
        switch (type.toLowerCase(Locale.ROOT)) {
          case "tinyint" -> 8;
          case "smallint" -> 16;
          case "mediumint" -> 24;
          case "int" -> 32;
          case "bigint" -> 64;
          default -> 0;
        };
    if (bits == 0) {
      return collation != null && COLLATIONS.matcher(collation.toLowerCase(Locale.ROOT)).matches()
          ? new KeyColumn(KeyType.FOLDED_TEXT, 0, length)
          : null;
    }
    boolean unsigned = fullType.toLowerCase(Locale.ROOT).contains("unsigned");
    long half = bits == 64 ? Long.MAX_VALUE : (1L << bits - 1) - 1;
    long most = unsigned && bits < 64 ? (1L << bits) - 1 : half;
    long least =
        extra.toLowerCase(Locale.ROOT).contains("auto_increment") ? 1 : unsigned ? 0 : -half - 1;
    return new KeyColumn(KeyType.INTEGER, least, most);
  }
}
