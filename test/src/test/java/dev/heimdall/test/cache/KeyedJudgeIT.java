package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.race.DrawnConstants;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random reads and writes by key, whose values are spelled in every way that a server reads as the
 * same value or as another: after each write a read through the node says what a direct one says.
 */
@Tag("ci")
class KeyedJudgeIT {
  private static final int STATEMENTS = Integer.getInteger("keys.statements", 3_000);
  private static final long SEED = Long.getLong("keys.seed", System.currentTimeMillis());
  private static final int ROWS = 6;

  /** A column, its type, and spellings of values: those of the same row are equal. */
  private record Column(String type, String[][] spellings) {}

  private static final String U = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1";

  private static final List<Column> COLUMNS =
      List.of(
          new Column("int", numbers()),
          new Column("bigint", numbers()),
          new Column("smallint", numbers()),
          new Column("text", texts()),
          new Column("varchar(3)", texts()),
          new Column("varchar", texts()),
          new Column("char(4)", texts()),
          new Column("numeric", numbers()),
          new Column("uuid", uuids()),
          new Column("text COLLATE \"C\"", texts()));

  private static String[][] numbers() {
    String[][] all = new String[ROWS][];
    for (int i = 0; i < ROWS; i++) {
      all[i] =
          new String[] {
            "" + i,
            "'" + i + "'",
            "+" + i,
            "-(-" + i + ")",
            "0" + i,
            "'0" + i + "'",
            "' " + i + " '",
            "'+" + i + "'",
            i + "::int",
            "int '" + i + "'",
            "0x" + i,
            "0b" + (i & 1) + " + " + (i & ~1),
            "- -" + i,
            "E'" + i + "'",
            "$$" + i + "$$",
            "(" + i + ")",
            "/* x */ " + i + " -- y\n",
            "abs(-" + i + ")",
            "cast(" + i + " as bigint)"
          };
    }
    return all;
  }

  private static String[][] texts() {
    String[] words = {"a", "A", "b", "abc", "", "ä"};
    String[][] all = new String[ROWS][];
    for (int i = 0; i < ROWS; i++) {
      String w = words[i];
      all[i] =
          new String[] {
            "'" + w + "'",
            "E'" + w + "'",
            "$x$" + w + "$x$",
            "'" + w + "'::text",
            "N'" + w + "'",
            "'" + w + "'\n''",
            "('" + w + "')",
            "'" + w + "' || ''",
            "text '" + w + "'",
            "U&'" + (w.equals("a") ? "\\0061" : w) + "'",
            "'" + w + "'::varchar(9)"
          };
    }
    return all;
  }

  private static String[][] uuids() {
    String[][] all = new String[ROWS][];
    for (int i = 0; i < ROWS; i++) {
      String u = U + i;
      all[i] =
          new String[] {
            "'" + u + "'",
            "'" + u.toUpperCase() + "'",
            "'{" + u + "}'",
            "'" + u.replace("-", "") + "'",
            "uuid '" + u + "'",
            "'" + u + "'::uuid"
          };
    }
    return all;
  }

  private final Random random = new Random(SEED);
  private final DrawnConstants constants =
      new DrawnConstants(new SplittableRandom(SEED), DrawnConstants.Sql.POSTGRES);
  private int hits;

  private String any(String... of) {
    return of[random.nextInt(of.length)];
  }

  /** Mostly plain: of other spellings the node knows nothing, and drops all. */
  private String spelled(Column column) {
    String[] same = column.spellings[random.nextInt(ROWS)];
    return switch (random.nextInt(6)) {
      case 0 -> any(same);
      case 1, 2 -> constants.like(same[0]);
      default -> same[random.nextInt(2)];
    };
  }

  /** A value with blanks behind it, which a type may cut off or not. */
  private String value(Column column) {
    String value = spelled(column);
    boolean text = column.type.contains("char") || column.type.startsWith("text");
    return text && random.nextInt(8) == 0 ? value.replaceFirst("'$", "  '") : value;
  }

