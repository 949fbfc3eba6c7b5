package dev.heimdall.test.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.model.ActionParameters.Trigger;
import dev.heimdall.model.ActionParameters.TriggerTiming;
import dev.heimdall.model.ActionParameters.TriggerType;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TriggerIT {
  @TempDir private Path directory;
  private Actions db;

  @BeforeEach
  void start() throws Exception {
    db = new Actions(directory, "action_trigger", 2, "CREATE TABLE t (s text)");
  }

  @AfterEach
  void stop() {
    db.close();
  }

  private static Trigger sql(String command, TriggerTiming timing) {
    return delayed(command, timing, 0, null, false);
  }

  private static Trigger delayed(
      String command, TriggerTiming timing, int delay, Integer maxDelay, boolean unique) {
    return new Trigger(
        TriggerType.SQL,
        command,
        timing,
        delay,
        Optional.ofNullable(maxDelay),
        unique,
        Optional.empty());
  }

  private static Trigger program(String command) {
    return new Trigger(
        TriggerType.EXECUTE,
        command,
        TriggerTiming.AFTER,
        0,
        Optional.empty(),
        false,
        Optional.empty());
  }

  private CompletableFuture<Executed> run(Trigger trigger, String... tables) {
    return db.actions().triggers().run(trigger, db.origin(), List.of(tables));
  }

  private static Executed end(CompletableFuture<Executed> running) throws Exception {
    return running.get(20, TimeUnit.SECONDS);
  }

  private String rows() {
    return db.value("SELECT count(*) FROM t");
  }

  @ParameterizedTest
  @EnumSource(TriggerTiming.class)
  void aStatementRunsWithTheSessionsVariables(TriggerTiming timing) throws Exception {
    db.execute("CREATE SCHEMA mine", "CREATE TABLE mine.t (s text)");
    Trigger trigger = sql("INSERT INTO t VALUES ('a'), ('b')", timing);
    Executed end =
        end(
            db.actions()
                .triggers()
                .run(trigger, db.origin(Map.of("search_path", "mine")), List.of()));
    assertThat(end).isEqualTo(new Executed(2, null, null));
    assertThat(db.value("SELECT count(*) FROM mine.t")).isEqualTo("2");
    assertThat(end(run(trigger)).succeeded()).isTrue();
    assertThat(rows()).isEqualTo("2");
    assertThat(db.count(NodeCounter.TRIGGERS_RUN)).isEqualTo(2);
  }

  @Test
  void aFailureIsToldToTheCallerAndReportedWithoutValues() throws Exception {
    Executed end = end(run(sql("SELECT 'secret'::int", TriggerTiming.BEFORE), "d.t"));
    assertThat(end.sqlstate()).isEqualTo("22P02");
    assertThat(end.message()).contains("invalid input syntax");
    assertThat(db.failures()).containsExactly("trigger sql [d.t] 22P02 it failed");
    assertThat(db.count(NodeCounter.TRIGGERS_FAILED)).isEqualTo(1);
  }

  @Test
  void whatWaitsAlreadyIsNotRunAgain() throws Exception {
    Trigger one = delayed("INSERT INTO t VALUES ('1')", TriggerTiming.PARALLEL, 300, null, true);
    Trigger two = delayed("INSERT INTO t VALUES ('2')", TriggerTiming.PARALLEL, 300, null, true);
    CompletableFuture<Executed> last = null;
    for (int i = 0; i < 50; i++) {
      last = run(one);
    }
    end(run(two));
    end(last);
    assertThat(db.value("SELECT string_agg(s, '' ORDER BY s) FROM t")).isEqualTo("12");
    end(run(one));
    assertThat(rows()).isEqualTo("3");
  }

  @Test
  void withoutUniquenessEachRuns() throws Exception {
    Trigger one = delayed("INSERT INTO t VALUES ('1')", TriggerTiming.PARALLEL, 50, null, false);
    CompletableFuture<Executed> first = run(one);
    CompletableFuture<Executed> second = run(one);
    end(first);
    end(second);
    assertThat(rows()).isEqualTo("2");
  }

  @Test
  void newWishesPutItOffButNotForEver() throws Exception {
    Trigger one =
        delayed("INSERT INTO t VALUES ('1')", TriggerTiming.PARALLEL, 3_600_000, 500, true);
    CompletableFuture<Executed> first = run(one);
    // Without the second wish the delay of an hour would hold.
    run(one);
    Await.until("it runs", first::isDone);
    assertThat(rows()).isEqualTo("1");
  }

  @Test
  void whatIsDelayedRunsBeforeTheNodeStops() {
    run(delayed("INSERT INTO t VALUES ('1')", TriggerTiming.PARALLEL, 3_600_000, null, true));
    run(delayed("INSERT INTO t VALUES ('2')", TriggerTiming.PARALLEL, 3_600_000, null, false));
    db.actions().close(Duration.ofSeconds(20));
    assertThat(rows()).isEqualTo("2");
  }

  @Test
  void aTablesNameCannotMakeAnotherCommand() throws Exception {
    Executed end = end(run(sql("SELECT note('d.x'); --')", TriggerTiming.AFTER), "d.x'); --"));
    assertThat(end.message()).startsWith("a table's name has signs");
    assertThat(end(run(sql("SELECT 'd.é_1'", TriggerTiming.AFTER), "d.é_1")).succeeded()).isTrue();
  }

  @Test
  void aProgramRunsOnlyWhereTheNodeAllowsIt() throws Exception {
    Path file = directory.resolve("tables");
    assertThat(end(run(program("/usr/bin/touch " + file), "d.t")).sqlstate()).isEqualTo("42501");
    assertThat(file).doesNotExist();

    Files.writeString(directory.resolve("node.json"), "{\"rules\": {\"allowPrograms\": true}}");
    db.actions().update(Actions.configuration(directory, SharedPostgres.primary(), ""));

    assertThat(end(run(program("/usr/bin/touch " + file), "d.t")).succeeded()).isTrue();
    assertThat(file).exists();
    Executed failed = end(run(program("/bin/sh -c 'echo oh dear; exit 7'")));
    assertThat(failed.message()).isEqualTo("the program failed: exit code 7");
    assertThat(db.failures()).contains("/bin/sh exit code 7 oh dear");
  }
}
