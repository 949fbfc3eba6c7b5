package dev.heimdall.engine.dialect.sqlserver.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heimdall.engine.dialect.sqlserver.sql.DeclaredParameter;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.model.Engine;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** Parameters of a statement whose values are the same to another engine. */
public final class GivenParameters {
  /** A statement that has none. */
  public static final GivenParameters NONE = new GivenParameters(List.of(), null);

  /** Digits of a {@code decimal} that is declared without. */
  private static final int USUAL_DIGITS = 18;

  private static final int DIGITS_OF_MONEY = 19;
  private static final int SCALE_OF_MONEY = 4;

  /** Digits of a {@code float} that make it a {@code real}. */
  private static final int DIGITS_OF_REAL = 24;

  private static final int DIGITS_OF_FLOAT = 53;

  /** Digits behind the point that MySQL has. */
  private static final int SCALE_OF_MYSQL = 30;

  /** Digits of a second that a time has that is declared without. */
  private static final int USUAL_SCALE = 7;

  /** Nanoseconds that times of other engines have no digits for. */
  private static final int MICRO = 1000;

  /**
   * @param type as {@link Types} has it
   * @param value null for NULL
   */
  private record Given(String name, int type, Object value) {}

  private final List<Given> all;
  private final String obstacle;

  private GivenParameters(List<Given> all, String obstacle) {
    this.all = all;
    this.obstacle = obstacle;
  }

  /**
   * Reads the parameters of a statement.
   *
   * @param values null where they are not known
   * @param there the engine that gets them
   */
  public static GivenParameters of(String declarations, List<Parameter> values, Engine there) {
    List<DeclaredParameter> declared = DeclaredParameter.list(declarations);
    if (values == null || declared == null) {
      return new GivenParameters(List.of(), "parameters that cannot be read");
    }
    Map<String, Parameter> byName = new HashMap<>();
    values.forEach(one -> byName.put(one.name().toLowerCase(Locale.ROOT), one));
    List<Given> all = new ArrayList<>();
    for (DeclaredParameter one : declared) {
      Parameter value = one.name() == null ? null : byName.get(one.name().toLowerCase(Locale.ROOT));
      Given given = value == null ? null : given(one, value, there.equals(Engine.POSTGRESQL));
      if (given == null) {
        String obstacle =
            "a " + one.type() + " that may be another value there (" + one.name() + ")";
        return new GivenParameters(List.of(), obstacle);
      }
      all.add(given);
    }
    return new GivenParameters(List.copyOf(all), null);
  }

  /** The reason that they are not the same there; null where they are. */
  public String obstacle() {
    return obstacle;
  }

  /** Null where the type is another one there, or the value is not known. */
  private static Given given(DeclaredParameter one, Parameter sent, boolean postgres) {
    switch (sent.type()) {
      case SqlServerSql.INTEGER, SqlServerSql.CHARACTERS, SqlServerSql.UNIQUEIDENTIFIER -> {
        String text = sent.value() == null ? null : new String(sent.value(), UTF_8);
        boolean readable = text == null || text.indexOf('\uFFFD') < 0;
        return readable ? plain(one, text, postgres) : null;
      }
      case 0 -> {
        return null;
      }
      case SqlServerSql.VARBINARY, SqlServerSql.BINARY -> {
        byte[] value = sent.value();
        boolean fits =
            one.type().equals("varbinary")
                ? value == null || value.length <= one.lengthOr(1)
                : one.type().equals("binary") && value != null && value.length == one.lengthOr(1);
        return fits ? new Given(one.name(), Types.VARBINARY, value) : null;
      }
      default -> {
        int kind = typed(one, sent.type());
        boolean zoned = kind == Types.TIMESTAMP_WITH_TIMEZONE;
        return kind == Types.OTHER || (zoned && !postgres)
            ? null
            : of(one, kind, SentValue.of(sent.value()), postgres);
      }
    }
  }

  private static Given plain(DeclaredParameter one, String text, boolean postgres) {
    int type =
        switch (one.type()) {
          case "tinyint", "smallint" -> Types.SMALLINT;
          case "int" -> Types.INTEGER;
          case "bigint" -> Types.BIGINT;
          case "varchar", "nvarchar" -> Types.VARCHAR;
          // As a text it is compared by its capitals in some collations.
          case "uniqueidentifier" -> postgres ? Types.OTHER : Types.NULL;
          default -> Types.NULL; // the others have blanks at their ends
        };
    Object value =
        text == null
            ? null
            : switch (type) {
              case Types.SMALLINT -> Short.valueOf(text);
              case Types.INTEGER -> Integer.valueOf(text);
              case Types.BIGINT -> Long.valueOf(text);
              case Types.OTHER -> UUID.fromString(text);
              default -> text;
            };
    return type == Types.NULL ? null : new Given(one.name(), type, value);
  }

