package dev.heimdall.engine.dialect.mysql.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.launcher.mysql.Flavour;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.race.KeySamples;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Literals that a column holds for equal, by the words of servers. */
class PlainColumnsIT {
  private static final long SEED = Long.getLong("cache.keys.seed", System.nanoTime());
  private static final int TEXTS_AT_RANDOM = 60;
  private static final int AT_ONCE = 40;

  /** Least number of pairs that differ; a server has far more. */
  private static final int PAIRS = 50_000;

  private static Connection connect(MysqlRelease release) throws SQLException {
    Connection connection =
        MysqlTarget.of(release.shared().primary()).jdbc("rewriteBatchedStatements", "true");
    Jdbc.execute(connection, "SET NAMES utf8mb4", "SET SESSION sql_mode = ''");
    return connection;
  }

  private static KeyColumn column(ResultSet row) throws SQLException {
    return PlainColumns.of(
        row.getString(4), row.getString(5), row.getLong(6), row.getString(7), row.getString(8));
  }

  private static RowKeys keys(KeyColumn column, String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    KeyColumns of = new KeyColumns("app.plain", "plain", Map.of("c", column));
    return KeyReader.read(
            List.of(of), text, 0, text.length, MysqlSql.USUAL_MODE, List.of(), MysqlSql.DIALECT)
        .get(of.table());
  }

