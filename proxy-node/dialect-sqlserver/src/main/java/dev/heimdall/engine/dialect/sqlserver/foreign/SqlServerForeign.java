package dev.heimdall.engine.dialect.sqlserver.foreign;

import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.foreign.ForeignProtocol;
import dev.heimdall.engine.sql.SqlDialect;
import java.sql.Connection;
import java.util.Map;

/** SQL Server, as statements of other engines' clients are forwarded to it. */
public final class SqlServerForeign implements ForeignProtocol {
  private static final Map<Integer, String> STATES =
      Map.ofEntries(
          Map.entry(102, "42601"),
          Map.entry(105, "42601"),
          Map.entry(137, "42601"),
          Map.entry(156, "42601"),
          Map.entry(195, "42883"),
          Map.entry(207, "42703"),
          Map.entry(208, "42P01"),
          Map.entry(229, "42501"),
          Map.entry(230, "42501"),
          Map.entry(245, "22018"),
          Map.entry(515, "23502"),
          Map.entry(547, "23503"),
          Map.entry(911, "3D000"),
          Map.entry(1205, "40P01"),
          Map.entry(1222, "55P03"),
          Map.entry(2601, "23505"),
          Map.entry(2627, "23505"),
          Map.entry(2628, "22001"),
          Map.entry(2714, "42P07"),
          Map.entry(2812, "42883"),
          Map.entry(3960, "40001"),
          Map.entry(4060, "3D000"),
          Map.entry(8115, "22003"),
          Map.entry(8134, "22012"),
          Map.entry(8152, "22001"),
          Map.entry(18456, "28000"));

  @Override
  public SqlDialect reading() {
    return SqlServerSql.DIALECT;
  }

  /** A batch may leave options behind, and what only its session sees. */
  @Override
  public boolean clean(Connection connection) {
    return false;
  }

  /** The driver streams by itself. */
  @Override
  public int fetchSize() {
    return 0;
  }

  @Override
  public Map<Integer, String> states() {
    return STATES;
  }
}
