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

  /** What SET NAMES sets. */
  public static final List<String> VARIABLES = List.of(CLIENT, CONNECTION, RESULTS, COLLATION);

  private SessionCharacters() {}

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
