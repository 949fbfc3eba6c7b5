package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.launcher.mysql.Flavour;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.tds.TdsTarget;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Values of expressions that keys are compared with: none is another than the server's. */
class EvaluatedKeysIT {
  private static final int EXPRESSIONS = Integer.getInteger("cache.keys.expressions", 3_000);
  private static final long SEED = Long.getLong("cache.keys.seed", System.nanoTime());
  private static final Pattern LITERAL = Pattern.compile("(?<![\\w'.])[0-9]+(?![\\w'.])|'[^']*'");

  private final SplittableRandom random = new SplittableRandom(SEED);

  /** Spelling of parameters in a dialect's texts. */
  private interface Words {
    /** In the place of a parameter, from 1. */
    String placeholder(int number);

    /** Sets one, and returns it as the node has it. */
    Parameter set(PreparedStatement statement, int number, Object value) throws SQLException;
  }

  private record Dialect(
      SqlDialect sql, LexerMode mode, KeyType text, DrawnConstants.Sql drawn, Words words) {}

  private static RowKeys keys(Dialect of, String column, String value, List<Parameter> given) {
    byte[] text =
        ("SELECT 1 FROM k WHERE " + column + " = " + value).getBytes(StandardCharsets.UTF_8);
    KeyColumns columns =
        new KeyColumns(
            "k", "k", Map.of("id", new KeyColumn(KeyType.INTEGER), "name", new KeyColumn(of.text)));
    return KeyReader.read(List.of(columns), text, 0, text.length, of.mode, given, of.sql).get("k");
  }

