package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.toy.ToySql;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprinterTest {
  private static final long KEY0 = 0x0706050403020100L;
  private static final long KEY1 = 0x0f0e0d0c0b0a0908L;

  private static final List<SqlDialect> DIALECTS = List.of(PostgresSql.DIALECT, ToySql.DIALECT);

  private static String print(SqlDialect dialect, String sql, LexerMode lexerMode) {
    Fingerprinter fingerprinter = new Fingerprinter(dialect, KEY0, KEY1);
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    fingerprinter.read(bytes, 0, bytes.length, lexerMode);
    return Long.toHexString(fingerprinter.high()) + Long.toHexString(fingerprinter.low());
  }

  private static String postgres(String sql) {
    return print(PostgresSql.DIALECT, sql, LexerMode.STANDARD);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT 1 ~ select   2",
        "SELECT 'a' ~ SELECT E'it\\'s'",
        "SELECT 'a' ~ SELECT $x$ a; b $x$",
        "SELECT 1 ~ SELECT 1;",
        "SELECT 1 ~ ;; SELECT 1 ; ;",
        "SELECT a FROM t WHERE b = $1 ~ SELECT a FROM t WHERE b = 'x'",
        "SELECT a/* c /* d */ */FROM t ~ SELECT a FROM t",
        "SELECT * FROM t WHERE a IN (1, 2, 3) ~ SELECT * FROM t WHERE a IN ($1)",
        "SELECT * FROM t WHERE a IN (1, -2, 3) ~ SELECT * FROM t WHERE a IN (7)",
        "SELECT * FROM t WHERE a = ANY (ARRAY[1, 2]) ~ SELECT * FROM t WHERE a = ANY(array[3])",
        "INSERT INTO t VALUES (1, 'a'), (2, 'b') ~ INSERT INTO t VALUES ($1, $2)",
        "INSERT INTO t VALUES (1, 'a'), (-2, 'b') RETURNING a ~ insert into T values (0,'')"
            + " returning A",
        "SELECT a<-1 ~ SELECT a < - 1",
        "SELECT a FROM t WHERE b = -1 ~ SELECT a FROM t WHERE b = 5",
        "SELECT f(-1) ~ SELECT f(1)",
        "SELECT ARELATIVELYLONGNAME, B FROM AnotherRatherLongName ~ SELECT arelativelylongname,b"
            + " FROM anotherratherlongname"
      })
  void theSameStatementWithOtherLiteralsHasTheSameFingerprint(String one, String other) {
    assertThat(postgres(one)).isEqualTo(postgres(other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT a FROM t ~ SELECT a FROM u",
        "SELECT a FROM \"T\" ~ SELECT a FROM t",
        "SELECT a FROM \"T\" ~ SELECT a FROM \"t\"",
        "SELECT f(1) ~ SELECT f(1, 2)",
        "SELECT a @- 1 ~ SELECT a @ -1",
        "SELECT a b ~ SELECT ab",
        "SELECT a, b ~ SELECT a b",
        "SELECT 1, 2 ~ SELECT 1",
        "SELECT * FROM t WHERE a IN (1, b) ~ SELECT * FROM t WHERE a IN (1)",
        "INSERT INTO t VALUES (1, 2), (1, b) ~ INSERT INTO t VALUES (1, 2)",
        "INSERT INTO t VALUES (1, 2), (1) ~ INSERT INTO t VALUES (1, 2)",
        "SELECT U&\"d!0061t\" UESCAPE '!' ~ SELECT U&\"d!0061t\" UESCAPE '?'",
        "SELECT 1 ~ SELECT /*+ SeqScan(t) */ 1",
        "SELECT 1; SELECT 1 ~ SELECT 1",
        "SELECT a - b ~ SELECT a + b",
        "SELECT 'unfinished ~ SELECT 'unfinishes",
        "SELECT \"a\"\"b\" ~ SELECT \"a\" \"b\"",
        "SELECT a IS NULL ~ SELECT a IS TRUE",
        "SELECT -a ~ SELECT a"
      })
  void differentStatementsHaveDifferentFingerprints(String one, String other) {
    assertThat(postgres(one)).isNotEqualTo(postgres(other));
  }

  @Test
  void dialectAndModeBelongToTheFingerprint() {
    Set<String> prints = new HashSet<>();
    for (SqlDialect dialect : DIALECTS) {
      prints.add(print(dialect, "select", LexerMode.STANDARD));
      prints.add(print(dialect, "select", LexerMode.ESCAPES));
    }
    assertThat(prints).hasSize(2 * DIALECTS.size());
  }

  @Test
  void theKeyDecides() {
    byte[] sql = "SELECT 1".getBytes(StandardCharsets.UTF_8);
    Fingerprinter one = new Fingerprinter(PostgresSql.DIALECT, 1, 2);
    Fingerprinter other = new Fingerprinter(PostgresSql.DIALECT, 1, 3);
    one.read(sql, 0, sql.length, LexerMode.STANDARD);
    other.read(sql, 0, sql.length, LexerMode.STANDARD);
    assertThat(one.low()).isNotEqualTo(other.low());
    assertThat(one.high()).isNotEqualTo(other.high());
    assertThat(one.exactLow()).isNotEqualTo(other.exactLow());
    assertThat(one.exactHigh()).isNotEqualTo(other.exactHigh()).isNotEqualTo(one.high());
  }

  @Test
  void exactNamesTellLiteralsApart() {
    Fingerprinter fingerprinter = new Fingerprinter(PostgresSql.DIALECT, KEY0, KEY1);
    Set<Long> names = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      byte[] sql = ("xSELECT " + i).getBytes(StandardCharsets.UTF_8);
      fingerprinter.read(sql, 1, sql.length - 1, LexerMode.STANDARD);
      names.add(fingerprinter.exactLow());
    }
    assertThat(names).hasSize(1000);
  }

  /** Wherever in its array a text lies, and however long it is, buffers' ends do not show. */
  @Test
  void textsOfEveryLengthHaveOneFingerprint() {
    Fingerprinter fingerprinter = new Fingerprinter(PostgresSql.DIALECT, KEY0, KEY1);
    Set<Long> names = new HashSet<>();
    StringBuilder sql = new StringBuilder("SELECT ");
    for (int i = 0; i < 1500; i++) {
      sql.append(i % 7 == 0 ? "," : i % 5 == 0 ? "\"Q\"" : "A").append(i % 11 == 0 ? " " : "");
      byte[] tight = sql.toString().getBytes(StandardCharsets.UTF_8);
      byte[] wide = ("..." + sql + "=========").getBytes(StandardCharsets.UTF_8);
      fingerprinter.read(tight, 0, tight.length, LexerMode.STANDARD);
      long high = fingerprinter.high();
      long exact = fingerprinter.exactHigh();
      fingerprinter.read(wide, 3, tight.length, LexerMode.STANDARD);
      assertThat(fingerprinter.high()).isEqualTo(high);
      assertThat(fingerprinter.exactHigh()).isEqualTo(exact);
      names.add(exact);
    }
    assertThat(names).hasSize(1500);
  }

  @Test
  void theNormalisedTextIsForPeople() {
    Fingerprinter fingerprinter = new Fingerprinter(PostgresSql.DIALECT, KEY0, KEY1);
    byte[] sql =
        "SELECT A.b, \"C\" FROM t A -- x\nWHERE d IN (1,2) AND f('x', 2) @- 3;"
            .getBytes(StandardCharsets.UTF_8);
    assertThat(fingerprinter.normalised(sql, 0, sql.length, LexerMode.STANDARD))
        .isEqualTo("select a.b, \"C\" from t a where d in(?) and f(?, ?) @- ?");
    byte[] longer = ("SELECT " + "a, ".repeat(5000) + "1").getBytes(StandardCharsets.UTF_8);
    assertThat(fingerprinter.normalised(longer, 0, longer.length, LexerMode.STANDARD))
        .isEqualTo("select " + "a, ".repeat(5000) + "?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT 1 -- s3cret ~ select ?",
        "SELECT /* s3cret */ 1 ~ select ?",
        "SELECT $a$s3cret$a$, $$s3cret$$ ~ select ?, ?",
        "SELECT E'\\'s3cret', U&'s3cret', B'1', x'5e' ~ select ?, ?, ?, ?",
        "SELECT 's3cret ~ select ?",
        "SELECT $x$s3cret ~ select ?",
        "SELECT a FROM \"t s3cret ~ select a from ?",
        "BEGIN READ ONLY /* s3cret ~ begin read only /*?",
        "SELECT /*+ Rows(a b #10) Set(x 's3cret') Set(y \"s3cret\") t1 */ 1"
            + " ~ select /*+ Rows(a b #?) Set(x ?) Set(y ?) t1 */ ?",
        "CREATE USER a PASSWORD 's3cret' ~ create user a password ?",
      })
  void theNormalisedTextHasNoValues(String sql, String expected) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    assertThat(
            new Fingerprinter(PostgresSql.DIALECT, KEY0, KEY1)
                .normalised(bytes, 0, bytes.length, LexerMode.STANDARD))
        .isEqualTo(expected);
  }

  @Test
  void whatIsLeftOutOfTheNormalisedTextMayMoveNames() {
    Fingerprinter fingerprinter = new Fingerprinter(PostgresSql.DIALECT, KEY0, KEY1);
    for (String sql :
        List.of("SELECT 1 'x", "SELECT /*+ Set(\"search_path\" 'a') */ 1", "SELECT $x$ a")) {
      byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
      fingerprinter.normalised(bytes, 0, bytes.length, LexerMode.STANDARD);
      assertThat(fingerprinter.hidesNames()).as(sql).isTrue();
    }
    byte[] plain = "SELECT /*+ Rows(a #10) */ 'x'".getBytes(StandardCharsets.UTF_8);
    fingerprinter.normalised(plain, 0, plain.length, LexerMode.STANDARD);
    assertThat(fingerprinter.hidesNames()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT a, \"B\" FROM t WHERE c IN (1, 2, 3) AND d = 'x' AND e = $1",
        "INSERT INTO t VALUES (1, 2), (3, 4), (5, now())",
        "SELECT /*+ hint */ $x$ a $x$, E'\\'' -- end"
      })
  void readingAllocatesNothing(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    Fingerprinter fingerprinter = new Fingerprinter(PostgresSql.DIALECT, KEY0, KEY1);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long sum = 0;
    long allocated = 0;
    for (int round = 0; round < 2; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        fingerprinter.read(bytes, 0, bytes.length, LexerMode.STANDARD);
        sum += fingerprinter.low() & 1;
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(sum).isBetween(0L, 20_000L);
    assertThat(allocated).isLessThan(1000);
  }
}
