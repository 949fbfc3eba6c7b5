package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** However a statement is spelled, its facts are the same; and what is only quoted has none. */
class StatementSpellingTest {
  private static final long SEED = 20261120L;
  private static final int ROUNDS = 400;

  private record Sample(String template, StatementKind kind, List<String> effects) {}

  private static Sample sample(String template, StatementKind kind, String... effects) {
    return new Sample(template, kind, List.of(effects));
  }

  private static final List<Sample> SAMPLES =
      List.of(
          sample("set a.b_=_'x'", StatementKind.SET, "SET_VARIABLE a.b"),
          sample("set session work#mem to 1", StatementKind.SET, "SET_VARIABLE work_mem"),
          sample("set local work#mem_=_1", StatementKind.SET),
          sample("set \"A b\".c to on", StatementKind.SET, "SET_VARIABLE a b.c"),
          sample("set a to default", StatementKind.SET, "RESET_VARIABLE a"),
          sample("set time zone 'UTC'", StatementKind.SET, "SET_VARIABLE timezone"),
          sample("set role to x", StatementKind.SET, "SET_VARIABLE role"),
          sample(
              "set session authorization x",
              StatementKind.SET,
              "PIN session authorization",
              "SET_VARIABLE role"),
          sample("reset a_._b", StatementKind.SET, "RESET_VARIABLE a.b"),
          sample("reset all", StatementKind.SET, "RESET_ALL"),
          sample("discard all", StatementKind.SESSION, "RESET_SESSION"),
          sample(
              "select set#config_(_'a.b'_,_'x'_,_false_)",
              StatementKind.SELECT,
              "SET_VARIABLE a.b"),
          sample(
              "select pg#catalog_._\"set_config\"_(_'a.b'_,_$1_,_$2_)",
              StatementKind.SELECT,
              "SET_VARIABLE a.b"),
          sample("select set#config(_'a.b'_,_f((1),_2)_,_true_)", StatementKind.SELECT),
          sample(
              "select set#config(_'a.b' || $1_,_'x'_,_false_)",
              StatementKind.SELECT,
              "PIN computed setting"),
          sample(
              "with x as_(_select set#config('a.b',_'c',_false)_)_insert into y select * from x",
              StatementKind.DML,
              "SET_VARIABLE a.b"),
          sample("create temp table t_(_a int_)", StatementKind.DDL, "PIN temporary table"),
          sample(
              "create local temporary view t as select 1",
              StatementKind.DDL,
              "PIN temporary table"),
          sample("create temp table t_(_a int_)_on commit drop", StatementKind.DDL),
          sample("select 1 into temp table t", StatementKind.DDL, "PIN temporary table"),
          sample("insert into temp values_(_1_)", StatementKind.DML),
          sample("select pg#advisory#lock_(_1_)", StatementKind.SELECT, "PIN advisory lock"),
          sample("select pg#advisory#xact#lock_(_1_)", StatementKind.SELECT),
          sample(
              "select pg#advisory#unlock#all_(_)", StatementKind.SELECT, "MAY_UNPIN advisory lock"),
          sample(
              "declare c cursor with hold for select 1",
              StatementKind.DECLARE,
              "PIN cursor with hold",
              "OPEN_CURSOR c"),
          sample("load 'x'", StatementKind.UTILITY, "PIN loaded library"),
          sample("select currval_(_'s'_)", StatementKind.SELECT, "SEQUENCE_STATE s"),
          sample("prepare p_(_int_,_text_)_as select $1", StatementKind.PREPARE, "PREPARE p"),
          sample("execute \"P\"_(_1_)", StatementKind.EXECUTE, "EXECUTE P"),
          sample("explain_(_analyze_)_execute p", StatementKind.EXPLAIN, "EXECUTE p"),
          sample("create table t as execute p", StatementKind.DDL, "EXECUTE p"),
          sample("deallocate prepare p", StatementKind.DEALLOCATE, "DEALLOCATE p"),
          sample("deallocate all", StatementKind.DEALLOCATE, "DEALLOCATE_ALL"),
          sample("listen c", StatementKind.SESSION, "LISTEN c"),
          sample("unlisten_*", StatementKind.SESSION, "UNLISTEN_ALL"),
          sample("close all", StatementKind.CLOSE, "UNPIN cursor with hold"),
          sample("start transaction read only_,_deferrable", StatementKind.BEGIN),
          sample("begin", StatementKind.BEGIN),
          sample("commit work", StatementKind.COMMIT),
          sample("rollback and no chain", StatementKind.ROLLBACK),
          sample("rollback to savepoint x", StatementKind.SAVEPOINT),
          sample("select * from t where a_=_1 for update", StatementKind.SELECT),
          sample("update t set a_=_$1 where b_=_'set a = 1'", StatementKind.DML),
          sample(
              "create function f_(_)_returns int begin atomic select case when a then 1 end_;_end",
              StatementKind.DDL));

  private final StatementClassifier classifier = new PostgresClassifier();

