package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.dialect.mysql.sql.SystemVariables;
import dev.heimdall.engine.wire.mysql.StateChanges;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A statement that sets session variables. What it says does not depend on the session's SQL mode
 * and character set.
 */
public final class SetStatement {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,20}(\\.[0-9]{1,20})?");
  private static final Pattern PLAIN = Pattern.compile("[ -&(-\\[\\]-~]*");

  /** MySQL's servers take DEFAULT for the opposite of the global value. */
  private static final Set<String> INVERTED = Set.of("foreign_key_checks", "unique_checks");

  /** No text is their value when they are NULL, which is reported as an empty one. */
  private static final Set<String> EMPTY_FOR_NULL =
      Set.of(
          "character_set_results",
          "default_tmp_storage_engine",
          "enforce_storage_engine",
          "external_table_storage_engine",
          "innodb_ft_user_stopword_table",
          "innodb_tmpdir");

  /** MariaDB reports the word, and takes no text for it. */
  private static final String AS_OF = "system_versioning_asof";

  /** Bits of a number that every server takes for a seed. */
  private static final long SEED = 0x3FFFFFFF;

  private final StringBuilder text = new StringBuilder(128);

  boolean isEmpty() {
    return text.isEmpty();
  }

  /** Sets a variable to the value that a server has reported of it. */
  public SetStatement value(String name, String value) {
    if (value.isEmpty() && EMPTY_FOR_NULL.contains(name)) {
      return raw(name, "NULL");
    }
    if (value.equals("DEFAULT") && name.equals(AS_OF)) {
      return standard(name);
    }
    return raw(name, NUMBER.matcher(value).matches() ? value : literal(value));
  }

  /** Gives all that texts and results are written in a collation, and its character set. */
  SetStatement names(String collation) {
    String charset = SessionCharacters.charsetOf(collation);
    return assign("NAMES " + literal(charset) + " COLLATE " + literal(collation));
  }

  /** Returns the statement that seeds a session's random numbers. */
  static String seed(double value) {
    long bits = Double.doubleToLongBits(value);
    return new SetStatement()
        .raw("rand_seed1", Long.toString(bits & SEED))
        .raw("rand_seed2", Long.toString(bits >>> Integer.SIZE & SEED))
        .toString();
  }

  /** Gives a variable the value that new sessions begin with. */
  SetStatement standard(String name) {
    return raw(name, INVERTED.contains(name) ? "@@GLOBAL." + name : "DEFAULT");
  }

  /** Has a variable reported without changing it. */
  public SetStatement same(String name) {
    return raw(name, session(name));
  }

  /** Expression that reads a session variable. */
  static String session(String name) {
    if (!SystemVariables.isName(name)) {
      throw new IllegalArgumentException("no name of a variable");
    }
    return "@@" + name;
  }

  /** Expression that reads the value carried under this name; an empty text for no value. */
  static String reading(String name) {
    return switch (name) {
      case StateChanges.DATABASE -> "IFNULL(DATABASE(),'')";
      case SessionCharacters.NAMES -> session(SessionCharacters.COLLATION);
      default -> "IFNULL(" + session(name) + ",'')";
    };
  }

  /** Gives a variable the value of an expression. */
  public SetStatement raw(String name, String expression) {
    if (!SystemVariables.isName(name)) {
      throw new IllegalArgumentException("no name of a variable");
    }
    // Not "@@name": MariaDB reports no change of what is written so.
    return assign(name + '=' + expression);
  }

  private SetStatement assign(String what) {
    text.append(text.isEmpty() ? "SET " : ",").append(what);
    return this;
  }

  private static String literal(String value) {
    return PLAIN.matcher(value).matches()
        ? "'" + value + "'"
        : "_utf8mb4 x'" + HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8)) + "'";
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
