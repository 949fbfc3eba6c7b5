package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.RowKeys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyReaderTest {
  private static final KeyColumns ROWS =
      new KeyColumns(
          "app.rows",
          "rows",
          Map.of(
              "id", new KeyColumn(KeyType.INTEGER),
              "name", new KeyColumn(KeyType.TEXT),
              "u", new KeyColumn(KeyType.UUID)));

  private static final String UUID = "0b3c1f6e-8a1d-4a40-9d51-2f0c7b1f7a11";

  private static RowKeys keys(String sql, Parameter... parameters) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    List<KeyColumns> of = List.of(ROWS);
    LexerMode mode = LexerMode.STANDARD;
    List<Parameter> values = List.of(parameters);
    RowKeys written =
        KeyReader.written(of, text, 0, text.length, mode, values, PostgresSql.DIALECT).rows();
    return written != null
        ? written
        : KeyReader.read(of, text, 0, text.length, mode, values, PostgresSql.DIALECT)
            .get(ROWS.table());
  }

  private static Parameter text(int type, String value) {
    return new Parameter(
        type, false, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  private static final RowKeys FIVE = keys("SELECT n FROM rows WHERE id = 5");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT n FROM rows WHERE id = 5",
        "select * from app.public.rows r where r.id=5 and n > 3 order by n limit 1",
        "SELECT n FROM rows WHERE n = 3 AND id = '5';",
        "SELECT n FROM rows WHERE id = E'5'",
        "UPDATE rows SET r.n = 3 WHERE id = 5",
        "SELECT count(*) FROM \"rows\" AS r WHERE \"r\".\"id\" = 005 GROUP BY n",
        "SELECT n FROM rows WHERE id IN (5) AND (n = 1 OR id = 6)",
        "UPDATE rows SET n = n + 1, a = ARRAY[1, 2] WHERE id = 5 RETURNING n",
        "UPDATE rows AS r SET n = (n + 2) WHERE r.id = 5 AND n < 9",
        "DELETE FROM rows WHERE id = 5",
        "INSERT INTO rows (n, id) VALUES (now(), 5) RETURNING id",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT DO NOTHING",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET n = 1",
        "INSERT INTO rows AS r (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET n = r.n + 1",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (n, \"id\") WHERE n > 3 DO UPDATE"
            + " SET id = EXCLUDED.id, n = CASE WHEN rows.n = 1 THEN 2 END"
            + " WHERE rows.n <> 3 RETURNING id",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (id) DO NOTHING RETURNING n",
        "SELECT n FROM rows WHERE n > 2 AND (a OR b) AND (id = 5 AND n < 9)",
        "DELETE FROM rows WHERE n IS NOT NULL AND id = 5",
        "DELETE FROM rows WHERE id BETWEEN 5 AND 5 AND n = 1",
      })
  void theRowOfANumberIsRead(String sql) {
    assertThat(keys(sql)).isEqualTo(FIVE);
  }

  @Test
  void parametersAreReadAsWhatTheyAre() {
    String sql = "SELECT n FROM rows WHERE id = $1";
    assertThat(keys(sql, text(0, "5"))).isEqualTo(FIVE);
    assertThat(keys(sql, text(20, "5"))).isEqualTo(FIVE);
    assertThat(keys(sql, new Parameter(23, true, new byte[] {0, 0, 0, 5}))).isEqualTo(FIVE);
    assertThat(keys("UPDATE rows SET n = $2 WHERE id = $1", text(23, "5"), text(0, "7")))
        .isEqualTo(FIVE);
    assertThat(keys("INSERT INTO rows (id, n) VALUES ($1, $2)", text(0, "5"), text(0, "7")))
        .isEqualTo(FIVE);

    assertThat(keys(sql, text(1700, "5"))).isNull();
    assertThat(keys(sql, text(0, "5.0"))).isNull();
    assertThat(keys(sql, new Parameter(0, false, null))).isNull();
    assertThat(keys(sql)).isNull();
    // Another place may give it another type.
    assertThat(keys("SELECT $1::float8 FROM rows WHERE id = $1", text(0, "5"))).isNull();
  }

  @Test
  void textsAndUuidsAreReadAsTheyAreEqual() {
    RowKeys named = keys("SELECT n FROM rows WHERE name = 'cron'");
    assertThat(keys("SELECT n FROM rows WHERE name = $1", text(25, "cron"))).isEqualTo(named);
    // A column may cut blanks off.
    assertThat(keys("INSERT INTO rows (name) VALUES ('cron  ')")).isEqualTo(named);
    assertThat(keys("SELECT n FROM rows WHERE name = 'Cron'").misses(named)).isTrue();
    assertThat(keys("SELECT n FROM rows WHERE name = $1", text(1042, "cron"))).isNull();

    RowKeys one = keys("SELECT n FROM rows WHERE u = '" + UUID + "'");
    java.util.UUID value = java.util.UUID.fromString(UUID);
    byte[] binary =
        java.nio.ByteBuffer.allocate(16)
            .putLong(value.getMostSignificantBits())
            .putLong(value.getLeastSignificantBits())
            .array();
    assertThat(keys("DELETE FROM rows WHERE u = $1", new Parameter(2950, true, binary)))
        .isEqualTo(one);
    assertThat(keys("SELECT n FROM rows WHERE u = '{" + UUID + "}'")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT n FROM rows",
        "SELECT n FROM rows WHERE id = 5 OR n = 3",
        "SELECT n FROM rows WHERE n = 1 AND id = 5 OR n = 3",
        "SELECT n FROM rows WHERE NOT id = 5",
        "SELECT n FROM rows WHERE n BETWEEN 1 AND id = 5",
        "SELECT n FROM rows WHERE (SELECT true) AND id = 5",
        "SELECT n FROM rows WHERE id BETWEEN 1 AND 129",
        "SELECT n FROM rows WHERE id BETWEEN 6 AND 5",
        "SELECT n FROM rows WHERE id BETWEEN 4.5 AND 5.5",
        "SELECT n FROM rows WHERE id BETWEEN SYMMETRIC 5 AND 5",
        "SELECT n FROM rows WHERE id NOT BETWEEN 5 AND 5",
        "SELECT n FROM rows WHERE id BETWEEN '5' AND 5",
        "SELECT n FROM rows WHERE id BETWEEN 5 AND 5 IS NOT TRUE",
        "SELECT n FROM rows WHERE name BETWEEN 'a' AND 'a'",
        "SELECT n FROM rows WHERE id = 5 AND n > (SELECT max(n) FROM rows)",
        "SELECT n FROM rows WHERE id = 5 UNION SELECT n FROM rows",
        "SELECT n FROM rows WHERE id = 5 AND n IN (TABLE rows)",
        "SELECT a.n FROM rows a, rows b WHERE a.id = 5",
        "SELECT a.n FROM rows a JOIN rows b ON true WHERE a.id = 5",
        "SELECT n FROM rows r (n, id) WHERE id = 5",
        "SELECT n FROM ONLY rows WHERE id = 5",
        "SELECT n FROM others WHERE id = 5",
        "SELECT n FROM rows WHERE o.id = 5",
        "SELECT n FROM rows WHERE id = NULL",
        "SELECT n FROM rows WHERE id = 5.0",
        "SELECT n FROM rows WHERE id = 1234567890123456789",
        "SELECT n FROM rows WHERE id = 5 IS NOT TRUE",
        "SELECT n FROM rows WHERE id = E'\\x35'",
        "SELECT n FROM rows WHERE name = 'ä'",
        "SELECT n FROM rows WHERE name = 'it''s'",
        "SELECT n FROM rows WHERE name = 'a' COLLATE other",
        "SELECT n FROM rows WHERE name = U&'a'",
        "UPDATE rows SET n = 1",
        "UPDATE rows SET id = id + 1 WHERE id = 5",
        "UPDATE rows SET n = 1, id = (6) + n WHERE id = 5",
        "UPDATE rows SET id = 6 WHERE n = 5",
        "UPDATE rows SET id = DEFAULT WHERE id = 5",
        "UPDATE rows SET (n, id) = (1, 6) WHERE id = 5",
        "UPDATE rows SET n[1] = 1 WHERE id = 5",
        "UPDATE rows SET id.part = 1 WHERE id = 5",
        "UPDATE rows SET n = o.n FROM others o WHERE id = 5",
        "UPDATE rows SET n = 1 WHERE CURRENT OF c",
        "DELETE FROM rows USING others WHERE id = 5",
        "INSERT INTO rows VALUES (5, 1)",
        "INSERT INTO rows (n) VALUES (5)",
        "INSERT INTO rows (id) VALUES (DEFAULT)",
        "INSERT INTO rows (name) VALUES (5)",
        "INSERT INTO rows (id) SELECT 5",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT ON CONSTRAINT k DO UPDATE SET n = 1",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (name) DO UPDATE SET n = 1",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (abs(id)) DO UPDATE SET n = 1",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (id COLLATE x) DO UPDATE SET n = 1",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET id = 6",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET n = 1, id = excluded.n",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET id = excluded.id + 1",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET (n, id) = (1, 6)",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET id[1] = 6",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET id.a = 6",
        "INSERT INTO rows (id) VALUES (5) ON CONFLICT DO NOTHING FROM",
        "INSERT INTO rows (id) OVERRIDING SYSTEM VALUE VALUES (5)",
        "WITH x AS (DELETE FROM rows) SELECT n FROM rows WHERE id = 5",
        "SELECT 1; SELECT n FROM rows WHERE id = 5",
        "MERGE INTO rows USING others ON id = 5 WHEN MATCHED THEN DELETE",
        "EXPLAIN ANALYZE UPDATE rows SET n = 1 WHERE id = 5",
        "TRUNCATE rows",
      })
  void nothingIsKnownOfWhatIsNotPlain(String sql) {
    assertThat(keys(sql)).isNull();
  }

  @Test
  void listsAndRowsAreReadWhole() {
    RowKeys some = keys("SELECT n FROM rows WHERE id IN (5, -7, 9)");
    assertThat(some.misses(keys("UPDATE rows SET n = 1 WHERE id = -7"))).isFalse();
    assertThat(some.misses(keys("UPDATE rows SET n = 1 WHERE id = 7"))).isTrue();
    assertThat(some.misses(keys("INSERT INTO rows (id, n) VALUES (1, 1), (9, 1)"))).isFalse();
    assertThat(some.misses(keys("INSERT INTO rows (id, n) VALUES (1, 1), (2, 1)"))).isTrue();
    RowKeys range = keys("SELECT n FROM rows WHERE id BETWEEN -1 AND 126");
    assertThat(range.misses(keys("UPDATE rows SET n = 1 WHERE id = -1"))).isFalse();
    assertThat(range.misses(keys("UPDATE rows SET n = 1 WHERE id = 126"))).isFalse();
    assertThat(range.misses(keys("DELETE FROM rows WHERE id BETWEEN 127 AND 200"))).isTrue();
    assertThat(keys("SELECT n FROM rows WHERE id BETWEEN $1 AND $2", text(0, "4"), text(23, "6")))
        .isEqualTo(keys("SELECT n FROM rows WHERE id IN (4, 5, 6)"));
    // Of another column it is not known which rows these are.
    assertThat(some.misses(keys("DELETE FROM rows WHERE name = 'a'"))).isFalse();
  }

  private static final RowKeys SOME = keys("SELECT n FROM rows WHERE id IN (5, -7, 9)");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT n FROM rows WHERE id = ANY ('{5,-7,9}')",
        "SELECT n FROM rows r WHERE n = 3 AND r.id = any('{\"5\",NULL,-7,09}') ORDER BY n",
        "SELECT n FROM rows WHERE id = SOME('{5,-7,9}'::int[]) AND n = 1",
        "SELECT n FROM rows WHERE id = ANY(ARRAY[5, -7, 9])",
        "DELETE FROM rows WHERE id = ANY(array[5, '-7', 9] :: bigint[])",
        "UPDATE rows SET n = 1 WHERE (id = ANY(E'{5,-7,9}'))",
      })
  void elementsOfArraysAreReadAsListsAre(String sql) {
    assertThat(keys(sql)).isEqualTo(SOME);
  }

  private static Parameter array(int type, int element, byte[]... values) {
    ByteBuffer out = ByteBuffer.allocate(200);
    out.putInt(1).putInt(1).putInt(element).putInt(values.length).putInt(1);
    for (byte[] value : values) {
      out.putInt(value == null ? -1 : value.length).put(value == null ? new byte[0] : value);
    }
    return new Parameter(type, true, Arrays.copyOf(out.array(), out.position()));
  }

  private static byte[] bytes(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  @Test
  void arraysThatAreParametersAreReadAsWhatTheyAre() {
    String sql = "SELECT n FROM rows WHERE id = ANY($1)";
    String cast = "SELECT n FROM rows WHERE id = ANY($1::integer[])";
    byte[][] numbers = {bytes(5), null, bytes(-7), bytes(9)};
    for (String each : List.of(sql, cast)) {
      assertThat(keys(each, text(0, "{5,-7,9}"))).isEqualTo(SOME);
      assertThat(keys(each, text(1016, "{5,-7,null,9}"))).isEqualTo(SOME);
      assertThat(keys(each, array(1007, 23, numbers))).isEqualTo(SOME);
      assertThat(keys(each, array(0, 23, numbers))).isEqualTo(SOME);
    }
    String names = "SELECT n FROM rows WHERE name = ANY($1)";
    assertThat(keys(names, text(1009, "{a,\"b c\",\"\",\"NULL\"}")))
        .isEqualTo(keys("SELECT n FROM rows WHERE name IN ('a', 'b c', '', 'NULL')"));
    assertThat(keys(names, array(1015, 1043, "a".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(keys("SELECT n FROM rows WHERE name = 'a'"));
    assertThat(keys("SELECT n FROM rows WHERE u = ANY($1)", text(2951, "{" + UUID + "}")))
        .isEqualTo(keys("SELECT n FROM rows WHERE u = '" + UUID + "'"));

    assertThat(keys(sql, text(25, "{5}"))).isNull();
    assertThat(keys(sql, text(1231, "{5}"))).as("numeric").isNull();
    assertThat(keys(sql, text(1009, "{5}"))).isNull();
    assertThat(keys(sql, array(1007, 20, bytes(5)))).isNull();
    assertThat(keys(sql, new Parameter(1007, false, null))).isNull();
    assertThat(keys(sql, new Parameter(1007, true, new byte[] {0, 0, 0, 1, 0}))).isNull();
    assertThat(keys(sql, new Parameter(1007, true, new byte[12]))).as("empty").isNull();
    assertThat(keys("SELECT n FROM rows WHERE id = ANY($1) AND a = $1", text(0, "{5}"))).isNull();
    String many = "{" + "5,".repeat(RowKeys.MOST_VALUES) + "5}";
    assertThat(keys(sql, text(1007, many))).isNull();
    assertThat(keys(sql, text(1007, "{5" + many.substring(4)))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id = ANY('{5, 6}')",
        "id = ANY('{ 5}')",
        "id = ANY('{}')",
        "id = ANY('{5')",
        "id = ANY('{5,}')",
        "id = ANY('{,5}')",
        "id = ANY('{5,,6}')",
        "id = ANY('{\"5\"6}')",
        "id = ANY('{5}}')",
        "id = ANY('{{5,6}}')",
        "id = ANY('[0:0]={5}')",
        "id = ANY('{NULL}')",
        "id = ANY('{+5}')",
        "id = ANY('{5.0}')",
        "name = ANY('{a\\b}')",
        "name = ANY('{ä}')",
        "id = ANY(a)",
        "id = ANY(5)",
        "id = ANY($1)",
        "id = ANY('{5}'::numeric[])",
        "id = ANY('{5}'::int[]::text[])",
        "id = ANY('{5}'::app.int4[])",
        "id = ANY('{5}'::\"int4\"[])",
        "name = ANY('{5}'::int[])",
        "id = ANY(ARRAY[5, n])",
        "id = ANY(ARRAY[5] || 6)",
        "id = ANY('{5}' || '{6}')",
        "id = ANY(ARRAY[[5], [6]])",
        "id = ALL('{5}')",
        "id <> ANY('{5}')",
        "id = ANY('{5}') OR n = 1",
        "id = ANY('{5}') = true",
        "id = any",
        "a[id = ANY('{5}')]",
      })
  void nothingIsKnownOfOtherArrays(String condition) {
    assertThat(keys("SELECT n FROM rows WHERE " + condition)).isNull();
    assertThat(keys("DELETE FROM rows WHERE " + condition)).isNull();
  }

  @Test
  void severalWritesAreKnownByWhatIsKnownOfAll() {
    RowKeys both = keys("DELETE FROM rows WHERE id = 1 AND name = 'a'");
    RowKeys sum = both.and(keys("DELETE FROM rows WHERE id = 2"));
    assertThat(sum).isEqualTo(keys("DELETE FROM rows WHERE id IN (2, 1)"));
    assertThat(sum.and(keys("DELETE FROM rows WHERE name = 'a'"))).isNull();
  }

  @Test
  void otherNodesReadWhatIsSpelled() {
    RowKeys keys = keys("INSERT INTO rows (id, name) VALUES (5, 'a'), (6, 'b')");
    assertThat(RowKeys.read("app.rows", keys.spelled())).isEqualTo(keys);
    assertThat(RowKeys.read("app.rows", "id\u0003zz")).isNull();
    assertThat(RowKeys.read("app.rows", "")).isNull();
  }

  private static final KeyColumns MORE =
      new KeyColumns(
          "app.more",
          "more",
          Map.of(
              "row_id", new KeyColumn(KeyType.INTEGER),
              "key", new KeyColumn(KeyType.TEXT),
              "small", new KeyColumn(KeyType.INTEGER, 0, 3)));

  private static final KeyColumns NONE = new KeyColumns("app.none", "none", Map.of());

  /** Rows that a statement of several tables reads, by the table. */
  private static Map<String, RowKeys> joined(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    List<KeyColumns> all = List.of(ROWS, MORE, NONE);
    return KeyReader.read(
        all, text, 0, text.length, LexerMode.STANDARD, List.of(), PostgresSql.DIALECT);
  }

  private static final RowKeys FIVE_OF_MORE =
      joined("SELECT 1 FROM more WHERE row_id = 5").get("app.more");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT r.n FROM rows r JOIN more m ON m.row_id = r.id WHERE r.id = 5",
        "SELECT * FROM rows, more WHERE rows.id = more.row_id AND row_id = 5",
        "SELECT * FROM rows INNER JOIN more ON (id = row_id) WHERE 1 = 1 AND (id = 5) ORDER BY n",
        "SELECT * FROM rows r LEFT JOIN more AS m ON r.id = m.row_id AND m.n > 2 WHERE r.id = 5",
        "SELECT * FROM rows r LEFT OUTER JOIN more m ON m.row_id = 5 WHERE r.id = 5 LIMIT 3",
        "SELECT * FROM rows r CROSS JOIN more m WHERE m.row_id = 5 AND r.n IS NULL AND r.id = 5",
        "SELECT * FROM more m JOIN rows r ON r.id = m.row_id AND m.row_id = 5",
        "SELECT * FROM none n JOIN rows r ON r.id = n.x LEFT JOIN more m ON m.row_id = r.id"
            + " WHERE n.y = LEFT(n.z, 2) AND r.id = 5 GROUP BY n.x HAVING count(*) > 1",
        "SELECT * FROM rows r JOIN more m ON m.row_id = r.id JOIN more o ON o.row_id = m.row_id"
            + " WHERE r.id = 5",
      })
  void rowsOfJoinedTablesAreReadByWhatTheyEqual(String sql) {
    assertThat(joined(sql)).isEqualTo(Map.of("app.rows", FIVE, "app.more", FIVE_OF_MORE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM rows r JOIN more m ON m.n = r.id WHERE r.id = 5",
        "SELECT * FROM rows r JOIN more m ON m.row_id = r.id OR m.n = 1 WHERE r.id = 5",
        "SELECT * FROM rows r JOIN more m ON m.row_id <> r.id WHERE r.id = 5",
        "SELECT * FROM rows r JOIN more m ON m.row_id = r.id + 1 WHERE r.id = 5",
        "SELECT * FROM rows r, more m WHERE r.id = 5 AND m.n BETWEEN 1 AND m.row_id = 5",
        "SELECT * FROM rows r, more m WHERE r.id = 5"
            + " AND CASE WHEN m.n = 1 AND m.row_id = 5 THEN true END",
        "SELECT * FROM rows r LEFT JOIN more m ON m.n = 1 WHERE r.id = 5 AND r.n = m.row_id",
        "SELECT * FROM rows r JOIN more m ON true JOIN more o ON o.row_id = r.id WHERE r.id = 5",
        "SELECT * FROM rows r, more m WHERE r.id = 5 GROUP BY 1 HAVING n > 1 AND row_id = 5",
      })
  void ofATableThatNothingIsSaidOfAllRowsCount(String sql) {
    // Those with an OR, or with what is not read for certain, say nothing of the other one either.
    assertThat(joined(sql)).doesNotContainKey("app.more");
  }

  @Test
  void conditionsOfALeftJoinSayNothingOfItsLeft() {
    String sql = "SELECT * FROM rows r LEFT JOIN more m ON m.row_id = r.id AND r.id = 5";
    assertThat(joined(sql)).isEmpty();
    sql = "SELECT * FROM rows r LEFT JOIN more m ON m.row_id = r.id AND m.row_id = 5";
    assertThat(joined(sql)).isEqualTo(Map.of("app.more", FIVE_OF_MORE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM rows r RIGHT JOIN more m ON m.row_id = r.id WHERE r.id = 5",
        "SELECT * FROM rows r FULL JOIN more m ON m.row_id = r.id WHERE r.id = 5",
        "SELECT * FROM rows NATURAL JOIN more WHERE id = 5",
        "SELECT * FROM rows r LEFT JOIN more m JOIN none n ON n.x = 1 ON m.row_id = 5",
        "SELECT * FROM (rows r JOIN more m ON m.row_id = r.id) WHERE r.id = 5",
        "SELECT * FROM rows r, LATERAL (VALUES (1)) v WHERE r.id = 5",
        "SELECT * FROM rows r, unknown u WHERE r.id = 5",
        "SELECT * FROM rows r JOIN more r ON true WHERE r.id = 5",
        "SELECT * FROM rows a (id) JOIN more m ON true WHERE a.id = 5",
        "SELECT * FROM rows r, more m WHERE r.id = 5 AND m.n IN (SELECT 1)",
      })
  void otherJoinsAreNotRead(String sql) {
    assertThat(joined(sql)).isEmpty();
  }

  @Test
  void textsAreNotPassedOnNorWhatAnotherTypeCannotHold() {
    assertThat(joined("SELECT * FROM rows r, more m WHERE r.name = m.key AND r.name = 'a'"))
        .containsOnlyKeys("app.rows");
    assertThat(joined("SELECT * FROM rows r, more m WHERE r.id = m.key AND r.id = 5"))
        .containsOnlyKeys("app.rows");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2 + 3",
        "(2) + (3)",
        "1 + 2 * 2",
        "(1 + 2) * 2 - 1",
        "11 / 2",
        "-11 / -2",
        "17 % 12",
        "- -5",
        "-(-5)",
        "+5",
        "-5 * -1",
        "4 +1",
        "4-(-1)",
        "9 -4",
        "9--4\n -4",
        "'2' + 3",
        "3 + '2'",
        "5::int",
        "'5'::int",
        "'5'::text::int8",
        "CAST('5' AS bigint)",
        "cast(2 + 3 as smallint)",
        "int '5'",
        "int8 '5'",
        "('2' || 3 - 0)::text::int - 18",
        "abs(-5)",
        "abs(5)",
        "coalesce(NULL, 5)",
        "coalesce('5', 6)",
        "nullif(5, 6)",
        "nullif(5, NULL)",
      })
  void wholeNumbersAreComputedAsTheServerDoes(String expression) {
    assertThat(keys("SELECT n FROM rows WHERE id = " + expression)).isEqualTo(FIVE);
    assertThat(keys("DELETE FROM rows WHERE n = 1 AND id = " + expression)).isEqualTo(FIVE);
    assertThat(keys("INSERT INTO rows (id) VALUES (" + expression + ")")).isEqualTo(FIVE);
    assertThat(keys("DELETE FROM rows WHERE id IN (5, " + expression + ")")).isEqualTo(FIVE);
    assertThat(keys("DELETE FROM rows WHERE id BETWEEN " + expression + " AND " + expression))
        .isEqualTo(FIVE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'cr' || 'on'",
        "'cr'||'on'||''",
        "'c' || ('r' || 'on')",
        "lower('CRON')",
        "lower('cRo' || 'n')",
        "trim(' cron ')",
        "ltrim('  cron')",
        "rtrim('cron ')",
        "btrim(' cron')",
        "'cron'::text",
        "'cron'::varchar(4)",
        "'cron'::character varying",
        "text 'cron'",
        "cast('cron' as varchar(9))",
        "concat('cr', NULL, 'on')",
        "coalesce(NULL, 'cron', 'x')",
        "nullif('cron', '')",
        "('cron')",
      })
  void textsAreComputedAsTheServerDoes(String expression) {
    RowKeys cron = keys("SELECT n FROM rows WHERE name = 'cron'");
    assertThat(keys("SELECT n FROM rows WHERE name = " + expression)).isEqualTo(cron);
    assertThat(keys("INSERT INTO rows (name) VALUES (" + expression + ")")).isEqualTo(cron);
    assertThat(keys("UPDATE rows SET name = 'cron' WHERE name = " + expression)).isEqualTo(cron);
  }

  @Test
  void numbersInTextsAreSpelledAsTheServerDoes() {
    RowKeys named = keys("SELECT n FROM rows WHERE name = 'o7'");
    String sql = "SELECT n FROM rows WHERE name = 'o' || ";
    assertThat(keys(sql + "7")).isEqualTo(named);
    assertThat(keys(sql + "007")).isEqualTo(named);
    assertThat(keys(sql + "6 + 1")).isEqualTo(named);
    assertThat(keys(sql + "$1", text(0, "7"))).isEqualTo(named);
    assertThat(keys(sql + "$1", text(23, "07"))).isEqualTo(named);
    assertThat(keys(sql + "$1", text(1043, "7"))).isEqualTo(named);
    assertThat(keys(sql + "$1", new Parameter(23, true, new byte[] {0, 0, 0, 7}))).isEqualTo(named);
    assertThat(keys(sql + "$1", new Parameter(0, true, new byte[] {'7'}))).isEqualTo(named);
    assertThat(keys(sql + "$1::int", new Parameter(0, true, new byte[] {0, 0, 0, 7})))
        .isEqualTo(named);
    assertThat(keys(sql + "$1", text(1042, "7"))).as("a type that is padded").isNull();
    assertThat(keys(sql + "$1", text(1700, "7"))).isNull();
    assertThat(keys(sql + "$1")).isNull();
  }

  @Test
  void parametersHaveTheTypeThatTheirExpressionGivesThem() {
    String sql = "SELECT n FROM rows WHERE id = 2 + $1";
    assertThat(keys(sql, text(0, "3"))).isEqualTo(FIVE);
    assertThat(keys(sql, text(20, "3"))).isEqualTo(FIVE);
    assertThat(keys(sql, new Parameter(0, true, new byte[] {0, 0, 0, 3}))).isEqualTo(FIVE);
    assertThat(keys(sql, new Parameter(21, true, new byte[] {0, 3}))).isEqualTo(FIVE);
    assertThat(keys(sql, new Parameter(0, true, new byte[] {0, 3}))).as("no int4").isNull();
    assertThat(keys(sql, text(0, "3.0"))).isNull();
    assertThat(keys(sql, text(0, "2147483647"))).as("overflow").isNull();
    assertThat(keys(sql, text(20, "2147483647"))).isNotNull();
    assertThat(keys("SELECT n FROM rows WHERE id = 2 + $1 AND a = $1", text(0, "3"))).isNull();
    assertThat(
            keys("SELECT n FROM rows WHERE id BETWEEN $1 AND $2 + 0", text(0, "5"), text(0, "5")))
        .isEqualTo(FIVE);
    assertThat(keys("SELECT n FROM rows WHERE id = ANY(ARRAY[$1 + 1, 5])", text(23, "4")))
        .isEqualTo(FIVE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id = 2147483647 + 1",
        "id = 2147483648 - 1 + n",
        "id = -(-2147483647 - 1)",
        "id = 9223372036854775807",
        "id = 70000 * 70000",
        "id = 5 / 0",
        "id = 5 % 0",
        "id = 5.0 + 0",
        "id = 2 ^ 2",
        "id = 2 + 3 = true",
        "id = 2 + 3 IS TRUE",
        "id = 2 + 3 COLLATE x",
        "id = '2' + '3'",
        "id = -'5'",
        "id = '5' || ''",
        "id = 5 @ 3",
        "id = 5 +- - 3 |- 2",
        "name = 'o' ||- 5",
        "name = 'o' | | 'a'",
        "name = 'o' || 5.0",
        "name = 1 || 2",
        "name = 'o' || n",
        "name = 'o' || true",
        "name = 'ä' || 'b'",
        "name = 'o' || 'a' COLLATE \"C\"",
        "id = 40000::smallint",
        "id = '5'::numeric",
        "id = '5.4'::int",
        "id = 5::app.int4",
        "id = 5::int[]",
        "id = 5::\"int4\"",
        "name = 'cron'::varchar(3)",
        "name = 'cron'::char(9)",
        "name = 'cron'::name",
        "name = bpchar 'cron'",
        "name = N'cron' || ''",
        "name = lower('ITEM')",
        "name = upper('item')",
        "name = app.lower('a')",
        "name = \"lower\"('A')",
        "name = lower('A', 'b')",
        "name = lower(name)",
        "name = initcap('a')",
        "name = trim(both from ' a')",
        "name = trim('x' from 'xa')",
        "name = coalesce('a', 5)",
        "id = coalesce(5, n)",
        "id = nullif(5, 5)",
        "id = NULL::int",
        "id = 5 + NULL",
        "id = f(5)",
        "id = abs('-5')",
        "id = (5, 6)",
        "id = now()",
        "(id, n) = (5, 6) OR n = 1",
        "(id, n) IN ((5, 6), (n, 7))",
        "(id) = ROW(5)",
        "(id, n) < (5, 6)",
      })
  void nothingIsKnownOfExpressionsThatAreNotCertain(String condition) {
    assertThat(keys("SELECT n FROM rows WHERE " + condition)).isNull();
    assertThat(keys("UPDATE rows SET n = 1 WHERE " + condition)).isNull();
  }

  @Test
  void rowsThatGetAnotherKeyAreThoseOfBoth() {
    RowKeys both = keys("DELETE FROM rows WHERE id IN (5, 6)");
    assertThat(keys("UPDATE rows SET id = 6 WHERE id = 5")).isEqualTo(both);
    assertThat(keys("UPDATE rows SET n = 1, id = 3 * 2 WHERE id = 2 + 3")).isEqualTo(both);
    assertThat(keys("UPDATE rows SET id = $1 WHERE id = $2", text(0, "6"), text(0, "5")))
        .isEqualTo(both);
    assertThat(keys("UPDATE rows SET name = 'a' WHERE id = 5")).isEqualTo(FIVE);
    assertThat(keys("UPDATE rows SET name = n WHERE id = 5")).isEqualTo(FIVE);
  }

  @Test
  void rowsWithoutAKeyAreToldFromAllThatHaveOne() {
    RowKeys none = keys("INSERT INTO rows (id) VALUES (NULL)");
    assertThat(none.misses(FIVE)).isTrue();
    assertThat(keys("INSERT INTO rows (id) VALUES ($1)", text(0, null))).isEqualTo(none);
    assertThat(keys("INSERT INTO rows (id) VALUES (5), (NULL)").misses(FIVE)).isFalse();
    assertThat(keys("SELECT n FROM rows WHERE id IN (5, NULL)")).isEqualTo(FIVE);
    assertThat(keys("SELECT n FROM rows WHERE id = ANY(ARRAY[5, NULL])")).isEqualTo(FIVE);
  }

  @Test
  void conditionsOfRowsAreThoseOfTheirColumns() {
    assertThat(keys("SELECT n FROM rows WHERE (id, n) = (2 + 3, 7)")).isEqualTo(FIVE);
    assertThat(keys("SELECT n FROM rows WHERE (n, rows.id) IN ((1, 5), (2, 5)) AND n = 3"))
        .isEqualTo(FIVE);
    assertThat(keys("DELETE FROM rows WHERE n = 2 AND (id, n) IN ((5, 6), (6, 7))"))
        .isEqualTo(keys("DELETE FROM rows WHERE id IN (5, 6)"));
  }
}
