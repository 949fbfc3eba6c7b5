package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import org.junit.jupiter.api.Test;

class StatementSplitterTest {
  @Test
  void semicolonsInLiteralsNamesAndCommentsEndNothing() {
    assertThat(
            ReadSql.split(
                PostgresSql.DIALECT,
                ";SELECT ';', $$;$$, \";\" /* ; */; -- ;\n ; INSERT INTO t VALUES (1);"))
        .containsExactly("SELECT ';', $$;$$, \";\" /* ; */", "INSERT INTO t VALUES (1)");
  }

  @Test
  void bodiesOfRoutinesAndRulesAreOneStatement() {
    String function =
        "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC"
            + " SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
    assertThat(ReadSql.split(PostgresSql.DIALECT, function + "; SELECT 3"))
        .containsExactly(function, "SELECT 3");
    String rule = "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)";
    assertThat(ReadSql.split(PostgresSql.DIALECT, rule + ";SELECT 3"))
        .containsExactly(rule, "SELECT 3");
  }

  @Test
  void nobodyCanTellWhereUnfinishedTextWouldHaveEnded() {
    assertThat(ReadSql.split(PostgresSql.DIALECT, "SELECT 1; SELECT '")).isNull();
    assertThat(
            ReadSql.split(
                PostgresSql.DIALECT, "CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SELECT 2"))
        .isNull();
  }
}