  @Test
  void spellingDoesNotChangeTheFacts() {
    for (int round = 0; round < ROUNDS; round++) {
      SqlGenerator generator = new SqlGenerator(SEED + round);
      for (Sample sample : SAMPLES) {
        String sql = padded(generator, generator.spelling(sample.template()));
        StatementFacts facts = classify(sql);

        assertThat(facts.kind()).as("seed %d: %s", SEED + round, sql).isEqualTo(sample.kind());
        assertThat(facts.statements()).as("seed %d: %s", SEED + round, sql).isEqualTo(1);
        assertThat(names(facts)).as("seed %d: %s", SEED + round, sql).isEqualTo(sample.effects());
      }
    }
  }

  @Test
  void batchHasTheEffectsOfItsStatements() {
    for (int round = 0; round < ROUNDS; round++) {
      SqlGenerator generator = new SqlGenerator(SEED + round);
      List<String> expected = new ArrayList<>();
      boolean transactionControl = false;
      StringBuilder sql = new StringBuilder();
      int statements = 2 + generator.below(5);
      for (int i = 0; i < statements; i++) {
        Sample sample = generator.oneOf(SAMPLES);
        transactionControl |=
            switch (sample.kind()) {
              case BEGIN, COMMIT, ROLLBACK, SAVEPOINT -> true;
              default -> false;
            };
        for (String effect : sample.effects()) {
          // What has no place in the text is said once where it follows itself.
          boolean repeated =
              !expected.isEmpty()
                  && expected.get(expected.size() - 1).equals(effect)
                  && saidOnce(effect);
          if (!repeated) {
            expected.add(effect);
          }
        }
        sql.append(padded(generator, generator.spelling(sample.template()))).append(";;");
      }
      StatementFacts facts = classify(sql.toString());

      assertThat(facts.kind()).as("seed %d: %s", SEED + round, sql).isEqualTo(StatementKind.MULTI);
      assertThat(facts.statements()).as("seed %d: %s", SEED + round, sql).isEqualTo(statements);
      assertThat(names(facts)).as("seed %d: %s", SEED + round, sql).isEqualTo(expected);
      assertThat(facts.transactionControlInside())
          .as("seed %d: %s", SEED + round, sql)
          .isEqualTo(transactionControl);
    }
  }

  @Test
  void quotedStatementsHaveNoEffect() {
    for (int round = 0; round < ROUNDS; round++) {
      SqlGenerator generator = new SqlGenerator(SEED + round);
      for (Sample sample : SAMPLES) {
        String hidden = generator.hidden(generator.spelling(sample.template()) + "; set a = 1");
        String sql = "SELECT" + generator.gap() + hidden + generator.gap() + "FROM t";
        StatementFacts facts = classify(sql);

        assertThat(facts.kind())
            .as("seed %d: %s", SEED + round, sql)
            .isEqualTo(StatementKind.SELECT);
        assertThat(facts.statements()).as("seed %d: %s", SEED + round, sql).isEqualTo(1);
        assertThat(facts.effects()).as("seed %d: %s", SEED + round, sql).isEmpty();
      }
    }
  }

  @Test
  void placesPointAtTheName() {
    for (int round = 0; round < ROUNDS; round++) {
      SqlGenerator generator = new SqlGenerator(SEED + round);
      for (Sample sample : SAMPLES) {
        String sql = generator.gap() + generator.spelling(sample.template());
        byte[] bytes = ("'" + sql + "'").getBytes(StandardCharsets.UTF_8);
        for (Effect effect : classifier.classify(bytes, 1, bytes.length - 2).effects()) {
          if (effect.type() == Effect.Type.PREPARE
              || effect.type() == Effect.Type.EXECUTE
              || effect.type() == Effect.Type.DEALLOCATE
              || effect.type() == Effect.Type.LISTEN) {
            String token = sql.substring(effect.start(), effect.end());
            String name =
                token.startsWith("\"") ? token.substring(1, token.length() - 1) : lower(token);
            assertThat(name).as("seed %d: %s", SEED + round, sql).isEqualTo(effect.name());
          }
        }
      }
    }
  }

  private static String lower(String token) {
    return token.toLowerCase(java.util.Locale.ROOT);
  }

  private static boolean saidOnce(String effect) {
    return effect.startsWith("PIN ")
        || effect.startsWith("UNPIN ")
        || effect.startsWith("MAY_UNPIN ")
        || effect.startsWith("SEQUENCE_STATE ")
        || effect.startsWith("COMPUTED_SEQUENCE ")
        || effect.indexOf(' ') < 0;
  }

  private static String padded(SqlGenerator generator, String sql) {
    return generator.gap() + sql + generator.gap();
  }

  private static List<String> names(StatementFacts facts) {
    return facts.effects().stream()
        .map(effect -> (StatementClassifierTest.type(effect) + " " + effect.name()).strip())
        .collect(Collectors.toList());
  }

  private StatementFacts classify(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    return classifier.classify(bytes, 0, bytes.length);
  }
}
