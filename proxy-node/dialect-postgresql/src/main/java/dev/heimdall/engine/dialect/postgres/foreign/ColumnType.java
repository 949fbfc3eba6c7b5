package dev.heimdall.engine.dialect.postgres.foreign;

import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;

/** The types of PostgreSQL that columns of other engines are shown as. */
enum ColumnType {
  BOOL(16, 1),
  BYTEA(17, -1),
  INT8(20, 8),
  INT2(21, 2),
  INT4(23, 4),
  TEXT(25, -1),
  JSON(114, -1),
  FLOAT4(700, 4),
  FLOAT8(701, 8),
  DATE(1082, 4),
  TIME(1083, 8),
  TIMESTAMP(1114, 8),
  VARBIT(1562, -1),
  NUMERIC(1700, -1);

  private final int oid;
  private final int size;

  ColumnType(int oid, int size) {
    this.oid = oid;
    this.size = size;
  }

  int oid() {
    return oid;
  }

  /** As RowDescription has it: -1 for values of any length. */
  int size() {
    return size;
  }

  /** The type that holds every value of a column. */
  static ColumnType of(ResultSetMetaData columns, int column) throws SQLException {
    boolean signed = columns.isSigned(column);
    return switch (columns.getColumnType(column)) {
      case Types.BOOLEAN -> BOOL;
      case Types.BIT -> columns.getPrecision(column) <= 1 ? BOOL : VARBIT;
      case Types.TINYINT -> INT2;
      case Types.SMALLINT -> signed ? INT2 : INT4;
      case Types.INTEGER -> signed ? INT4 : INT8;
      case Types.BIGINT -> signed ? INT8 : NUMERIC;
      case Types.REAL -> FLOAT4;
      case Types.FLOAT, Types.DOUBLE -> FLOAT8;
      case Types.DECIMAL, Types.NUMERIC -> NUMERIC;
      case Types.DATE -> DATE;
      case Types.TIME -> TIME;
      case Types.TIMESTAMP -> TIMESTAMP;
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> BYTEA;
      default -> columns.getColumnTypeName(column).equalsIgnoreCase("JSON") ? JSON : TEXT;
    };
  }
}