  /** The type of a value that needs no conversion; {@link Types#OTHER} for another one. */
  private static int typed(DeclaredParameter one, int sent) {
    return switch (sent) {
      case SentValue.BIT, SentValue.BIT_N -> only(one, Types.BOOLEAN, "bit");
      case SentValue.DECIMAL_N, SentValue.NUMERIC_N ->
          only(one, Types.NUMERIC, "decimal", "numeric", "money", "smallmoney");
      case SentValue.SMALL_MONEY, SentValue.MONEY, SentValue.MONEY_N ->
          only(one, Types.NUMERIC, "money", "smallmoney");
      case SentValue.REAL, SentValue.FLOAT, SentValue.FLOAT_N -> {
        int digits = one.lengthOr(one.type().equals("real") ? DIGITS_OF_REAL : DIGITS_OF_FLOAT);
        yield only(one, digits <= DIGITS_OF_REAL ? Types.REAL : Types.DOUBLE, "real", "float");
      }
      case SentValue.DATE -> only(one, Types.DATE, "date");
      case SentValue.TIME -> only(one, Types.TIME, "time");
      case SentValue.DATETIME_2 -> only(one, Types.TIMESTAMP, "datetime2");
      case SentValue.DATETIME_OFFSET -> only(one, Types.TIMESTAMP_WITH_TIMEZONE, "datetimeoffset");
      case SentValue.SMALL_DATETIME, SentValue.DATETIME, SentValue.DATETIME_N ->
          only(one, Types.TIMESTAMP, "datetime", "smalldatetime");
      default -> Types.OTHER;
    };
  }

  private static int only(DeclaredParameter one, int type, String... declared) {
    return List.of(declared).contains(one.type()) ? type : Types.OTHER;
  }

  /** A value as it is declared; null where it is another one there. */
  private static Given of(DeclaredParameter one, int type, Object value, boolean postgres) {
    Object same =
        value == null
            ? null
            : switch (type) {
              case Types.NUMERIC -> decimal(one, (BigDecimal) value, postgres);
              case Types.REAL -> real(((Number) value).doubleValue(), postgres);
              case Types.DOUBLE -> ((Number) value).doubleValue();
              case Types.TIME -> isKnown(one, ((LocalTime) value).getNano()) ? value : null;
              case Types.TIMESTAMP -> timestamp(one, (LocalDateTime) value);
              case Types.TIMESTAMP_WITH_TIMEZONE ->
                  isKnown(one, ((OffsetDateTime) value).getNano()) ? value : null;
              default -> value;
            };
    return value != null && same == null ? null : new Given(one.name(), type, same);
  }

  private static BigDecimal decimal(DeclaredParameter one, BigDecimal value, boolean postgres) {
    boolean money = one.type().endsWith("money");
    int digits = money ? DIGITS_OF_MONEY : one.lengthOr(USUAL_DIGITS);
    int scale = money ? SCALE_OF_MONEY : one.scale();
    boolean fits =
        value.scale() <= scale
            && value.precision() - value.scale() <= digits - scale
            && (postgres || scale <= SCALE_OF_MYSQL);
    return fits ? value.setScale(scale) : null;
  }

  /** MySQL reads a number with the digits of a {@code double}, by which it compares both. */
  private static Object real(double value, boolean postgres) {
    float real = (float) value;
    return real != value ? null : postgres ? (Object) real : value;
  }

  private static LocalDateTime timestamp(DeclaredParameter one, LocalDateTime value) {
    boolean same =
        switch (one.type()) {
          case "datetime2" -> isKnown(one, value.getNano());
          case "smalldatetime" -> value.getSecond() == 0 && value.getNano() == 0;
          default -> true;
        };
    return same ? value : null;
  }

  /** True if a time has no more digits than it is declared with, and others have for it. */
  private static boolean isKnown(DeclaredParameter one, int nanos) {
    int unit = MICRO;
    for (int digits = 6; digits > one.lengthOr(USUAL_SCALE); digits--) {
      unit *= 10;
    }
    return nanos % unit == 0;
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  List<String> names() {
    return all.stream().map(Given::name).toList();
  }

  /** Number of parameters. */
  int count() {
    return all.size();
  }

  void bind(PreparedStatement into, List<Integer> numbers) throws SQLException {
    for (int i = 0; i < numbers.size(); i++) {
      Given one = all.get(numbers.get(i) - 1);
      bind(into, i + 1, one.type(), one.value());
    }
  }

  private static void bind(PreparedStatement into, int at, int type, Object value)
      throws SQLException {
    if (value == null) {
      into.setNull(at, type);
      return;
    }
    switch (type) {
      case Types.SMALLINT -> into.setShort(at, (Short) value);
      case Types.INTEGER -> into.setInt(at, (Integer) value);
      case Types.BIGINT -> into.setLong(at, (Long) value);
      case Types.VARCHAR -> into.setString(at, (String) value);
      case Types.BOOLEAN -> into.setBoolean(at, (Boolean) value);
      case Types.NUMERIC -> into.setBigDecimal(at, (BigDecimal) value);
      case Types.VARBINARY -> into.setBytes(at, (byte[]) value);
      default -> into.setObject(at, value);
    }
  }

  /** Values are secrets. */
  @Override
  public String toString() {
    return all.size() + " parameters";
  }
}
