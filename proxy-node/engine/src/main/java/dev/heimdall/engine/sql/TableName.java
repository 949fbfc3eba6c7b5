package dev.heimdall.engine.sql;

import java.util.Objects;

/**
 * The name of a table, as written or as resolved.
 *
 * @param database the database, which rules call the catalog; null where the text does not say
 * @param schema null where the text does not say
 * @param table folded as the dialect folds it, without quotes
 */
public record TableName(String database, String schema, String table)
    implements Comparable<TableName> {
  /** The schema that is left out when a PostgreSQL table is spelt in full. */
  public static final String USUAL_SCHEMA = "public";

  public TableName {
    Objects.requireNonNull(table, "table");
  }

  /**
   * Spelling of the name in rules, logs and messages: {@code database.table}, or {@code
   * database.schema.table} where the schema is not {@code public}; parts that are not known are
   * left out, and one with blanks, commas or dots stands in quotes.
   */
  public String spelled() {
    StringBuilder spelled = new StringBuilder();
    if (database != null) {
      spelled.append(part(database)).append('.');
    }
    if (schema != null && !schema.equals(USUAL_SCHEMA)) {
      spelled.append(part(schema)).append('.');
    }
    return spelled.append(part(table)).toString();
  }

  /** As rules write it, see TableText of the model, which nothing in here knows. */
  private static String part(String part) {
    boolean plain = !part.isEmpty() && part.charAt(0) != '"' && part.charAt(0) != '`';
    for (int i = 0; plain && i < part.length(); i++) {
      char c = part.charAt(i);
      plain = c != '.' && c != ',' && !Character.isWhitespace(c);
    }
    return plain ? part : '"' + part.replace("\"", "\"\"") + '"';
  }

  @Override
  public int compareTo(TableName other) {
    return spelled().compareTo(other.spelled());
  }

  @Override
  public String toString() {
    return spelled();
  }
}
