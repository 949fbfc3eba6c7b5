package dev.heimdall.engine.dialect.sqlserver.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.RowKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlServerKeyReaderTest {
  private static final String GUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";

  private static final KeyColumns ROWS =
      new KeyColumns(
          "app.dbo.rows",
          "rows",
          Map.of(
              "id", new KeyColumn(KeyType.INTEGER, Integer.MIN_VALUE, Integer.MAX_VALUE),
              "tiny", new KeyColumn(KeyType.INTEGER, 0, 255),
              "name", new KeyColumn(KeyType.WORD_TEXT, 0, 5),
              "u", new KeyColumn(KeyType.UUID)));

  private static final RowKeys FIVE = keys("SELECT n FROM rows WHERE id = 5");

  private static RowKeys keys(String sql, Parameter... parameters) {
    LexerMode mode = LexerMode.STANDARD;
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    List<KeyColumns> of = List.of(ROWS);
    List<Parameter> values = List.of(parameters);
    RowKeys written =
        KeyReader.written(of, text, 0, text.length, mode, values, SqlServerSql.DIALECT).rows();
    return written != null
        ? written
        : KeyReader.read(of, text, 0, text.length, mode, values, SqlServerSql.DIALECT)
            .get(ROWS.table());
  }

  private static Parameter parameter(String name, int type, String value) {
    byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    return new Parameter(name, type, false, bytes);
  }

  private static Parameter number(String name, long value) {
    return parameter(name, SqlServerSql.INTEGER, Long.toString(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT n FROM rows WHERE id = 5",
        "SELECT TOP (3) [n] FROM [dbo].[Rows] AS r WHERE r.[ID] = 5 AND n > 3 ORDER BY n;",
        "select n from app.dbo.Rows where Id = '5' option (recompile)",
        "SELECT n FROM rows WHERE id = N'05'",
        "UPDATE [rows] SET [n] = n + 1, name = N'x' WHERE [id] = 5",
        "UPDATE rows SET n = 1 OUTPUT 1 WHERE id = 5",
        "UPDATE dbo.rows SET n = CASE WHEN n = 1 THEN 2 ELSE 3 END WHERE id = 5",
        "UPDATE rows SET n += 1, name -= 'x' WHERE id = 5",
        "UPDATE rows SET n |= 1, [n] *= 2, n/=2, n %= 3, n ^= 1, n &= 7 WHERE id = 5",
        "DELETE rows WHERE id = 5",
        "DELETE rows OUTPUT deleted.n WHERE id = 5",
        "DELETE FROM rows OUTPUT deleted.id, deleted.n WHERE id = 5",
        "DELETE FROM dbo.rows WHERE n IS NULL AND id BETWEEN 5 AND 5",
        "INSERT INTO rows (n, id) VALUES (GETDATE(), 5)",
        "INSERT rows (ID) VALUES ('5')",
        "INSERT INTO [rows] ([n], [id]) OUTPUT INSERTED.[n], INSERTED.id VALUES (1, 5)",
      })
  void theRowOfANumberIsRead(String sql) {
    assertThat(keys(sql)).isEqualTo(FIVE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT n FROM rows WHERE id = @p",
        "UPDATE rows SET n = @v WHERE id = @P",
        "DELETE rows WHERE id = @p",
        "INSERT rows (n, id) VALUES (@v, @p)",
        "SELECT n FROM rows WHERE id IN (@p)",
        "SELECT n FROM rows WHERE id BETWEEN @p AND @p",
      })
  void theRowOfAParameterIsRead(String sql) {
    assertThat(keys(sql, number("@v", 7), number("@p", 5))).isEqualTo(FIVE);
    assertThat(keys(sql, parameter("@p", SqlServerSql.CHARACTERS, "5"))).isEqualTo(FIVE);
    assertThat(keys(sql, number("@v", 5))).as("not there").isNull();
    assertThat(keys(sql, parameter("@p", 0, "5"))).as("of another type").isNull();
    assertThat(keys(sql, parameter("@p", SqlServerSql.INTEGER, null))).as("NULL").isNull();
    assertThat(keys(sql, parameter("@p", SqlServerSql.UNIQUEIDENTIFIER, GUID))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT n FROM rows WITH (NOLOCK) WHERE id = 5",
        "SELECT n FROM rows (NOLOCK) WHERE id = 5",
        "SELECT n FROM rows WHERE id = 5 OR n = 1",
        "SELECT n FROM rows WHERE id = 5.0",
        "SELECT n FROM rows WHERE id = 5e0",
        "SELECT n FROM rows WHERE id = $5",
        "SELECT n FROM rows WHERE id = 0x05",
        "SELECT n FROM rows WHERE id = 5 | 2",
        "SELECT n FROM rows WHERE id = ' 5'",
        "SELECT n FROM rows WHERE id = ''",
        "SELECT n FROM rows WHERE id = NULL",
        "SELECT n FROM rows WHERE id = 3000000000",
        "SELECT n FROM rows WHERE NOT id = 5",
        "SELECT n FROM rows WHERE id != 5",
        "SELECT n FROM rows WHERE id <> 5",
        "SELECT n FROM rows WHERE id *= 5",
        "SELECT n FROM rows WHERE id = (SELECT 5)",
        "SELECT n FROM rows WHERE id = @@SPID",
        "SELECT n FROM rows WHERE id = @x",
        "SELECT n FROM rows WHERE tiny = 256",
        "SELECT n FROM rows WHERE name = 5",
        "SELECT n FROM rows WHERE name IN ('a', 5)",
        "SELECT n FROM rows WHERE name = N'ä'",
        "SELECT n FROM rows WHERE name = 'abcdef'",
        "SELECT n FROM rows WHERE name = 'a\u0001'",
        "SELECT n FROM rows WHERE name = 'a' COLLATE Latin1_General_BIN",
        "SELECT n FROM rows WHERE name COLLATE Latin1_General_BIN = 'a'",
        "SELECT n FROM rows WHERE name = 'a\\b'",
        "SELECT n FROM rows WHERE name LIKE 'a'",
        "SELECT n FROM rows WHERE u = '{" + GUID + "}'",
        "SELECT n FROM rows WHERE u = '" + GUID + "0'",
        "SELECT n FROM rows CROSS APPLY f(id) WHERE id = 5",
        "SELECT n FROM rows OUTER APPLY f(id) WHERE id = 5",
        "SELECT n FROM rows PIVOT (max(n) FOR id IN ([1])) AS p WHERE id = 5",
        "UPDATE r SET n = 1 FROM rows r WHERE r.id = 5",
        "UPDATE rows SET n = 1 FROM rows WHERE id = 5",
        "UPDATE rows SET @x = id = 6 WHERE id = 5",
        "UPDATE rows SET @x = 6 WHERE id = 5",
        "UPDATE rows SET id += 1 WHERE id = 5",
        "UPDATE rows SET [id] -= 1 WHERE id = 5",
        "UPDATE rows SET @x = id += 1 WHERE id = 5",
        "UPDATE rows SET n + 1 WHERE id = 5",
        "UPDATE rows SET n = 1, name.WRITE('a', 0, 1) WHERE id = 5",
        "UPDATE rows SET n = 1 OUTPUT inserted.n, deleted.n WHERE id = 5",
        "UPDATE TOP (1) rows SET n = 1 WHERE id = 5",
        "UPDATE rows WITH (ROWLOCK) SET n = 1 WHERE id = 5",
        "UPDATE rows SET n = 1 WHERE CURRENT OF c",
        "UPDATE OPENQUERY(s, 'x') SET n = 1 WHERE id = 5",
        "DELETE TOP (1) FROM rows WHERE id = 5",
        "DELETE r FROM rows r WHERE r.id = 5",
        "DELETE rows FROM rows JOIN u ON u.id = rows.id WHERE rows.id = 5",
        "DELETE FROM rows FROM u WHERE u.id = 5",
        "INSERT rows VALUES (5)",
        "INSERT rows (id) SELECT 5",
        "INSERT rows (id) VALUES (DEFAULT)",
        "INSERT rows (id) VALUES (5), (NULL)",
        "INSERT rows (id) EXEC p",
        "INSERT rows (id) OUTPUT inserted.id",
        "INSERT rows DEFAULT VALUES",
        "MERGE rows USING u ON rows.id = 5 WHEN MATCHED THEN DELETE",
        "WITH c AS (SELECT * FROM rows WHERE id = 5) DELETE FROM c WHERE id = 5",
        "TRUNCATE TABLE rows",
      })
  void nothingIsKnownOfWhatIsNotPlain(String sql) {
    assertThat(keys(sql)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "name = 'ab', name = N'AB  '",
    "name = 'co-op', name = 'coop'",
    "name = '', name = '  '",
    "tiny = 7, tiny = '007'",
    "id = -5, id = '-5'",
    "u = '" + GUID + "', u = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
  })
  void valuesThatMayBeEqualAreOne(String one, String other) {
    assertThat(keys("SELECT n FROM rows WHERE " + one))
        .isNotNull()
        .isEqualTo(keys("DELETE rows WHERE " + other));
  }

  @ParameterizedTest
  @CsvSource({
    "name = 'ab', name = 'ac'",
    "name = 'a', name = 'a b'",
    "id = 5, id = -5",
    "u = '" + GUID + "', u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'",
  })
  void othersAreNot(String one, String other) {
    assertThat(keys("SELECT n FROM rows WHERE " + one))
        .isNotNull()
        .isNotEqualTo(keys("DELETE rows WHERE " + other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '^',
      value = {
        "id = 5; id = 2 + 3",
        "id = 5; id = 11 / 2",
        "id = 5; id = 17 % 12",
        "id = 5; id = -(-5)",
        "id = 5; id = CAST('5' AS int)",
        "id = 5; id = CONVERT(bigint, '5')",
        "id = 5; id = ISNULL(5, 6)",
        "id = 5; id = @five + 0",
        "id = 5; id = CAST(@five AS int)",
        "id = -4; id = @one - 5",
        "name = 'ab'; name = 'a' + 'b'",
        "name = 'ab'; name = N'a' + LOWER(N'B')",
        "name = 'ab'; name = 'a' + @b",
        "name = 'ab'; name = CONCAT('a', @b)",
        "name = 'a5'; name = CONCAT('a', @five)",
        "name = 'ba'; name = RTRIM(@b) + 'a'",
        "name = 'ab'; name = CAST('ab' AS varchar(2))",
        "name = 'b'; name = UPPER(@b)",
        "tiny = 255; tiny = @five + 250",
      })
  void expressionsAreComputedAsTheServerDoes(String plain, String expression) {
    Parameter[] given = {
      number("@five", 5), number("@one", 1), parameter("@b", SqlServerSql.CHARACTERS, "b")
    };
    assertThat(keys("SELECT n FROM rows WHERE " + expression, given))
        .isNotNull()
        .isEqualTo(keys("DELETE rows WHERE " + plain));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id = @one - @five",
        "id = @big + @five",
        "id = 2147483647 + 1",
        "id = 2147483648 + 0",
        "id = 5 / 0",
        "id = '2' + 3",
        "id = -@one",
        "id = 5 + NULL",
        "id = CAST('5.0' AS int)",
        "id = CAST(300 AS tinyint)",
        "id = CAST(5 AS decimal)",
        "name = @b + 'a'",
        "name = 'a' + 5",
        "name = CAST('ab' AS varchar(1))",
        "name = CAST('ab' AS char(4))",
        "name = CONVERT(varchar(4), 'ab', 1)",
        "name = LOWER('I')",
        "name = UPPER('i')",
        "name = dbo.LOWER('A')",
        "name = 'a' + 'b' COLLATE Latin1_General_BIN",
        "name = 'a' || 'b'",
        "id = 5 ^ 1",
        "id = 2 + 3 OR n = 1",
      })
  void nothingIsKnownOfExpressionsThatAreNotCertain(String condition) {
    Parameter[] given = {
      number("@five", 5),
      number("@one", 1),
      number("@big", 32767),
      parameter("@b", SqlServerSql.CHARACTERS, "b")
    };
    assertThat(keys("SELECT n FROM rows WHERE " + condition, given)).isNull();
  }

  @Test
  void rowsThatGetAnotherKeyAreThoseOfBoth() {
    RowKeys both = keys("DELETE rows WHERE id IN (5, 6)");
    assertThat(keys("UPDATE rows SET id = 6 WHERE id = 5")).isEqualTo(both);
    assertThat(keys("UPDATE rows SET [ID] = 5 + 1 WHERE id = 5")).isEqualTo(both);
  }
}
