package dev.heimdall.test.tds;

import java.util.Locale;

/**
 * A type as T-SQL declares it.
 *
 * @param h2 the engine's
 * @param wire how its values travel
 */
record SqlType(String declared, String h2, TypeInfo wire) {
  private static final int LONGEST = 8000;

  /** Type of a declaration such as {@code nvarchar(max)}; null where it is none. */
  static SqlType of(String declaration) {
    String text = declaration.toLowerCase(Locale.ROOT).replace(" ", "");
    int open = text.indexOf('(');
    String name = open < 0 ? text : text.substring(0, open);
    String inside = open < 0 ? "" : text.substring(open + 1, text.length() - 1);
    boolean max = inside.equals("max");
    String[] numbers = max || inside.isEmpty() ? new String[0] : inside.split(",");
    int first = numbers.length > 0 ? Integer.parseInt(numbers[0]) : -1;
    int second = numbers.length > 1 ? Integer.parseInt(numbers[1]) : 0;
    int size = max ? LONGEST * 2 : first < 0 ? 1 : first;
    int scale = first < 0 ? 7 : first;
    return switch (name) {
      case "bit" -> type(text, "BOOLEAN", new TypeInfo(TypeInfo.BITN, 1));
      case "tinyint" -> type(text, "SMALLINT", new TypeInfo(TypeInfo.INTN, 1));
      case "smallint" -> type(text, "SMALLINT", new TypeInfo(TypeInfo.INTN, 2));
      case "int", "integer" -> type(text, "INTEGER", new TypeInfo(TypeInfo.INTN, 4));
      case "bigint" -> type(text, "BIGINT", new TypeInfo(TypeInfo.INTN, 8));
      case "real" -> type(text, "REAL", new TypeInfo(TypeInfo.FLTN, 4));
      case "float" -> type(text, "DOUBLE PRECISION", new TypeInfo(TypeInfo.FLTN, 8));
      case "decimal", "numeric", "dec" -> {
        int precision = first < 0 ? 18 : first;
        String h2 = "NUMERIC(" + precision + "," + second + ")";
        yield type(text, h2, TypeInfo.decimal(precision, second));
      }
      case "money" -> type(text, "NUMERIC(19,4)", TypeInfo.decimal(19, 4));
      case "smallmoney" -> type(text, "NUMERIC(10,4)", TypeInfo.decimal(10, 4));
      case "varchar" -> type(text, max ? "CLOB" : "VARCHAR(" + size + ")", TypeInfo.varchar(size));
      case "char", "character" -> type(text, "CHAR(" + size + ")", TypeInfo.varchar(size));
      case "nvarchar" ->
          type(text, max ? "CLOB" : "VARCHAR(" + size + ")", TypeInfo.nvarchar(size));
      case "nchar" -> type(text, "CHAR(" + size + ")", TypeInfo.nvarchar(size));
      case "sysname" -> type(text, "VARCHAR(128)", TypeInfo.nvarchar(128));
      case "sql_variant" -> type(text, "VARCHAR(4000)", TypeInfo.nvarchar(4000));
      case "text", "ntext", "xml" -> type(text, "CLOB", TypeInfo.nvarchar(LONGEST));
      case "image" -> type(text, "BLOB", TypeInfo.varbinary(LONGEST * 2));
      case "varbinary" ->
          type(text, max ? "BLOB" : "VARBINARY(" + size + ")", TypeInfo.varbinary(size));
      case "binary" -> type(text, "BINARY(" + size + ")", TypeInfo.varbinary(size));
      case "rowversion", "timestamp" -> type(text, "BINARY(8)", TypeInfo.varbinary(8));
      case "uniqueidentifier" -> type(text, "UUID", new TypeInfo(TypeInfo.GUID, 16));
      case "date" -> type(text, "DATE", TypeInfo.time(TypeInfo.DATEN, 0));
      case "time" -> type(text, "TIME(" + scale + ")", TypeInfo.time(TypeInfo.TIMEN, scale));
      case "datetime" -> type(text, "TIMESTAMP(3)", new TypeInfo(TypeInfo.DATETIMEN, 8));
      case "smalldatetime" -> type(text, "TIMESTAMP(0)", new TypeInfo(TypeInfo.DATETIMEN, 8));
      case "datetime2" ->
          type(text, "TIMESTAMP(" + scale + ")", TypeInfo.time(TypeInfo.DATETIME2N, scale));
      case "datetimeoffset" ->
          type(
              text,
              "TIMESTAMP(" + scale + ") WITH TIME ZONE",
              TypeInfo.time(TypeInfo.DATETIMEOFFSETN, scale));
      default -> null;
    };
  }

  private static SqlType type(String declared, String h2, TypeInfo wire) {
    return new SqlType(declared, h2, wire);
  }

  /** Type of a declaration, or error 2715. */
  static SqlType required(String declaration) {
    SqlType type = of(declaration);
    if (type == null) {
      throw new SqlErrorException(
          2715,
          16,
          "Column, parameter, or variable #1: Cannot find data type " + declaration + ".");
    }
    return type;
  }

  /** Type of a parameter that has no declaration. */
  static SqlType of(TypeInfo wire) {
    return switch (wire.type()) {
      case TypeInfo.INT1, TypeInfo.INT2, TypeInfo.INT4, TypeInfo.INT8, TypeInfo.INTN ->
          of(wire.length() == 8 ? "bigint" : "int");
      case TypeInfo.BIT, TypeInfo.BITN -> of("bit");
      case TypeInfo.FLT4, TypeInfo.FLT8, TypeInfo.FLTN -> of("float");
      case TypeInfo.MONEY, TypeInfo.MONEY4, TypeInfo.MONEYN -> of("money");
      case TypeInfo.DECIMALN, TypeInfo.NUMERICN ->
          of("decimal(" + wire.precision() + "," + wire.scale() + ")");
      case TypeInfo.GUID -> of("uniqueidentifier");
      case TypeInfo.DATEN -> of("date");
      case TypeInfo.TIMEN -> of("time(" + wire.scale() + ")");
      case TypeInfo.DATETIME2N -> of("datetime2(" + wire.scale() + ")");
      case TypeInfo.DATETIMEOFFSETN -> of("datetimeoffset(" + wire.scale() + ")");
      case TypeInfo.DATETIME, TypeInfo.DATETIM4, TypeInfo.DATETIMEN -> of("datetime");
      case TypeInfo.BIGVARBINARY, TypeInfo.BIGBINARY, TypeInfo.IMAGE ->
          of(wire.length() > LONGEST ? "varbinary(max)" : "varbinary(8000)");
      case TypeInfo.BIGVARCHAR, TypeInfo.BIGCHAR, TypeInfo.TEXT ->
          of(wire.length() > LONGEST ? "varchar(max)" : "varchar(8000)");
      default -> of(wire.length() > LONGEST ? "nvarchar(max)" : "nvarchar(4000)");
    };
  }
}
