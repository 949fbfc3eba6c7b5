package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.tracing.RecordedSpans;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each statement has one span, whatever becomes of it: none is left open, none is written twice.
 */
class TraceScriptsTest {
  private static final String RULED = ", \"rules\": [\"again\"]";

  @TempDir private Path directory;
  private final RecordedSpans spans = new RecordedSpans();
  private SimulatedNode node;

  private void start(String more) throws IOException {
    Path rules = Files.createDirectories(directory.resolve("rules"));
    Files.writeString(
        rules.resolve("again.json"),
        """
        {"rules": [{"match": "flaky", "action": "retry",
          "parameters": {"maxRetries": 2, "retryDelay": 1000}}]}
        """);
    node =
        SimulatedNode.ofCluster(
            directory, "\"pool\": {\"size\": 1}" + more, Optional.of(spans.tracing()));
  }

  @AfterEach
  void stop() {
    node.close();
    spans.close();
    assertThat(node.wrong()).isEmpty();
    assertThat(node.unreleased()).as("buffers that nobody has released").isEmpty();
  }

  /**
   * All spans so far, once these are there: the last one is of a statement that nothing follows.
   */
  private void assertSpans(String... expected) throws InterruptedException {
    List<SpanData> ended = spans.await(expected.length);
    assertThat(ended.stream().map(TraceScriptsTest::brief)).containsExactly(expected);
    assertThat(ended)
        .allSatisfy(
            span -> {
              assertThat(span.getEndEpochNanos()).isGreaterThanOrEqualTo(span.getStartEpochNanos());
              assertThat(span.getEvents())
                  .extracting(EventData::getEpochNanos)
                  .allSatisfy(
                      sent ->
                          assertThat(sent)
                              .isBetween(span.getStartEpochNanos(), span.getEndEpochNanos()));
            });
  }

  /** Its operation, how often it was sent, and how it has failed. */
  private static String brief(SpanData span) {
    int sent = span.getEvents().size();
    assertThat(span.getKind()).isEqualTo(sent > 0 ? SpanKind.CLIENT : SpanKind.INTERNAL);
    String error = span.getAttributes().get(AttributeKey.stringKey("error.type"));
    assertThat(span.getStatus()).isEqualTo(error == null ? StatusData.unset() : StatusData.error());
    String again =
        Boolean.TRUE.equals(span.getAttributes().get(AttributeKey.booleanKey("heimdall.resent")))
            ? " again"
            : "";
    return span.getAttributes().get(AttributeKey.stringKey("db.operation.name"))
        + " "
        + sent
        + (error == null ? "" : " " + error)
        + again;
  }

