package dev.heimdall.engine.dialect.mysql.foreign;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.foreign.ForeignProtocol;
import dev.heimdall.engine.sql.SqlDialect;
import java.sql.Connection;
import java.util.Map;

/** MySQL and MariaDB, as statements of other engines' clients are forwarded to them. */
public final class MysqlForeign implements ForeignProtocol {
  private static final Map<Integer, String> STATES =
      Map.ofEntries(
          Map.entry(1022, "23505"),
          Map.entry(1044, "42501"),
          Map.entry(1045, "28000"),
          Map.entry(1046, "3D000"),
          Map.entry(1048, "23502"),
          Map.entry(1049, "3D000"),
          Map.entry(1050, "42P07"),
          Map.entry(1051, "42P01"),
          Map.entry(1054, "42703"),
          Map.entry(1060, "42701"),
          Map.entry(1062, "23505"),
          Map.entry(1064, "42601"),
          Map.entry(1142, "42501"),
          Map.entry(1143, "42501"),
          Map.entry(1146, "42P01"),
          Map.entry(1205, "55P03"),
          Map.entry(1213, "40P01"),
          Map.entry(1216, "23503"),
          Map.entry(1217, "23503"),
          Map.entry(1264, "22003"),
          Map.entry(1292, "22007"),
          Map.entry(1305, "42883"),
          Map.entry(1317, "57014"),
          Map.entry(1364, "23502"),
          Map.entry(1365, "22012"),
          Map.entry(1406, "22001"),
          Map.entry(1451, "23503"),
          Map.entry(1452, "23503"),
          Map.entry(1525, "22007"),
          Map.entry(1690, "22003"),
          Map.entry(1969, "57014"),
          Map.entry(3024, "57014"),
          Map.entry(3819, "23514"),
          Map.entry(4025, "23514"));

  @Override
  public SqlDialect reading() {
    return MysqlSql.DIALECT;
  }

  @Override
  public boolean clean(Connection connection) {
    return true;
  }

  /** The value by which the driver streams rows instead of buffering them. */
  @Override
  public int fetchSize() {
    return Integer.MIN_VALUE;
  }

  @Override
  public Map<Integer, String> states() {
    return STATES;
  }
}