  /** Returns what was wrong, in words. */
  private List<String> judged(Connection connection, Dialect of, List<String> settings)
      throws SQLException {
    DrawnConstants drawn = new DrawnConstants(random, of.drawn);
    List<String> wrong = new ArrayList<>();
    int known = 0;
    for (int i = 0; i < EXPRESSIONS; i++) {
      if (!settings.isEmpty() && i % 100 == 0) {
        Jdbc.execute(connection, settings.get(i / 100 % settings.size()));
      }
      boolean whole = random.nextBoolean();
      int depth = 1 + random.nextInt(3);
      String expression = whole ? drawn.whole(depth) : drawn.text(depth);
      String column = whole ? "id" : "name";
      List<Object> values = new ArrayList<>();
      String bound = random.nextBoolean() ? expression : bound(expression, values);
      List<Parameter> given = new ArrayList<>();
      String answer;
      try (PreparedStatement statement = connection.prepareStatement("SELECT " + bound)) {
        for (Object value : values) {
          given.add(of.words.set(statement, given.size() + 1, value));
        }
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          answer = row.getString(1);
        }
      } catch (SQLException e) {
        continue; // an error there is one for whoever sends it
      }
      RowKeys evaluated = keys(of, column, numbered(of, bound), given);
      if (evaluated == null) {
        continue;
      }
      known++;
      if (!isSaid(of, column, whole, answer, evaluated)) {
        wrong.add(bound + " of " + values + " is " + answer);
      }
    }
    System.out.printf("%s, seed %d: %d of %d known%n", of.drawn, SEED, known, EXPRESSIONS);
    assertThat(known).isGreaterThan(EXPRESSIONS / 10);
    return wrong;
  }

  /** A number may be one of floating point, whose spelling a column does not mind. */
  private static boolean isSaid(
      Dialect of, String column, boolean whole, String answer, RowKeys evaluated) {
    if (answer == null) {
      return false;
    }
    String value = whole ? plain(answer) : "'" + answer + "'";
    boolean readable = value.length() <= 18 || !whole;
    return !readable || evaluated.equals(keys(of, column, value, List.of()));
  }

  private static String plain(String number) {
    BigDecimal exact = new BigDecimal(number);
    return exact.signum() == 0 ? "0" : exact.stripTrailingZeros().toPlainString();
  }

  /** Puts parameters in the place of some literals. */
  private String bound(String expression, List<Object> values) {
    Matcher literal = LITERAL.matcher(expression);
    StringBuilder all = new StringBuilder();
    while (literal.find()) {
      String one = literal.group();
      boolean typed =
          all.length() > 0
              && literal.start() > 0
              && expression.charAt(literal.start() - 1) == ' '
              && expression.substring(0, literal.start()).matches(".*int ");
      if (random.nextBoolean() || typed || one.length() > 18) {
        literal.appendReplacement(all, Matcher.quoteReplacement(one));
        continue;
      }
      boolean text = one.startsWith("'");
      values.add(text ? one.substring(1, one.length() - 1) : (Object) Long.parseLong(one));
      literal.appendReplacement(all, "?");
    }
    literal.appendTail(all);
    return all.toString();
  }

  private static String numbered(Dialect of, String bound) {
    StringBuilder all = new StringBuilder();
    int number = 0;
    for (char c : bound.toCharArray()) {
      all.append(c == '?' ? of.words.placeholder(++number) : String.valueOf(c));
    }
    return all.toString();
  }

  private static Parameter bytes(int type, boolean binary, byte[] value) {
    return new Parameter(type, binary, value);
  }

  private static byte[] ascii(Object value) {
    return value.toString().getBytes(StandardCharsets.UTF_8);
  }

  private final class PostgresWords implements Words {
    @Override
    public String placeholder(int number) {
      return "$" + number;
    }

    @Override
    public Parameter set(PreparedStatement statement, int number, Object value)
        throws SQLException {
      int way = random.nextInt(4);
      if (value instanceof Long whole && way == 0) {
        statement.setLong(number, whole);
        return bytes(20, true, ByteBuffer.allocate(8).putLong(whole).array());
      }
      if (value instanceof Long whole && way == 1 && whole == whole.intValue()) {
        statement.setInt(number, whole.intValue());
        return bytes(23, false, ascii(value));
      }
      if (way == 2) {
        statement.setString(number, value.toString());
        return bytes(1043, false, ascii(value));
      }
      statement.setObject(number, value.toString(), Types.OTHER);
      return bytes(0, false, ascii(value));
    }
  }

  private static final class MysqlWords implements Words {
    @Override
    public String placeholder(int number) {
      return "?";
    }

    @Override
    public Parameter set(PreparedStatement statement, int number, Object value)
        throws SQLException {
      if (value instanceof Long whole) {
        statement.setLong(number, whole);
        return bytes(8, true, ByteBuffer.allocate(8).putLong(whole).array());
      }
      statement.setString(number, value.toString());
      return bytes(0xfd, false, ascii(value));
    }
  }

  private static final class SqlServerWords implements Words {
    @Override
    public String placeholder(int number) {
      return "@P" + number;
    }

    @Override
    public Parameter set(PreparedStatement statement, int number, Object value)
        throws SQLException {
      boolean whole = value instanceof Long;
      if (value instanceof Long number8 && number8 == number8.shortValue()) {
        statement.setShort(number, number8.shortValue());
      } else if (value instanceof Long number8) {
        statement.setLong(number, number8);
      } else {
        statement.setString(number, value.toString());
      }
      int type = whole ? SqlServerSql.INTEGER : SqlServerSql.CHARACTERS;
      return new Parameter("@P" + number, type, false, ascii(value));
    }
  }

  @Test
  void postgresSaysTheSame() throws SQLException {
    Dialect of =
        new Dialect(
            PostgresSql.DIALECT,
            LexerMode.STANDARD,
            KeyType.TEXT,
            DrawnConstants.Sql.POSTGRES,
            new PostgresWords());
    try (Connection connection = SharedPostgres.target().jdbc()) {
      assertThat(judged(connection, of, List.of())).isEmpty();
    }
  }

  @MariadbAndMysql
  void mysqlSaysTheSame(MysqlRelease release) throws SQLException {
    Dialect of =
        new Dialect(
            MysqlSql.DIALECT,
            MysqlSql.USUAL_MODE,
            KeyType.FOLDED_TEXT,
            DrawnConstants.Sql.MYSQL,
            new MysqlWords());
    List<String> settings = new ArrayList<>();
    for (String mode :
        List.of("", "STRICT_ALL_TABLES", "PIPES_AS_CONCAT", "NO_UNSIGNED_SUBTRACTION")) {
      settings.add("SET SESSION sql_mode = '" + mode + "'");
    }
    if (release.flavour() == Flavour.MARIADB) {
      settings.add("SET SESSION sql_mode = 'ORACLE'");
      settings.add("SET SESSION sql_mode = 'EMPTY_STRING_IS_NULL'");
    }
    try (Connection connection =
        MysqlTarget.of(release.shared().primary()).jdbc("useServerPrepStmts", "true")) {
      assertThat(judged(connection, of, settings)).isEmpty();
    }
  }

  /** The stand-in's expressions are those of another database. */
  @Test
  @EnabledIfSystemProperty(named = "tds.server", matches = ".+")
  void sqlServerSaysTheSame() throws SQLException {
    Dialect of =
        new Dialect(
            SqlServerSql.DIALECT,
            LexerMode.STANDARD,
            KeyType.WORD_TEXT,
            DrawnConstants.Sql.SQL_SERVER,
            new SqlServerWords());
    try (TdsTarget server = TdsTarget.start();
        Connection connection = server.jdbc(";encrypt=false")) {
      assertThat(judged(connection, of, List.of())).isEmpty();
    }
  }
}
