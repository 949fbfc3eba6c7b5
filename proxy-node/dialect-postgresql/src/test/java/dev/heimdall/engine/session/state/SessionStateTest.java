package dev.heimdall.engine.session.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.DetachedServer;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.dialect.postgres.prepared.PostgresErrors;
import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.dialect.postgres.request.PostgresSessions;
import dev.heimdall.engine.dialect.postgres.sql.PostgresClassifier;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionStateTest {
  private final StatementClassifier classifier = new PostgresClassifier();
  private final StatementRegistry registry =
      new StatementRegistry(StatementNames.ofLoop(0), new MemoryBudget(64L << 20, 1));
  private final DetachedServer detached = new DetachedServer(10);
  private final ServerConnection server = detached.connection();
  private final Variables startup = Variables.of(Map.of("timezone", "UTC"));
  private final SessionState state =
      new SessionState(new PostgresSessions().settings(), given(), registry, name -> {});

  private static StartupVariables given() {
    Variables zone = Variables.of(Map.of("timezone", "UTC"));
    return new StartupVariables(zone, zone, zone, Variables.NONE, Variables.NONE);
  }

  private StatementFacts facts(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    return classifier.classify(text, 0, text.length, LexerMode.STANDARD);
  }

  private boolean run(String sql, boolean failed, TransactionState before, TransactionState after) {
    state.note(facts(sql));
    state.groupSent();
    return done(failed, before, after);
  }

  private boolean done(boolean failed, TransactionState before, TransactionState after) {
    ServerError error = failed ? ServerError.error("22012", "division by zero") : null;
    return state.groupDone(server, error, new PostgresErrors(), before, after);
  }

  private void run(String sql) {
    run(sql, false, TransactionState.IDLE, TransactionState.IDLE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SET work_mem = '1MB'                        | work_mem",
        "SET TIME ZONE 'UTC'                         | timezone",
        "SET ROLE ann                                | role",
        "SELECT set_config('my.x', 'v', false)       | my.x",
      })
  void whatASuccessfulStatementSetsIsAskedFor(String sql, String name) {
    run(sql);

    assertThat(state.settings().touched()).containsExactly(name);
  }

  @Test
  void aFailedStatementSetsNothing() {
    run("SET work_mem = '1MB'", true, TransactionState.IDLE, TransactionState.IDLE);

    assertThat(state.settings().touched()).isEmpty();
  }

  @Test
  void settingsOfTheTransactionAreNotCarried() {
    run(
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        false,
        TransactionState.OPEN,
        TransactionState.OPEN);

    assertThat(state.settings().touched()).isEmpty();
  }

  @Test
  void capturedValuesAreThoseOfTheSessionAndOfTheConnection() {
    run("SET work_mem = '1MB'");
    run("SET ROLE ann");

    state.settings().captured(Arrays.asList("1024kB", "ann"), server);

    assertThat(state.variables().asMap())
        .isEqualTo(Map.of("timezone", "UTC", "work_mem", "1024kB", "role", "ann"));
    assertThat(server.applied().asMap()).isEqualTo(Map.of("work_mem", "1024kB", "role", "ann"));
    assertThat(state.settings().touched()).isEmpty();
  }

  @Test
  void aSettingThatIsGoneIsForgottenOnBothSides() {
    run("SET ROLE ann");
    state.settings().captured(List.of("ann"), server);
    run("SET ROLE none");

    state.settings().captured(List.of("none"), server);

    assertThat(state.variables()).isEqualTo(startup);
    assertThat(server.applied()).isEqualTo(Variables.NONE);
  }

  @Test
  void resetGoesBackToTheStartUpValueOnTheConnectionToo() {
    run("SET timezone = 'Asia/Tokyo'");
    state.settings().captured(List.of("Asia/Tokyo"), server);

    run("RESET timezone");

    assertThat(state.variables()).isEqualTo(startup);
    assertThat(server.applied().get("timezone")).isEqualTo("UTC");
    assertThat(state.settings().touched()).isEmpty();
  }

  @Test
  void resetInsideATransactionIsAskedForLater() {
    run("RESET timezone", false, TransactionState.OPEN, TransactionState.OPEN);

    assertThat(state.settings().touched()).containsExactly("timezone");
  }

  @Test
  void resetAllKeepsTheRole() {
    run("SET ROLE ann");
    run("SET work_mem = '1MB'");
    state.settings().captured(Arrays.asList("ann", "1MB"), server);

    run("RESET ALL");

    assertThat(state.variables().asMap()).isEqualTo(Map.of("timezone", "UTC", "role", "ann"));
    assertThat(server.applied()).isEqualTo(state.variables());
  }

  @Test
  void discardAllForgetsEverything() {
    run("SET work_mem = '1MB'");
    run("CREATE TEMP TABLE t (a int)");
    state
        .names()
        .put(new byte[] {'s'}, registry.acquireAlone(null, new byte[0], Origin.NAMED, null, "", 0));
    assertThat(state.pins().any()).isTrue();

    run("DISCARD ALL");

    assertThat(state.pins().any()).isFalse();
    assertThat(state.settings().touched()).isEmpty();
    assertThat(state.names().size()).isZero();
    assertThat(state.settings().atStartup()).isTrue();
    assertThat(server.residue().tainted()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TEMP TABLE t (a int)",
        "SELECT pg_advisory_lock(1)",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
      })
  void whatCannotBeCarriedPinsAndTaints(String sql) {
    run(sql);

    assertThat(state.pins().any()).isTrue();
    assertThat(state.pinReason()).isNotBlank();
    assertThat(server.residue().tainted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT pg_advisory_lock(1), 1/0     | true",
        "SELECT setseed(0.5), 1/0            | true",
        "CREATE TEMP TABLE t AS SELECT 1/0   | false",
        "DECLARE c CURSOR WITH HOLD FOR t    | false",
      })
  void whatARollbackDoesNotUndoPinsThoughTheStatementFailed(String sql, boolean pins) {
    run(sql, true, TransactionState.IDLE, TransactionState.IDLE);

    assertThat(state.pins().any()).isEqualTo(pins);
    assertThat(server.residue().tainted()).isEqualTo(pins);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPrepareAmongOtherStatementsPinsBecauseItsNameIsOnTheServer(boolean failed) {
    run("PREPARE p AS SELECT 1; SELECT 2", failed, TransactionState.IDLE, TransactionState.IDLE);

    assertThat(state.pinReason()).isEqualTo("prepare in a batch");
    assertThat(server.residue().tainted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE TEMP TABLE t (a int)             | DISCARD TEMP",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1 | CLOSE ALL",
      })
  void aPinGoesWithItsReasonButTheConnectionStaysTainted(String pins, String ends) {
    run(pins);
    run(ends);

    assertThat(state.pins().any()).isFalse();
    assertThat(server.residue().tainted()).isTrue();
  }

  private void inTransaction(String sql) {
    run(sql, false, TransactionState.OPEN, TransactionState.OPEN);
  }

  private void end(boolean rolledBack) {
    run("END", false, TransactionState.OPEN, TransactionState.IDLE);
    state.transactionOver(rolledBack);
  }

  @Test
  void theLastHeldCursorThatIsClosedEndsThePin() {
    run("DECLARE a CURSOR WITH HOLD FOR SELECT 1");
    run("DECLARE \"B\" CURSOR WITH HOLD FOR SELECT 1");
    run("CLOSE b");
    run("CLOSE A");
    assertThat(state.pins().any()).isTrue();
    run("CLOSE \"B\"", true, TransactionState.IDLE, TransactionState.IDLE);
    assertThat(state.pins().any()).isTrue();

    run("CLOSE \"B\"");

    assertThat(state.pins().any()).isFalse();
    assertThat(server.residue().tainted()).isTrue();
  }

  @Test
  void aRollbackEndsCursorsOfItsTransactionAlone() {
    inTransaction("DECLARE a CURSOR WITH HOLD FOR SELECT 1");
    end(false);
    assertThat(state.pins().any()).isTrue();
    inTransaction("DECLARE b CURSOR WITH HOLD FOR SELECT 1");
    end(true);
    assertThat(state.pins().any()).isTrue();
    inTransaction("DECLARE b CURSOR WITH HOLD FOR SELECT 1");
    inTransaction("CLOSE a");
    assertThat(state.pins().any()).isTrue();

    end(true);

    assertThat(state.pins().any()).isFalse();
  }

  @Test
  void aCursorThatMayBeThereIsClosedWithAll() {
    String declared = "BEGIN; DECLARE d CURSOR WITH HOLD FOR SELECT 1; COMMIT; SELECT 1/0";
    run(declared, true, TransactionState.IDLE, TransactionState.IDLE);
    run("DECLARE a CURSOR WITH HOLD FOR SELECT 1");
    run("CLOSE a");
    assertThat(state.pins().any()).isTrue();

    run("CLOSE ALL");

    assertThat(state.pins().any()).isFalse();
  }

  @Test
  void effectsCountWhenTheirOwnGroupIsAnswered() {
    state.note(facts("SET work_mem = '1MB'"));
    state.groupSent();
    state.note(facts("SET my.x = 'v'"));
    state.groupSent();

    done(false, TransactionState.IDLE, TransactionState.IDLE);
    assertThat(state.settings().touched()).containsExactly("work_mem");
    done(true, TransactionState.IDLE, TransactionState.IDLE);

    assertThat(state.settings().touched()).containsExactly("work_mem");
  }

  @Test
  void whatWasInFlightOnALostConnectionHasNoEffect() {
    state.note(facts("SET work_mem = '1MB'"));
    state.groupSent();

    state.lost();

    assertThat(state.settings().touched()).isEmpty();
    run("SET my.x = 'v'");
    assertThat(state.settings().touched()).containsExactly("my.x");
  }

  @Test
  void ddlIsTold() {
    assertThat(run("ALTER TABLE t ADD a int", false, TransactionState.IDLE, TransactionState.IDLE))
        .isTrue();
    assertThat(run("SELECT 1", false, TransactionState.IDLE, TransactionState.IDLE)).isFalse();
  }

  @Test
  void aFailedPrepareLeavesItsNameFree() {
    byte[] name = {'s'};
    state.names().put(name, registry.acquireAlone(null, new byte[0], Origin.SQL, null, "", 0));

    run("PREPARE s AS SELECT nothing", true, TransactionState.IDLE, TransactionState.IDLE);

    assertThat(state.names().get(name)).isNull();
  }
}
