package dev.heimdall.test.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.action.PlanRequest;
import dev.heimdall.engine.action.PlanRow;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.model.ActionParameters.ExtractPlan;
import dev.heimdall.model.ActionParameters.PlanFormat;
import dev.heimdall.test.fixture.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlanIT {
  @TempDir private Path directory;
  private Actions db;

  @BeforeEach
  void start() throws Exception {
    db =
        new Actions(
            directory,
            "action_plan",
            2,
            "CREATE TABLE t (id int PRIMARY KEY, s text)",
            "INSERT INTO t SELECT i, 'x' FROM generate_series(1, 10) i");
  }

  @AfterEach
  void stop() {
    db.close();
  }

  private static ExtractPlan how(int threshold, int frequency, PlanFormat format, boolean force) {
    return new ExtractPlan(threshold, frequency, format, force, false);
  }

  private boolean take(ExtractPlan how, String sql, Integer... types) throws Exception {
    PlanRequest request =
        new PlanRequest(
            db.origin(),
            1,
            2,
            4711,
            sql,
            PostgresSql.DIALECT,
            LexerMode.STANDARD,
            List.of(types),
            db.facts(sql, false, "t"));
    return db.actions().plans().take(how, request).get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource(PlanFormat.class)
  void aPlanIsKeptInItsFormWithoutValues(PlanFormat format) throws Exception {
    assertThat(take(how(0, 1, format, false), "SELECT s FROM t WHERE s = 'secret' AND id < 4711"))
        .isTrue();
    PlanRow row = db.actions().plans().plans().get(0);
    assertThat(row.plan()).contains("t").doesNotContain("secret", "4711");
    assertThat(row.plan().toLowerCase(Locale.ROOT)).contains("filter");
    assertThat(row.text()).isEqualTo("select s from t where s = ? and id < ?");
    assertThat(row.fingerprint()).isEqualTo("00000000000000010000000000000002");
    assertThat(row.format()).isEqualTo(format.spelling());
    assertThat(row.averageMicros()).isEqualTo(4711);
    assertThat(db.count(NodeCounter.PLANS_TAKEN)).isEqualTo(1);
  }

  @Test
  void aStatementWithParametersHasAPlan() throws Exception {
    ExtractPlan how = how(0, 1, PlanFormat.TEXT, false);
    assertThat(take(how, "SELECT s FROM t WHERE id = $1")).isTrue();
    assertThat(db.actions().plans().plans().get(0).plan()).contains("(id = $1)");
    // Without the client's types the server could not tell which operator is meant.
    assertThat(take(how, "SELECT $1 + $1, s FROM t WHERE id = $2", 23)).isTrue();
    assertThat(db.failures()).isEmpty();
  }

  @Test
  void writesAreExplainedWhenForcedAndNeverCarriedOut() throws Exception {
    assertThat(take(how(0, 1, PlanFormat.TEXT, false), "DELETE FROM t")).isFalse();
    assertThat(take(how(0, 1, PlanFormat.TEXT, true), "DELETE FROM t")).isTrue();
    assertThat(db.actions().plans().plans().get(0).plan()).startsWith("Delete on t");
    assertThat(db.value("SELECT count(*) FROM t")).isEqualTo("10");
  }

  @Test
  void severalStatementsAndUtilitiesAreNotExplained() throws Exception {
    ExtractPlan how = how(0, 1, PlanFormat.TEXT, true);
    assertThat(take(how, "SELECT 1; DELETE FROM t")).isFalse();
    assertThat(take(how, "VACUUM t")).isFalse();
    assertThat(take(how, "ANALYZE SELECT 1")).isFalse();
    assertThat(db.value("SELECT count(*) FROM t")).isEqualTo("10");
  }

  @Test
  void aFailureIsReportedWithoutTheStatement() throws Exception {
    assertThat(take(how(0, 1, PlanFormat.TEXT, false), "SELECT 'secret' FROM missing")).isFalse();
    assertThat(db.failures())
        .containsExactly("extract-plan 00000000000000010000000000000002 [] 42P01 there is no plan");
  }

  @Test
  void aPatternIsAskedForAsOftenAsItsRuleSays() {
    assertThat(wanted(how(0, 3600, PlanFormat.TEXT, false), 1, -1)).isTrue();
    assertThat(wanted(how(0, 1, PlanFormat.TEXT, false), 2, -1)).isTrue();
    assertThat(wanted(how(0, 1, PlanFormat.TEXT, false), 2, -1)).isFalse();
    assertThat(wanted(how(5, 1, PlanFormat.TEXT, false), 3, 5000)).isFalse();
    assertThat(wanted(how(5, 1, PlanFormat.TEXT, false), 3, -1)).isFalse();
    assertThat(wanted(how(5, 1, PlanFormat.TEXT, false), 3, 5001)).isTrue();
    Await.until("once a second", () -> wanted(how(0, 3600, PlanFormat.TEXT, false), 1, -1));
  }

  private boolean wanted(ExtractPlan how, long low, long averageMicros) {
    return db.actions().plans().wanted(how, db.origin(), 0, low, averageMicros);
  }
}