  private void lose() {
    node.servers().open().get(0).kill();
    node.servers().hold(false);
    node.turns().advance(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", RULED})
  void statementsOfAPipelineHaveASpanEach(String more) throws Exception {
    start(more);
    SimulatedClient ann = node.client("ann");
    ann.send(
        out -> {
          PgWriter.query(out, "SELECT 1");
          SimulatedClient.statement(out, "INSERT 1");
          SimulatedClient.statement(out, "SELECT 2");
          SimulatedClient.sync(out);
          PgWriter.query(out, "SELECT 3");
        });

    assertThat(ann.told()).endsWith("row SELECT 3 {}", "done SELECT 1", "ready I");
    if (more.isEmpty()) {
      assertSpans("SELECT 1", "SELECT 1"); // nobody reads batches
    } else {
      assertSpans("SELECT 1", "INSERT 1", "SELECT 1", "SELECT 1");
    }
  }

  /** Without rules and a catalogue texts are not looked at, and what is known is less. */
  private static String operation(String more, String word) {
    return more.isEmpty() ? "DML" : word;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", RULED})
  void statementsOfTwoClientsOverOneConnectionHaveASpanEach(String more) throws Exception {
    start(more + ", \"pipelining\": {\"enabled\": true}");
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    node.servers().hold(true);
    ann.query("SELECT 1");
    bob.query("SELECT 2");
    node.servers().hold(false);
    ann.query("SELECT 1/0");
    bob.query("SELECT 3");

    assertThat(bob.told()).endsWith("row SELECT 3 {}", "done SELECT 1", "ready I");
    assertSpans("SELECT 1", "SELECT 1", "SELECT 1 22012", "SELECT 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", RULED})
  void aWriteWhoseServerIsLostEndsWithThat(String more) throws Exception {
    start(more);
    SimulatedClient ann = node.client("ann");
    node.servers().hold(true);
    ann.query("INSERT 1");
    lose();
    assertThat(ann.told()).endsWith("ready I");
    ann.query("SELECT 2");

    assertSpans(operation(more, "INSERT") + " 1 connection_lost", "SELECT 1");
  }

  @Test
  void aReadThatIsSentAgainHasASpanForEachServer() throws Exception {
    start(RULED);
    SimulatedClient ann = node.client("ann");
    node.servers().hold(true);
    ann.query("SELECT 1");
    lose();

    assertThat(ann.told()).endsWith("row SELECT 1 {}", "done SELECT 1", "ready I");
    assertSpans("SELECT 1 connection_lost again", "SELECT 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", RULED})
  void aWriteThatTheServerRefusesAsNoWriterIsSentAgainInItsSpan(String more) throws Exception {
    start(more);
    SimulatedClient ann = node.client("ann");
    ann.query("SELECT 0").told();
    node.servers().failNext("insert", "25006");
    ann.query("INSERT 1");
    node.turns().advance(Duration.ofSeconds(90));

    assertThat(ann.told()).containsExactly("done INSERT 0 1", "ready I");
    assertSpans("SELECT 1", operation(more, "INSERT") + " 2");
  }

  @Test
  void aStatementThatARuleHasTriedAgainGoesOnInItsSpan() throws Exception {
    start(RULED);
    SimulatedClient ann = node.client("ann");
    node.servers().failNext("insert", "40001");
    ann.query("INSERT 1 /* flaky */");
    node.turns().advance(Duration.ofSeconds(5));

    assertThat(ann.told()).containsExactly("done INSERT 0 1", "ready I");
    assertSpans("INSERT 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", RULED})
  void aTransactionThatIsLostAndWhatFollowsInIt(String more) throws Exception {
    start(more);
    SimulatedClient ann = node.client("ann");
    ann.query("BEGIN").query("INSERT 1").told();
    node.servers().hold(true);
    ann.query("INSERT 2");
    lose();
    ann.query("INSERT 3").query("ROLLBACK").query("SELECT 4");

    assertThat(ann.told()).endsWith("row SELECT 4 {}", "done SELECT 1", "ready I");
    String insert = operation(more, "INSERT");
    assertSpans(
        "BEGIN 1",
        insert + " 1",
        insert + " 1 connection_lost",
        insert + " 1 25P02",
        "ROLLBACK 1",
        "SELECT 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", RULED})
  void aClientThatLeavesEndsItsSpans(String more) throws Exception {
    start(more);
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("BEGIN");
    bob.query("SELECT 1"); // waits for the connection
    node.servers().hold(true);
    ann.query("SELECT 2");
    bob.leave();
    ann.leave();
    node.servers().hold(false);

    assertSpans("BEGIN 1", "SELECT 0 connection_lost", "SELECT 1 connection_lost");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", RULED})
  void whoeverGetsNoConnectionHasThatError(String more) throws Exception {
    start(more);
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("BEGIN");
    bob.query("SELECT 2");
    node.turns().advance(Duration.ofMinutes(5));
    assertThat(bob.told())
        .endsWith("error 53300 no server connection became free within 120000 ms", "ready I");
    ann.query("COMMIT");

    assertSpans("BEGIN 1", "SELECT 0 53300", "COMMIT 1");
  }

  @Test
  void statementsThatTheServerSkipsEndWithTheOneThatFailed() throws Exception {
    start(RULED);
    SimulatedClient ann = node.client("ann");
    ann.send(
        out -> {
          SimulatedClient.statement(out, "SELECT 1/0");
          PgWriter.query(out, "SELECT 2"); // skipped, as all is up to Sync
          SimulatedClient.statement(out, "SELECT 3");
          SimulatedClient.sync(out);
        });
    ann.query("SELECT 4");

    assertThat(ann.told())
        .containsExactly(
            "1",
            "2",
            "error 22012 division by zero",
            "ready I",
            "row SELECT 4 {}",
            "done SELECT 1",
            "ready I");
    assertSpans("SELECT 1 22012", "SELECT 1 skipped", "SELECT 1 skipped", "SELECT 1");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theErrorOfABatchIsThatOfTheStatementThatHasIt(boolean flushed) throws Exception {
    start(RULED);
    SimulatedClient ann = node.client("ann");
    ann.send(
        out -> {
          SimulatedClient.statement(out, "INSERT 1");
          SimulatedClient.statement(out, "SELECT 1/0");
          SimulatedClient.statement(out, "INSERT 2");
          if (flushed) {
            SimulatedClient.flush(out);
          } else {
            SimulatedClient.sync(out);
          }
        });
    if (flushed) {
      ann.send(SimulatedClient::sync);
    }
    ann.query("SELECT 4");

    assertThat(ann.told()).endsWith("row SELECT 4 {}", "done SELECT 1", "ready I");
    assertSpans("INSERT 1", "SELECT 1 22012", "INSERT 1 skipped", "SELECT 1");
  }

  @Test
  void ofABatchWithoutEndSoManyAreTraced() throws Exception {
    start(RULED);
    SimulatedClient ann = node.client("ann");
    ann.send(
        out -> {
          for (int i = 0; i < 300; i++) {
            SimulatedClient.statement(out, "SELECT " + i);
          }
          SimulatedClient.sync(out);
        });
    assertThat(ann.told()).endsWith("row SELECT 299 {}", "done SELECT 1", "ready I");
    ann.query("INSERT 1");

    List<SpanData> ended = spans.await(257);
    assertThat(ended).hasSize(257);
    assertThat(brief(ended.get(256))).isEqualTo("INSERT 1");
  }
}
