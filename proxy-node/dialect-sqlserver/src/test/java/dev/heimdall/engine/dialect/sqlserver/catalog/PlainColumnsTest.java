package dev.heimdall.engine.dialect.sqlserver.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyType;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainColumnsTest {
  private static final int VARCHAR = 167;
  private static final int NVARCHAR = 231;
  private static final long TABLE = 7;

  private final PlainColumns columns = new PlainColumns();

  private Map<String, KeyColumn> of(long table) {
    Map<String, KeyColumn> all = new HashMap<>();
    columns.each(table, all::put);
    return all;
  }

  /** Equal texts of ASCII have one number in each of them, also where case or accents differ. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SQL_Latin1_General_CP1_CI_AS",
        "SQL_Latin1_General_CP1_CS_AS",
        "SQL_Latin1_General_CP1_CI_AI",
        "Latin1_General_CS_AS",
        "Latin1_General_CI_AI",
        "Latin1_General_CI_AS_KS_WS",
        "Latin1_General_BIN",
        "Latin1_General_BIN2",
        "Latin1_General_100_CI_AS_SC",
        "Latin1_General_100_CS_AI_WS_SC_UTF8",
        "Latin1_General_100_BIN2_UTF8",
      })
  void charactersOfPlainCollationsAreKeys(String collation) {
    columns.take(TABLE, "Name", VARCHAR, 9, collation);
    columns.take(TABLE, "wide", NVARCHAR, 18, collation);

    KeyColumn expected = new KeyColumn(KeyType.WORD_TEXT, 0, 9);
    assertThat(of(TABLE)).containsOnly(Map.entry("name", expected), Map.entry("wide", expected));
  }

  /** Letters of languages, other code pages, variation selectors. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Turkish_CI_AS",
        "Turkish_100_CI_AS_SC_UTF8",
        "Danish_Norwegian_CI_AS",
        "Finnish_Swedish_100_CS_AS",
        "French_CI_AI",
        "Traditional_Spanish_CI_AS",
        "Japanese_CI_AS_KS_WS",
        "Japanese_Bushu_Kakusu_140_CI_AS_VSS",
        "Latin1_General_100_CI_AS_VSS",
        "SQL_Latin1_General_CP850_CI_AS",
        "SQL_Latin1_General_CP1254_CI_AS",
        "SQL_Latin1_General_Pref_CP1_CI_AS",
        "bbf_unicode_cp1_ci_as",
      })
  void thoseOfOthersAreNot(String collation) {
    columns.take(TABLE, "name", VARCHAR, 9, collation);

    assertThat(of(TABLE)).isEmpty();
  }

  @Test
  void eachColumnIsJudgedByItsOwnCollation() {
    columns.take(TABLE, "plain", VARCHAR, 9, "Latin1_General_CS_AS");
    columns.take(TABLE, "turkish", VARCHAR, 9, "Turkish_CI_AS");
    columns.take(TABLE + 1, "plain", VARCHAR, 9, "Turkish_CI_AS");
    columns.take(TABLE + 1, "turkish", VARCHAR, 9, "Latin1_General_CS_AS");

    assertThat(of(TABLE)).containsOnlyKeys("plain");
    assertThat(of(TABLE + 1)).containsOnlyKeys("turkish");
  }
}
