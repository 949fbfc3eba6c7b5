package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MysqlFingerprinterTest {
  private static Fingerprinter fingerprinter() {
    return new Fingerprinter(MysqlSql.DIALECT, 0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
  }

  private static String mysql(String sql) {
    Fingerprinter fingerprinter = fingerprinter();
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    fingerprinter.read(bytes, 0, bytes.length, MysqlSql.USUAL_MODE);
    return Long.toHexString(fingerprinter.high()) + Long.toHexString(fingerprinter.low());
  }

  @Test
  void namesKeepTheirCaseAndReservedWordsDoNot() {
    assertThat(mysql("SELECT a FROM T")).isEqualTo(mysql("select a from T # x"));
    assertThat(mysql("SELECT a FROM T")).isNotEqualTo(mysql("SELECT a FROM t"));
    assertThat(mysql("SELECT a FROM d.Order")).isNotEqualTo(mysql("SELECT a FROM d.order"));
    assertThat(mysql("SELECT a FROM `T`")).isNotEqualTo(mysql("SELECT a FROM `t`"));
    assertThat(mysql("SELECT \"T\"")).isEqualTo(mysql("SELECT \"t\""));
    assertThat(mysql("SELECT a FROM t.1a")).isNotEqualTo(mysql("SELECT a FROM t.2a"));
    assertThat(mysql("SELECT a FROM 1a")).isNotEqualTo(mysql("SELECT a FROM 2a"));
    assertThat(mysql("SELECT 'a\\'' FROM t")).isEqualTo(mysql("SELECT 'b' FROM t"));
    assertThat(mysql("SELECT 1 -- x\n FROM t")).isEqualTo(mysql("SELECT 2 FROM t"));
    assertThat(mysql("SELECT 1 --1")).isNotEqualTo(mysql("SELECT 1"));
  }

  @Test
  void whatTheServerRunsInCommentsIsNotLeftOut() {
    assertThat(mysql("SELECT 1 /*!50000 FROM t */")).isNotEqualTo(mysql("SELECT 1"));
    assertThat(mysql("SELECT 1 /*!50000 FROM t */"))
        .isNotEqualTo(mysql("SELECT 1 /*!99999 FROM t */"));
    assertThat(mysql("SELECT 1 /* FROM t */")).isEqualTo(mysql("SELECT 1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT \"s3cret\", 's3cret' # s3cret ~ SELECT ?, ?",
        "SELECT /*!50000 's3cret', */ 0x53 ~ SELECT /*!50000 ?, * / ?",
        "SELECT /*+ SET_VAR(a='s3cret') MAX_EXECUTION_TIME(77) */ 1"
            + " ~ SELECT /*+ SET_VAR(a=?) MAX_EXECUTION_TIME(?) */ ?",
        "SELECT _utf8'a\\'s3cret', N's3cret' ~ SELECT _utf8 ?, ?",
        "SELECT \"s3cret ~ SELECT ?",
      })
  void theNormalisedTextHasNoValues(String sql, String expected) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    assertThat(fingerprinter().normalised(bytes, 0, bytes.length, MysqlSql.USUAL_MODE))
        .isEqualToIgnoringCase(expected);
  }
}
