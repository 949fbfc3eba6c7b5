package dev.heimdall.engine.dialect.mysql.sql;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The character sets that a session's texts and results are in. SET NAMES, and a log-in, give all
 * of them one collation, of which a server goes on to use what its variables do not show: MariaDB
 * takes that of {@code character_set_client} for parameters, and both describe columns by that of
 * {@code character_set_results}. A variable that is set by itself has the default collation of its
 * value.
 */
public final class SessionCharacters {
  /**
   * The collation that SET NAMES has given, among a session's variables; no variable is called so.
   * Those of {@link #VARIABLES} that are there beside it were set behind it.
   */
  public static final String NAMES = "(names)";

  public static final String CLIENT = "character_set_client";
  public static final String RESULTS = "character_set_results";
  public static final String CONNECTION = "character_set_connection";
  public static final String COLLATION = "collation_connection";

  /** Variables that SET NAMES sets. */
  public static final List<String> VARIABLES = List.of(CLIENT, CONNECTION, RESULTS, COLLATION);

  /** Of which bytes a server may make something else than what they look like in UTF-8. */
  public enum Signs {
    /** Of none. */
    PLAIN,
    /** One is a blank. */
    LATIN1,
    /** Some are blanks or control characters, others in each character set. */
    NARROW,
    /** A byte that looks like a quote or a backslash may be the second half of a character. */
    HIDING;

    /** True if it may make something else of this one. */
    public boolean mislead(byte b) {
      return switch (this) {
        case PLAIN -> false;
        case LATIN1 -> b == NO_BREAK_SPACE;
        case NARROW -> (b < 0 && b <= NO_BREAK_SPACE) || b == LAST_BYTE;
        case HIDING -> b < 0;
      };
    }
  }

  private static final byte NO_BREAK_SPACE = (byte) 0xA0;
  private static final byte LAST_BYTE = (byte) 0xFF;

  /** Other ways of the collations of MariaDB, by what is added to their numbers. */
  private static final int NO_PAD = 1024;

  private static final int LAST_NO_PAD = 2047;

  private SessionCharacters() {}

  /** Of a character set by its name. */
  public static Signs signs(String charset) {
    return switch (charset) {
      case "utf8", "utf8mb3", "utf8mb4", "ascii", "binary" -> Signs.PLAIN;
      case "latin1" -> Signs.LATIN1;
      case "big5", "cp932", "gbk", "sjis", "gb18030", "macroman", "macce", "swe7" -> Signs.HIDING;
      default -> Signs.NARROW;
    };
  }

  /** Of the character set of the collation that a client has logged in with. */
  public static Signs signsOf(int collation) {
    int base = collation > NO_PAD && collation <= LAST_NO_PAD ? collation - NO_PAD : collation;
    return switch (base) {
      case 0, 11, 33, 45, 46, 63, 65, 76, 83 -> Signs.PLAIN; // 0: the node's own
      case 5, 8, 15, 31, 47, 48, 49, 94 -> Signs.LATIN1;
      case 1, 10, 13, 28, 38, 39, 43, 53, 82, 84, 87, 88, 95, 96, 248, 249, 250 -> Signs.HIDING;
      default -> base >= 192 && base <= 323 || base > LAST_NO_PAD ? Signs.PLAIN : Signs.NARROW;
    };
  }

  /** The character set of a collation, by which its name begins. */
  public static String charsetOf(String collation) {
    int end = collation.indexOf('_');
    return end < 0 ? collation : collation.substring(0, end);
  }

  /**
   * One of the character sets of a session; null where it has what a fresh connection has.
   *
   * @param variables what the session has of each
   */
  public static String charset(UnaryOperator<String> variables, String name) {
    String value = variables.apply(name);
    String names = variables.apply(NAMES);
    return value != null || names == null ? value : charsetOf(names);
  }
}
