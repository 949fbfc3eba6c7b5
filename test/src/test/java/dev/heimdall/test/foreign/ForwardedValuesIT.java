package dev.heimdall.test.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.sqlserver.jdbc.SQLServerPreparedStatement;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.SqlServerGroupNode;
import dev.heimdall.test.tds.AvailabilityGroup;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Values at their edges that SQL Server's clients have written and found at other engines. */
@Tag("ci")
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "its server is one of a group")
class ForwardedValuesIT {
  private static final byte[] BYTES = new byte[9_000];

  static {
    for (int i = 0; i < BYTES.length; i++) {
      BYTES[i] = (byte) i;
    }
  }

  /** Where the values go; rules find it by the table's name. */
  private record There(String name, String url, String user, String password) {
    static There of(MysqlRelease release) {
      return new There(
          "mysql",
          release.shared().primary().jdbcUrl(MysqlRelease.DATABASE),
          MysqlRelease.USER,
          MysqlRelease.PASSWORD);
    }

    boolean isPostgres() {
      return name.equals("pg");
    }

    String table() {
      return name + "_values";
    }

    /** The value of a column as a text, with all digits of a number. */
    String shown(String column) {
      if (column.equals("bytes")) {
        return isPostgres() ? "encode(bytes, 'hex')" : "lower(hex(bytes))";
      }
      if (column.equals("instants")) {
        return "(instants AT TIME ZONE 'UTC')::text";
      }
      boolean real = column.equals("reals");
      return isPostgres()
          ? real ? "(reals::float8)::text" : column + "::text"
          : "cast(" + column + (real ? " + 0e0" : "") + " AS char)";
    }
  }

  private interface Setting {
    void on(SQLServerPreparedStatement statement) throws SQLException;
  }

  private record Value(String column, String expected, Setting setting) {}

  private static Value decimal(String column, String value) {
    return new Value(column, value, s -> s.setBigDecimal(1, new BigDecimal(value)));
  }

  private static Value real(float value) {
    return new Value("reals", "" + (double) value, s -> s.setFloat(1, value));
  }

  private static Value number(double value) {
    return new Value("floats", "" + value, s -> s.setDouble(1, value));
  }

  private static Value date(String value) {
    return new Value("dates", value, s -> s.setObject(1, LocalDate.parse(value)));
  }

  private static Value time(String value, int scale) {
    LocalTime time = LocalTime.parse(value);
    return new Value("times", value, s -> s.setObject(1, time, Types.TIME, scale));
  }

  private static Value moment(String value) {
    LocalDateTime moment = LocalDateTime.parse(value.replace(' ', 'T'));
    return new Value("moments", value, s -> s.setObject(1, moment, Types.TIMESTAMP, 6));
  }

  private static Value instant(String expected, String value) {
    OffsetDateTime instant = OffsetDateTime.parse(value);
    return new Value("instants", expected, s -> s.setObject(1, instant));
  }

  private static Value none(String column, int type) {
    return new Value(column, null, s -> s.setNull(1, type));
  }

  private static Value bytes(byte[] value) {
    return new Value("bytes", HexFormat.of().formatHex(value), s -> s.setBytes(1, value));
  }

  private static Stream<Value> values() {
    return Stream.of(
        new Value("bits", "true", s -> s.setBoolean(1, true)),
        new Value("bits", "false", s -> s.setBoolean(1, false)),
        decimal("decimals", "99999999999999999999999999999999999999"),
        decimal("decimals", "-99999999999999999999999999999999999999"),
        decimal("decimals", "0"),
        decimal("fractions", "-12345678.000000000000000000000000000001"),
        decimal("fractions", "99999999.999999999999999999999999999999"),
        new Value("fractions", "-922337.5808", s -> s.setMoney(1, new BigDecimal("-922337.5808"))),
        real(1.1f),
        real(-Float.MAX_VALUE),
        real(Float.MIN_NORMAL),
        number(0.1),
        number(-Double.MAX_VALUE),
        number(Double.MIN_NORMAL),
        number(9007199254740993.0),
        date("0001-01-01"),
        date("1582-10-04"),
        date("1582-10-15"),
        date("9999-12-31"),
        time("00:00:00", 0),
        time("23:59:59.999999", 6),
        moment("0001-01-01 00:00:00"),
        moment("9999-12-31 23:59:59.999999"),
        moment("2026-03-29 02:30:00.1"),
        new Value(
            "moments",
            "2079-06-06 23:59:00",
            s -> s.setSmallDateTime(1, Timestamp.valueOf("2079-06-06 23:59:00"))),
        new Value(
            "moments",
            "1999-12-31 23:59:59.997",
            s -> s.setDateTime(1, Timestamp.valueOf("1999-12-31 23:59:59.997"))),
        bytes(new byte[0]),
        bytes(Arrays.copyOf(BYTES, 256)),
        bytes(BYTES),
        new Value("texts", "grün ‰€ß", s -> s.setString(1, "grün ‰€ß")),
        none("bits", Types.BIT),
        none("decimals", Types.DECIMAL),
        none("reals", Types.REAL),
        none("floats", Types.DOUBLE),
        none("dates", Types.DATE),
        none("times", Types.TIME),
        none("moments", Types.TIMESTAMP),
        none("bytes", Types.VARBINARY),
        none("texts", Types.VARCHAR));
  }