  /** Texts of letters that have something to do with each other somewhere. */
  private static List<String> literals(boolean numbers) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<String> all = new ArrayList<>(numbers ? KeySamples.NUMBERS : KeySamples.TEXTS);
    String signs = numbers ? "0123456789-. e" : "aAbcCdhijlnoOsSuvwWyYz -_[]~";
    for (int i = 0; i < TEXTS_AT_RANDOM; i++) {
      StringBuilder text = new StringBuilder();
      for (int k = random.nextInt(6); k >= 0; k--) {
        text.append(signs.charAt(random.nextInt(signs.length())));
      }
      all.add("'" + text + "'");
    }
    return all;
  }

  @MariadbAndMysql
  void noRowIsInTwoSetsThatMissEachOther(MysqlRelease release) throws SQLException {
    long pairs = 0;
    List<String> wrong = new ArrayList<>();
    try (Connection connection = connect(release)) {
      for (String type : KeySamples.types(release.flavour() == Flavour.MARIADB)) {
        Jdbc.execute(
            connection, "DROP TABLE IF EXISTS plain", "CREATE TABLE plain (i INT, c " + type + ")");
        KeyColumn column = null;
        try (Statement statement = connection.createStatement();
            ResultSet rows =
                statement.executeQuery(PlainColumns.QUERY + " AND table_name = 'plain'")) {
          while (rows.next()) {
            column = rows.getString(3).equals("c") ? column(rows) : column;
          }
        }
        if (column != null) {
          pairs += judge(connection, type, column, wrong);
        }
      }
      Jdbc.execute(connection, "DROP TABLE plain");
    }
    System.out.printf("%s, seed %d: %d pairs told apart%n", release, SEED, pairs);
    assertThat(wrong).isEmpty();
    assertThat(pairs).isGreaterThan(PAIRS);
  }

  /** Returns how many pairs were told apart. */
  private static long judge(
      Connection connection, String type, KeyColumn column, List<String> wrong)
      throws SQLException {
    List<String> literals = literals(KeySamples.OF_NUMBERS.contains(type));
    connection.setAutoCommit(false);
    for (int i = 0; i < literals.size(); i++) {
      try {
        Jdbc.execute(
            connection, "INSERT INTO plain (i, c) VALUES (" + i + ", " + literals.get(i) + ")");
      } catch (SQLException e) {
        continue; // refused, or there already
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
    List<Set<Integer>> rows = rows(connection, literals);
    List<RowKeys> read = new ArrayList<>();
    List<RowKeys> written = new ArrayList<>();
    for (String literal : literals) {
      read.add(keys(column, "SELECT i FROM plain WHERE c = " + literal));
      written.add(keys(column, "INSERT INTO plain (c) VALUES (" + literal + ")"));
    }
    long pairs = 0;
    for (int one = 0; one < literals.size(); one++) {
      for (int other = 0; other < literals.size(); other++) {
        if (misses(read.get(one), read.get(other))) {
          pairs++;
          Set<Integer> both = new HashSet<>(rows.get(one));
          both.retainAll(rows.get(other));
          if (!both.isEmpty()) {
            wrong.add(type + ": " + literals.get(one) + " and " + literals.get(other));
          }
        }
        if (misses(read.get(one), written.get(other)) && rows.get(one).contains(other)) {
          wrong.add(type + ": " + literals.get(other) + " is found by " + literals.get(one));
        }
      }
    }
    return pairs;
  }

  private static boolean misses(RowKeys one, RowKeys other) {
    return one != null && other != null && one.misses(other);
  }

  /** The rows that each literal finds. */
  private static List<Set<Integer>> rows(Connection connection, List<String> literals)
      throws SQLException {
    List<Set<Integer>> rows = new ArrayList<>();
    literals.forEach(each -> rows.add(new HashSet<>()));
    for (int from = 0; from < literals.size(); from += AT_ONCE) {
      List<String> queries = new ArrayList<>();
      for (int i = from; i < Math.min(from + AT_ONCE, literals.size()); i++) {
        queries.add("SELECT %d, i FROM plain WHERE c = %s".formatted(i, literals.get(i)));
      }
      try {
        add(connection, String.join(" UNION ALL ", queries), rows);
      } catch (SQLException refused) {
        for (String query : queries) {
          try {
            add(connection, query, rows);
          } catch (SQLException e) {
            continue; // it finds none
          }
        }
      }
    }
    return rows;
  }

  private static void add(Connection connection, String query, List<Set<Integer>> rows)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      while (found.next()) {
        rows.get(found.getInt(1)).add(found.getInt(2));
      }
    }
  }

  /** All texts of two signs of ASCII that show, and of three letters. */
  private static Set<String> shortTexts() {
    Set<String> all = new HashSet<>();
    for (char a = ' '; a <= '~'; a++) {
      all.add(String.valueOf(a));
      for (char b = ' '; b <= '~'; b++) {
        all.add("" + a + b);
        for (char c = 'a'; c <= 'z' && isSmall(a) && isSmall(b); c++) {
          all.add("" + a + b + c);
        }
      }
    }
    return all;
  }

  private static boolean isSmall(char c) {
    return c >= 'a' && c <= 'z';
  }

  @MariadbAndMysql
  void nothingButCaseAndBlanksIsEqualInCollationsThatArePlain(MysqlRelease release)
      throws SQLException {
    try (Connection connection = connect(release)) {
      Jdbc.table(
          connection,
          "plain_texts",
          "t varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,"
              + " folded varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO plain_texts VALUES (?, ?)")) {
        for (String text : shortTexts()) {
          insert.setString(1, text);
          insert.setString(2, text.stripTrailing().toLowerCase(Locale.ROOT));
          insert.addBatch();
        }
        insert.executeBatch();
      }
      boolean mariaDb = release.flavour() == Flavour.MARIADB;
      List<String> plain = new ArrayList<>();
      List<String> others = new ArrayList<>();
      for (String collation :
          Jdbc.column(
              connection,
              "SELECT "
                  + (mariaDb ? "full_collation_name" : "collation_name")
                  + " FROM information_schema.collation_character_set_applicability"
                  + " WHERE character_set_name IN ('ascii', 'latin1', 'utf8mb3', 'utf8mb4')")) {
        boolean kept = PlainColumns.of("varchar", "varchar(3)", 3, collation, "") != null;
        (kept ? plain : others).add(collation);
      }
      assertThat(plain).hasSizeGreaterThan(15);
      for (String collation : plain) {
        assertThat(equals(connection, collation)).as(collation).isEmpty();
      }
      // What is looked for is there.
      assertThat(others).contains("utf8mb4_roman_ci");
      assertThat(equals(connection, "utf8mb4_roman_ci")).contains("i = j");
      Jdbc.execute(connection, "DROP TABLE plain_texts");
    }
  }

  /** Texts that are equal in a collation and differ by more than that. */
  private static List<String> equals(Connection connection, String collation) throws SQLException {
    String charset = collation.substring(0, collation.indexOf('_'));
    return Jdbc.column(
        connection,
        "SELECT CONCAT(MIN(folded), ' = ', MAX(folded)) FROM plain_texts"
            + " GROUP BY CONVERT(t USING %s) COLLATE %s HAVING MIN(folded) <> MAX(folded)"
                .formatted(charset, collation));
  }
}
