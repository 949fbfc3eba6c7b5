package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client is answered, step by step. */
class SessionScriptsTest {
  @TempDir private Path directory;
  private SimulatedNode node;

  @BeforeEach
  void start() {
    node = new SimulatedNode(directory, "\"pool\": {\"size\": 1}");
  }

  @AfterEach
  void stop() {
    node.end();
  }

  private static List<String> row(String text) {
    return List.of("row " + text + " {}", "done SELECT 1", "ready I");
  }

  @Test
  void aQueryIsAnswered() {
    SimulatedClient ann = node.client("ann");

    ann.query("SELECT 1");

    assertThat(ann.told()).isEqualTo(row("SELECT 1"));
  }

  @Test
  void aMessageMayComeByteByByte() {
    SimulatedClient ann = node.client("ann");

    ann.sendCut(1, out -> PgWriter.query(out, "SELECT 1"));

    assertThat(ann.told()).isEqualTo(row("SELECT 1"));
  }

  @Test
  void halfAMessageTakesNoServerConnection() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");

    ann.send(out -> out.writeByte('Q').writeInt(100).writeBytes(new byte[50]));
    bob.query("SELECT 2");

    assertThat(bob.told()).isEqualTo(row("SELECT 2"));
  }

  @Test
  void whoeverComesSecondWaits() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("BEGIN");
    assertThat(ann.told()).containsExactly("done BEGIN", "ready T");

    bob.query("SELECT 2");
    assertThat(bob.told()).isEmpty();
    ann.query("COMMIT");

    assertThat(ann.told()).containsExactly("done COMMIT", "ready I");
    assertThat(bob.told()).isEqualTo(row("SELECT 2"));
  }

  @Test
  void whoeverWaitsForTooLongIsAnsweredAnError() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("BEGIN");

    bob.query("SELECT 2");
    node.turns().advance(Duration.ofMinutes(5));

    assertThat(bob.told())
        .endsWith("error 53300 no server connection became free within 120000 ms", "ready I");
    ann.query("COMMIT");
    bob.query("SELECT 3");
    assertThat(bob.told()).isEqualTo(row("SELECT 3"));
  }

  @Test
  void aBatchThatWaitsForTooLongIsAnsweredOneError() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("BEGIN");

    bob.send(
        out -> {
          SimulatedClient.statement(out, "SELECT 2");
          SimulatedClient.statement(out, "SELECT 3");
          SimulatedClient.sync(out);
        });
    node.turns().advance(Duration.ofMinutes(5));

    List<String> told = bob.told();
    assertThat(told.stream().filter(each -> each.startsWith("error"))).hasSize(1);
    assertThat(told).endsWith("ready I");
    ann.query("COMMIT");
    bob.query("SELECT 4");
    assertThat(bob.told()).isEqualTo(row("SELECT 4"));
  }

  @Test
  void aClientThatLeavesAmidATransactionUndoesIt() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("BEGIN").query("INSERT 1");

    ann.leave();
    bob.query("SELECT 2");

    assertThat(bob.told()).isEqualTo(row("SELECT 2"));
    assertThat(node.servers().written()).isEmpty();
  }

  @Test
  void aSettingIsItsClientsAlone() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");

    ann.query("SET my.who = 'ann'");
    ann.told();
    bob.query("SELECT 2");
    ann.query("SELECT 1");

    assertThat(bob.told()).isEqualTo(row("SELECT 2"));
    assertThat(ann.told().get(0)).isEqualTo("row SELECT 1 {my.who=ann}");
  }

  @Test
  void whoHasWhatCannotBeCarriedKeepsItsConnectionAndLeavesItClean() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("SELECT pg_advisory_lock(1)");
    ann.told();

    bob.query("SELECT 2");
    assertThat(bob.told()).isEmpty();
    ann.query("SELECT 3");
    assertThat(ann.told()).isEqualTo(row("SELECT 3"));
    assertThat(bob.told()).isEmpty();
    ann.leave();

    assertThat(bob.told()).isEqualTo(row("SELECT 2"));
    assertThat(node.servers().open().get(0).received())
        .filteredOn(text -> text.contains("DISCARD ALL"))
        .hasSize(1);
  }

  @Test
  void whatAServerReportsAgainIsNotAskedAgain() {
    node.servers().repeatReports();
    SimulatedClient ann = node.client("ann");

    ann.query("SELECT 1");

    assertThat(ann.told()).isEqualTo(row("SELECT 1"));
    assertThat(node.servers().open().get(0).received()).hasSizeLessThan(10);
  }

  @Test
  void aStatementPreparedOnceRunsOnAnyConnection() {
    SimulatedClient ann = node.client("ann");
    ann.send(
        out -> {
          SimulatedClient.parse(out, "one", "SELECT 1");
          SimulatedClient.sync(out);
        });
    assertThat(ann.told()).containsExactly("1", "ready I");
    node.servers().open().get(0).kill();
    node.turns().run();

    ann.send(
        out -> {
          SimulatedClient.run(out, "one");
          SimulatedClient.sync(out);
        });

    assertThat(ann.told()).containsExactly("2", "row SELECT 1 {}", "done SELECT 1", "ready I");
  }

  @Test
  void aWriteWhoseServerIsLostIsNotSentAgain() {
    SimulatedClient ann = node.client("ann");
    node.servers().hold(true);
    ann.query("INSERT 1");

    node.servers().open().get(0).kill();
    node.servers().hold(false);
    node.turns().advance(Duration.ofSeconds(5));

    assertThat(ann.told())
        .containsExactly("error 08006 the connection to the database server was lost", "ready I");
    assertThat(node.servers().written()).isEmpty();
  }

  @Test
  void whatFollowsAnErrorUpToSyncIsLeftOut() {
    SimulatedClient ann = node.client("ann");

    ann.send(
        out -> {
          SimulatedClient.statement(out, "SELECT 1");
          SimulatedClient.statement(out, "SELECT 1/0");
          SimulatedClient.statement(out, "INSERT 1");
          SimulatedClient.sync(out);
          SimulatedClient.statement(out, "SELECT 2");
          SimulatedClient.sync(out);
        });

    assertThat(ann.told())
        .containsSubsequence(
            "row SELECT 1 {}", "error 22012 division by zero", "ready I", "row SELECT 2 {}")
        .doesNotContain("done INSERT 0 1");
    assertThat(node.servers().written()).isEmpty();
  }

  @Test
  void aBatchBehindASettingThatIsUndone() {
    SimulatedClient ann = node.client("ann");
    ann.query("SELECT 0;BEGIN");
    ann.told();
    node.servers().hold(true);

    ann.query("SET my.who = 'ann';ROLLBACK");
    ann.send(
        out -> {
          SimulatedClient.statement(out, "SELECT 1");
          SimulatedClient.statement(out, "SELECT 2");
          SimulatedClient.sync(out);
        });
    node.servers().hold(false);

    assertThat(ann.told())
        .containsSubsequence("ready I", "row SELECT 1 {}", "row SELECT 2 {}", "ready I");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1/0",
        "SELECT 1/0;ROLLBACK",
        "COMMIT;SELECT 1",
        "SELECT 1;COMMIT",
        "BEGIN;SELECT 1/0;COMMIT",
        "BEGIN;COMMIT"
      })
  void outsideATransactionNobodyHoldsAServerConnection(String sql) {
    SimulatedClient ann = node.client("ann");
    ann.query("SELECT 0");

    ann.query(sql);
    ann.query("ROLLBACK");

    assertThat(ann.told()).endsWith("ready I");
    assertThat(node.held()).isZero();
  }

  @Test
  void aNameThatWasTakenGoesOnNamingWhatItDid() {
    SimulatedClient ann = node.client("ann");
    ann.query("SELECT 0").told();
    Consumer<ByteBuf> taken =
        out -> {
          SimulatedClient.parse(out, "s1", "SELECT 1");
          SimulatedClient.run(out, "s1");
          SimulatedClient.parse(out, "s1", "SELECT 2");
          SimulatedClient.run(out, "s1");
          SimulatedClient.sync(out);
        };
    Consumer<ByteBuf> run =
        out -> {
          SimulatedClient.run(out, "s1");
          SimulatedClient.sync(out);
        };

    ann.send(taken);
    assertThat(ann.told())
        .containsExactly(
            "1",
            "2",
            "row SELECT 1 {}",
            "done SELECT 1",
            "error 42P05 prepared statement \"s1\" already exists",
            "ready I");
    ann.send(run);
    assertThat(ann.told()).containsExactly("2", "row SELECT 1 {}", "done SELECT 1", "ready I");
    ann.query("SET my.who = 'ann';COMMIT").told();
    ann.send(run);
    assertThat(ann.told())
        .containsExactly("2", "row SELECT 1 {my.who=ann}", "done SELECT 1", "ready I");
    ann.send(taken);
    assertThat(ann.told())
        .containsExactly("error 42P05 prepared statement \"s1\" already exists", "ready I");
    ann.query("SELECT 3").told();
    ann.send(run);
    assertThat(ann.told())
        .containsExactly("2", "row SELECT 1 {my.who=ann}", "done SELECT 1", "ready I");
    ann.query("COMMIT").told();
    ann.send(run);
    assertThat(ann.told())
        .containsExactly("2", "row SELECT 1 {my.who=ann}", "done SELECT 1", "ready I");
  }

  @Test
  void aFlushAsksForWhatTheNodeAnswers() {
    SimulatedClient ann = node.client("ann");

    ann.send(
        out -> {
          SimulatedClient.parse(out, "s1", "SELECT 1");
          SimulatedClient.run(out, "s1");
          SimulatedClient.close(out, "s1");
          SimulatedClient.flush(out);
        });
    assertThat(ann.told()).containsExactly("1", "2", "row SELECT 1 {}", "done SELECT 1", "3");

    ann.send(SimulatedClient::sync);
    assertThat(ann.told()).containsExactly("ready I");
  }

  @Test
  void aNameWhoseParseFailsIsFreeAtOnce() {
    SimulatedClient ann = node.client("ann");
    ann.query("BEGIN").told();
    ann.query("SELECT 1/0").told();
    node.servers().hold(true);

    ann.send(
        out -> {
          SimulatedClient.parse(out, "s1", "SELECT 1");
          SimulatedClient.sync(out);
          PgWriter.query(out, "ROLLBACK");
          SimulatedClient.parse(out, "s1", "SELECT 2");
          SimulatedClient.run(out, "s1");
          SimulatedClient.sync(out);
        });
    node.servers().hold(false);

    assertThat(ann.told())
        .containsExactly(
            "error 25P02 current transaction is aborted",
            "ready E",
            "done ROLLBACK",
            "ready I",
            "1",
            "2",
            "row SELECT 2 {}",
            "done SELECT 1",
            "ready I");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPathThatAFunctionMovesCountsForTheNextParse(boolean reported) {
    if (!reported) {
      node.servers().concealPath();
    }
    SimulatedClient ann = node.client("ann");
    parseAndRun(ann, "before");
    assertThat(ann.told()).contains("row SELECT 1 {}");
    ann.query("BEGIN").query("SELECT moves_path()").told();

    parseAndRun(ann, "within");
    assertThat(ann.told()).contains("row SELECT 1 in elsewhere {}");

    ann.query("ROLLBACK").told();
    parseAndRun(ann, "after");
    assertThat(ann.told()).contains("row SELECT 1 {}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INSERT 1 | true",
        "INSERT 1; INSERT 2 | true",
        "SET a = '1'; INSERT 1; SELECT 2 | true",
        "CREATE TABLE t | false",
        "INSERT 1; CREATE TABLE t | false"
      })
  void whatIsPreparedStaysKnownUnlessTheTextDefinesSomething(String text, boolean known) {
    SimulatedClient ann = node.client("ann");
    parse(ann, "one");
    assertThat(ann.told()).containsExactly("1", "ready I");
    ann.query(text).told();

    SimulatedClient bob = node.client("bob");
    parse(bob, "two");

    assertThat(bob.told()).containsExactly("1", "ready I");
    assertThat(node.servers().open().get(0).parsed()).isEqualTo(known ? 1 : 2);
  }

  private static void parse(SimulatedClient client, String name) {
    client.send(
        out -> {
          SimulatedClient.parse(out, name, "SELECT 1");
          SimulatedClient.sync(out);
        });
  }

  private static void parseAndRun(SimulatedClient client, String name) {
    client.send(
        out -> {
          SimulatedClient.parse(out, name, "SELECT 1");
          SimulatedClient.run(out, name);
          SimulatedClient.sync(out);
        });
  }
}