  private String condition(Column column) {
    String k = any("k", "k", "K", "\"k\"", "kj.k");
    return switch (random.nextInt(8)) {
      case 0 -> k + " IN (" + value(column) + ", " + value(column) + ")";
      case 6 -> k + any(" = ANY (", " = some(") + array(column) + ")";
      case 7 ->
          k
              + " = ANY(ARRAY["
              + value(column)
              + ", "
              + value(column)
              + "]"
              + converted(column)
              + ")";
      case 1 -> k + " = " + value(column) + " AND n >= 0";
      case 2 -> k + " = " + value(column) + any(" OR n < 0", " OR k = " + value(column));
      case 3 -> value(column) + " = " + k;
      default -> k + " = " + value(column);
    };
  }

  private String array(Column column) {
    String[] elements = new String[random.nextInt(4)];
    for (int i = 0; i < elements.length; i++) {
      String value = any(column.spellings[random.nextInt(ROWS)][0], "NULL").replace("'", "");
      elements[i] = any(value, value, '"' + value + '"', " " + value + " ", value + "::int");
    }
    return "'{" + String.join(",", elements) + "}'" + converted(column);
  }

  private String converted(Column column) {
    String type = column.type.replaceFirst(" .*", "");
    return any("", "", "::" + type + "[]", "::text[]", "::int[]", "::varchar(1)[]");
  }

  private String read(Column column) {
    return "SELECT count(*), sum(n), max(n) FROM kj WHERE " + condition(column);
  }

  private String write(Column column) {
    return switch (random.nextInt(9)) {
      case 0 -> "INSERT INTO kj (k, n) VALUES (" + value(column) + ", 1)";
      case 1 ->
          "INSERT INTO kj (n, k) VALUES (1, " + value(column) + "), (2, " + value(column) + ")";
      case 2 -> "DELETE FROM kj WHERE n > 3 AND " + condition(column);
      case 3 -> "UPDATE kj SET k = " + value(column) + " WHERE " + condition(column);
      case 4 -> "UPDATE kj SET \"k\" = DEFAULT, n = n WHERE " + condition(column);
      case 5 -> "UPDATE kj AS kj SET n = n + 1 WHERE " + condition(column);
      case 6 ->
          "BEGIN; UPDATE kj SET n = n + 1 WHERE "
              + condition(column)
              + "; DELETE FROM kj WHERE n > 9 AND "
              + condition(column)
              + "; COMMIT";
      default -> "UPDATE kj SET n = n + 1 WHERE " + condition(column);
    };
  }

  private static String run(Connection at, String sql) throws SQLException {
    try (Statement statement = at.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      return row(statement.getResultSet());
    }
  }

  private static boolean served(Connection at) throws SQLException {
    try (Statement statement = at.createStatement();
        ResultSet rows = statement.executeQuery("SHOW QUERYINFO")) {
      while (rows.next()) {
        if (rows.getString(1).equals("cached")) {
          return rows.getString(2).equals("yes");
        }
      }
      return false;
    }
  }

