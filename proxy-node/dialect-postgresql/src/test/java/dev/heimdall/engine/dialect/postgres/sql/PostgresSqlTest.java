package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresSqlTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "select set_config(?, ?, ?)",
        "alter role app set search_path = a",
        "set search_path to a",
        "select ?; discard all",
        "begin;reset all",
        "do ?",
        "execute p(?)"
      })
  void namesMayLeadElsewhereBehindIt(String normalised) {
    assertThat(PostgresSql.DIALECT.movesNames(normalised)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"select ?", "update t set a = ?", "select a from execute_t"})
  void theyLeadWhereTheyDid(String normalised) {
    assertThat(PostgresSql.DIALECT.movesNames(normalised)).isFalse();
  }

  @Test
  void aCallMayGiveASettingAnotherValue() {
    assertThat(PostgresSql.DIALECT.setsByCall("select set_config(?, ?, ?)")).isTrue();
    assertThat(PostgresSql.DIALECT.setsByCall("select ?")).isFalse();
  }
}
