package dev.heimdall.engine.dialect.postgres.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.console.Tokens;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.Column.Type;
import dev.heimdall.model.ConsoleRight;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DriverQueriesTest {
  private final DriverQueries drivers =
      new DriverQueries(
          "1.2.3", new Operator("ann", ConsoleRight.ALL, null, "shop", "heimdall", false));

  private Optional<ConsoleCommand> command(String sql) {
    return drivers.command(Tokens.statements(sql).get(0));
  }

  private Answer answer(String sql) {
    return command(sql).orElseThrow().run().toCompletableFuture().join();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "SET extra_float_digits = 3,SET",
        "set application_name to 'x',SET",
        "BEGIN,BEGIN",
        "start transaction read only,START TRANSACTION",
        "COMMIT,COMMIT",
        "END,COMMIT",
        "ROLLBACK,ROLLBACK",
        "DISCARD ALL,DISCARD ALL",
        "DEALLOCATE ALL,DEALLOCATE"
      })
  void whatDriversSayByHabitIsAcknowledged(String sql, String tag) {
    assertThat(answer(sql)).isEqualTo(new Answer.Done(tag));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "SELECT 1,?column?,1",
        "select 1 as ok,ok,1",
        "SELECT 'a''b' x,x,a'b",
        "select pg_catalog.version(),version,PostgreSQL 18.0 (Heimdall admin console 1.2.3)",
        "SELECT current_database(),current_database,heimdall",
        "SELECT current_user,current_user,ann",
        "select current_schema(),current_schema,public",
        "SELECT pg_is_in_recovery(),pg_is_in_recovery,f",
        "SELECT true,bool,t",
        "SELECT current_setting('TimeZone') AS tz,tz,UTC",
        "SHOW server_version,server_version,18.0",
        "SHOW TRANSACTION ISOLATION LEVEL,transaction_isolation,read committed",
        "SHOW TIME ZONE,timezone,UTC",
        "SHOW standard_conforming_strings,standard_conforming_strings,on"
      })
  void whatDriversQueryByHabitIsAnswered(String sql, String column, String value) {
    Answer.Rows rows = (Answer.Rows) answer(sql);
    assertThat(rows.columns()).extracting(Column::name).containsExactly(column);
    assertThat(rows.rows()).containsExactly(List.of(value));
    assertThat(command(sql).orElseThrow().columns()).isEqualTo(rows.columns());
  }

  @Test
  void severalValuesOfOneSelectAreAnswered() {
    Answer.Rows rows = (Answer.Rows) answer("SELECT current_user AS u, version(), 7");
    assertThat(rows.columns())
        .containsExactly(
            Column.text("u"), Column.text("version"), new Column("?column?", Type.INT4));
    assertThat(rows.rows().get(0)).startsWith("ann").endsWith("7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT",
        "SELECT 1 FROM t",
        "SELECT 1,",
        "SELECT nothing()",
        "SELECT version",
        "SELECT 1 AS",
        "SELECT (1)",
        "SELECT current_setting('nope')",
        "SELECT 12345678901234567890",
        "'text'",
        "42",
        "SHOW nothing_of_this",
        "SHOW"
      })
  void anyOtherSqlIsNone(String sql) {
    assertThat(command(sql)).isEmpty();
  }
}
