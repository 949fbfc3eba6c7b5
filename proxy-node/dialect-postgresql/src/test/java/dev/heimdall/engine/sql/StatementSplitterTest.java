package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatementSplitterTest {
  private static List<String> split(SqlDialect dialect, String sql) {
    StatementSplitter splitter = new StatementSplitter(dialect);
    byte[] bytes = ("  " + sql).getBytes(StandardCharsets.UTF_8);
    int statements = splitter.split(bytes, 2, bytes.length - 2, dialect.usualMode());
    if (statements < 0) {
      return null;
    }
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < statements; i++) {
      int start = splitter.start(i);
      parts.add(new String(bytes, start, splitter.end(i) - start, StandardCharsets.UTF_8).strip());
    }
    return parts;
  }

  @Test
  void semicolonsInLiteralsNamesAndCommentsEndNothing() {
    assertThat(
            split(
                PostgresSql.DIALECT,
                ";SELECT ';', $$;$$, \";\" /* ; */; -- ;\n ; INSERT INTO t VALUES (1);"))
        .containsExactly("SELECT ';', $$;$$, \";\" /* ; */", "INSERT INTO t VALUES (1)");
  }

  @Test
  void bodiesOfRoutinesAndRulesAreOneStatement() {
    String function =
        "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC"
            + " SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
    assertThat(split(PostgresSql.DIALECT, function + "; SELECT 3"))
        .containsExactly(function, "SELECT 3");
    String rule = "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)";
    assertThat(split(PostgresSql.DIALECT, rule + ";SELECT 3")).containsExactly(rule, "SELECT 3");
  }

  @Test
  void nobodyCanTellWhereUnfinishedTextWouldHaveEnded() {
    assertThat(split(PostgresSql.DIALECT, "SELECT 1; SELECT '")).isNull();
    assertThat(split(PostgresSql.DIALECT, "CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SELECT 2"))
        .isNull();
  }
}