  private static SqlServerGroupNode node(AvailabilityGroup group, There there) {
    return SqlServerGroupNode.start(
        group,
        c ->
            c.source("there", "url", there.url())
                .source("there", "user", there.user())
                .source("there", "password", there.password())
                .source("there", "tls.mode", "disable")
                .vdb("ruleSources", List.of("there"))
                .vdb("rules", List.of("main"))
                .rules(
                    "main",
                    "{\"match\": \"_values\", \"action\": \"forward\", \"parameters\":"
                        + " {\"source\": \"there\", \"setcatalog\": false}}"));
  }

  @Test
  void valuesAreFoundInPostgresql() throws Exception {
    There postgres =
        new There(
            "pg",
            SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE),
            SharedPostgres.USER,
            SharedPostgres.PASSWORD);
    try (Connection direct = SharedPostgres.target().jdbc()) {
      areFound(
          postgres,
          direct,
          Stream.concat(
              values(),
              Stream.of(
                  instant("1582-10-15 10:00:00", "1582-10-16T00:00+14:00"),
                  instant("9999-12-31 23:59:59.999999", "9999-12-31T13:59:59.999999-10:00"),
                  new Value(
                      "instants", null, s -> s.setNull(1, microsoft.sql.Types.DATETIMEOFFSET)))));
    }
  }

  @Test
  void valuesAreFoundInMariaDb() throws Exception {
    valuesAreFoundIn(MysqlRelease.MARIADB);
  }

  @Test
  @Tag("long")
  void valuesAreFoundInMysql() throws Exception {
    valuesAreFoundIn(MysqlRelease.MYSQL);
  }

  private static void valuesAreFoundIn(MysqlRelease release) throws Exception {
    try (Connection direct = release.shared().primary().connect(MysqlRelease.DATABASE)) {
      areFound(There.of(release), direct, values());
    }
  }

  private static void areFound(There there, Connection direct, Stream<Value> values)
      throws Exception {
    String table = there.table();
    Jdbc.change(direct, "DROP TABLE IF EXISTS " + table);
    Jdbc.change(
        direct,
        there.isPostgres()
            ? "CREATE TABLE pg_values (bits bool, decimals numeric(38), fractions numeric(38, 30),"
                + " reals float4, floats float8, dates date, times time(6), moments timestamp(6),"
                + " instants timestamptz(6), bytes bytea, texts varchar(100))"
            : "CREATE TABLE mysql_values (bits bool, decimals decimal(38), fractions decimal(38, 30),"
                + " reals float, floats double, dates date, times time(6), moments datetime(6),"
                + " bytes mediumblob, texts varchar(100) CHARACTER SET utf8mb4)");
    try (AvailabilityGroup group = AvailabilityGroup.start(1);
        SqlServerGroupNode node = node(group, there);
        Connection client =
            node.connect("sendStringParametersAsUnicode", "false", "sendTimeAsDatetime", "false")) {
      for (Value value : values.toList()) {
        String column = value.column();
        String insert = "INSERT INTO %s (%s) VALUES (?)".formatted(table, column);
        String select = "SELECT %s FROM %s".formatted(there.shown(column), table);
        String delete = "DELETE FROM %s WHERE %s = ?".formatted(table, column);
        run(client, value, insert);
        assertThat(same(column, Jdbc.value(direct, select)))
            .as("%s %s", column, value.expected())
            .isEqualTo(same(column, value.expected()));
        assertThat(run(client, value, delete))
            .as("%s %s", column, value.expected())
            .isEqualTo(value.expected() == null ? 0 : 1);
        Jdbc.change(direct, "DELETE FROM " + table);
      }
    } finally {
      Jdbc.change(direct, "DROP TABLE " + table);
    }
  }

  /** Numbers without the zeros behind their points, and texts. */
  private static Object same(String column, String shown) {
    if (shown == null) {
      return null;
    }
    return switch (column) {
      case "bits" -> shown.equals("1") || shown.equals("true");
      case "decimals", "fractions" -> new BigDecimal(shown).stripTrailingZeros();
      case "reals", "floats" -> Double.valueOf(shown);
      case "times", "moments", "instants" ->
          shown.contains(".") ? shown.replaceAll("\\.?0+$", "") : shown;
      default -> shown;
    };
  }

  private static int run(Connection client, Value value, String sql) throws SQLException {
    try (PreparedStatement statement = client.prepareStatement(sql)) {
      value.setting().on(statement.unwrap(SQLServerPreparedStatement.class));
      return statement.executeUpdate();
    }
  }
}
