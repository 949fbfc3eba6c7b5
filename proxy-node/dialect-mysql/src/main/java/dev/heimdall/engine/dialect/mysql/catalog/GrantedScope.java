package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.catalog.WeighedRows;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/**
 * Where the catalogue's user has a right. Without that to define triggers it sees none, and without
 * that to read columns it may not see their indexes.
 */
final class GrantedScope {
  private static final String QUERY =
      """
      SELECT NULL FROM information_schema.user_privileges
      WHERE privilege_type = '%2$s' AND grantee = %1$s
      UNION SELECT table_schema FROM information_schema.schema_privileges
      WHERE privilege_type = '%2$s' AND grantee = %1$s
      """;

  /** {@code CURRENT_USER()} as rows of rights have it. */
  private static final String GRANTEE =
      "CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''',"
          + " SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')";

  private GrantedScope() {}

  /** Databases in which the user has it; null among them for everywhere. */
  static Set<String> of(WeighedRows rows, String right) throws SQLException {
    Set<String> databases = new HashSet<>();
    rows.each(QUERY.formatted(GRANTEE, right), row -> databases.add(row.getString(1)));
    return databases;
  }
}