  private static String row(ResultSet rows) throws SQLException {
    rows.next();
    return rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3);
  }

  /** The same by a parameter, of a type that the driver's user chooses. */
  private static String bound(Connection at, String sql, Object value, int type)
      throws SQLException {
    try (PreparedStatement statement = at.prepareStatement(sql)) {
      if (type == Types.OTHER || type == Types.VARCHAR) {
        statement.setObject(1, value);
      } else {
        statement.setObject(1, value, type);
      }
      if (!statement.execute()) {
        return "";
      }
      return row(statement.getResultSet());
    }
  }

  private Object value(int type) {
    int which = random.nextInt(ROWS);
    return switch (type) {
      case Types.OTHER -> UUID.fromString(U + which);
      case Types.VARCHAR -> texts()[which][0].replace("'", "") + any("", "", " ");
      default -> which;
    };
  }

  /** A parameter of a type, perhaps in an expression. */
  private String bound(int type) {
    return switch (type) {
      case Types.OTHER -> any("?", "?", "(?)", "?::uuid");
      case Types.VARCHAR -> any("?", "?", "'' || ?", "lower(?)", "?::text", "concat(?, NULL)");
      default -> any("?", "?", "? + 0", "1 + ? - 1", "?::int", "cast(? AS bigint)", "abs(?)");
    };
  }

  private Array list(Connection at, Column column) throws SQLException {
    int type = typeOf(column);
    Object[] values = new Object[random.nextInt(4)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(8) == 0 ? null : value(type);
    }
    String of =
        switch (type) {
          case Types.OTHER -> "uuid";
          case Types.VARCHAR -> any("text", "varchar");
          default -> any("int4", "int8", "int2", "numeric");
        };
    return at.createArrayOf(of, values);
  }

  private static int parameter(Column column) {
    return column.type.equals("uuid")
        ? Types.OTHER
        : column.type.contains("char") || column.type.startsWith("text") ? Types.VARCHAR : 0;
  }

  private int typeOf(Column column) {
    int type = parameter(column);
    int[] numbers = {Types.INTEGER, Types.BIGINT, Types.SMALLINT, Types.NUMERIC, Types.DOUBLE};
    return type == 0 ? numbers[random.nextInt(numbers.length)] : type;
  }

  private static boolean rejected(Connection at, String sql) throws SQLException {
    try {
      run(at, sql);
      return false;
    } catch (SQLException e) {
      run(at, "ROLLBACK");
      return true;
    }
  }

  @Test
  void whateverAKeyIsSpelledLikeAReadSaysWhatADirectOneSays() throws SQLException {
    System.out.println("keys.seed=" + SEED);
    try (TestNode node =
            TestNode.start(
                c ->
                    c.cluster(SharedPostgres.cluster())
                        .vdb("cache.enabled", true)
                        .vdb("cache.dmlThreshold", 100)
                        .vdb("rules", List.of("cached"))
                        .rules("cached", "{\"match\": \"(?i)^select\", \"action\": \"cache\"}"));
        Connection texts = node.target().jdbc("preferQueryMode", "simple");
        Connection prepared = node.target().jdbc("prepareThreshold", "2");
        Connection direct = SharedPostgres.target().jdbc("preferQueryMode", "simple");
        Connection bound = SharedPostgres.target().jdbc("prepareThreshold", "2")) {
      for (Column column : COLUMNS) {
        judge(column, texts, prepared, direct, bound);
      }
      run(texts, "DROP TABLE kj");
    }
    assertThat(hits).as("reads that the cache answered").isGreaterThan(STATEMENTS / 20);
  }

  private void judge(
      Column column,
      Connection texts,
      Connection prepared,
      Connection direct,
      Connection directlyBound)
      throws SQLException {
    run(texts, "DROP TABLE IF EXISTS kj");
    run(texts, "CREATE TABLE kj (k " + column.type + ", n int)");
    String any = "SELECT count(*), 0, 0 FROM kj";
    Await.until(
        "results of the new table are kept",
        () -> {
          run(texts, any);
          return served(texts);
        });
    List<String> history = new ArrayList<>();
    for (int i = 0; i < STATEMENTS / COLUMNS.size(); i++) {
      history.clear();
      if (random.nextInt(12) == 0) {
        run(texts, "DELETE FROM kj");
        for (String[] value : column.spellings) {
          run(texts, "INSERT INTO kj (k, n) VALUES (" + value[0] + ", 0)");
        }
      }
      String read = read(column);
      if (rejected(direct, read)) {
        continue;
      }
      int type = typeOf(column);
      Object key = value(type);
      boolean lists = random.nextInt(3) == 0;
      String asked =
          "SELECT count(*), sum(n), max(n) FROM kj WHERE k = " + (lists ? "ANY(?)" : bound(type));
      if (lists) {
        type = Types.ARRAY;
        key = list(prepared, column);
      }
      run(texts, read);
      run(texts, read);
      bound(prepared, asked, key, type);
      bound(prepared, asked, key, type);
      String write = write(column);
      history.add(write);
      boolean byText = random.nextBoolean();
      try {
        if (byText) {
          run(texts, write);
        } else {
          int another = typeOf(column);
          Object other = value(another);
          write =
              any(
                      "UPDATE kj SET n = n + 1 WHERE k = ?",
                      "DELETE FROM kj WHERE n > 4 AND k = ?",
                      "INSERT INTO kj (k, n) VALUES (?, 3)")
                  .replace("?", bound(another));
          history.set(0, write + " <- " + other + " of " + another);
          bound(prepared, write, other, another);
        }
      } catch (SQLException e) {
        run(texts, "ROLLBACK");
        continue;
      }
      String said = run(texts, read);
      hits += served(texts) ? 1 : 0;
      assertThat(said)
          .as("%s %s behind %s", column.type, read, history)
          .isEqualTo(run(direct, read));
      assertThat(bound(prepared, asked, key, type))
          .as("%s by parameter %s behind %s", column.type, key, history)
          .isEqualTo(bound(directlyBound, asked, key, type));
    }
  }
}
