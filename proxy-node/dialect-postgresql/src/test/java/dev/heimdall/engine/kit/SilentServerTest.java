package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The time limit of statements where servers answer neither these nor a cancel request. */
class SilentServerTest {
  private static final String OVERDUE = "error 57014 canceling statement due to statement timeout";

  @TempDir private Path directory;
  private SimulatedNode node;

  @BeforeEach
  void start() {
    node =
        new SimulatedNode(
            directory,
            "\"pool\": {\"size\": 1},"
                + " \"clients\": {\"queryTimeout\": \"2s\", \"cancelTimeout\": \"3s\"}");
  }

  @AfterEach
  void stop() {
    node.end();
  }

  private void silent(SimulatedClient client, Runnable request) {
    client.told();
    node.servers().hold(true);
    request.run();
    node.turns().advance(Duration.ofMillis(4_500));
    assertThat(node.servers().cancels()).isEqualTo(1);
    assertThat(client.told()).isEmpty();
    node.turns().advance(Duration.ofSeconds(1));
  }

  /** Reads of others are sent again when their connection is lost; what has had its time is not. */
  @ParameterizedTest
  @ValueSource(strings = {"SELECT 1", "INSERT 1"})
  void aStatementThatACancelDoesNotEndIsAnsweredAnErrorOfItsOwn(String sql) {
    SimulatedClient ann = node.client("ann");

    silent(ann, () -> ann.query(sql));

    assertThat(ann.told()).containsExactly(OVERDUE, "ready I");
    assertThat(node.servers().open()).isEmpty();
    node.servers().hold(false);
    ann.query("SELECT 2");
    assertThat(ann.told()).endsWith("done SELECT 1", "ready I");
  }

  @Test
  void aBatchIsAnsweredAnError() {
    SimulatedClient ann = node.client("ann");

    silent(
        ann,
        () ->
            ann.send(
                out -> {
                  SimulatedClient.statement(out, "INSERT 1");
                  SimulatedClient.sync(out);
                }));

    assertThat(ann.told()).containsExactly(OVERDUE, "ready I");
  }

  @Test
  void whatAFlushAsksForIsAnsweredAnError() {
    SimulatedClient ann = node.client("ann");

    silent(
        ann,
        () ->
            ann.send(
                out -> {
                  SimulatedClient.statement(out, "INSERT 1");
                  SimulatedClient.flush(out);
                }));

    assertThat(ann.told()).startsWith(OVERDUE);
  }

  @Test
  void aTransactionHasFailedThen() {
    SimulatedClient ann = node.client("ann");
    ann.query("BEGIN").query("INSERT 1");

    silent(ann, () -> ann.query("INSERT 2"));

    assertThat(ann.told()).containsExactly(OVERDUE, "ready E");
    node.servers().hold(false);
    ann.query("COMMIT");
    assertThat(ann.told()).containsExactly("done ROLLBACK", "ready I");
    assertThat(node.servers().written()).isEmpty();
  }

  @Test
  void aPinnedClientEnds() {
    SimulatedClient ann = node.client("ann");
    ann.query("SELECT pg_advisory_lock(1)");

    silent(ann, () -> ann.query("SELECT 2"));

    assertThat(ann.told()).containsExactly(OVERDUE);
    assertThat(ann.connected()).isFalse();
  }

  @Test
  void theTimeInTheQueueCounts() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("BEGIN");

    bob.query("SELECT 2");
    node.turns().advance(Duration.ofMillis(2_500));

    assertThat(bob.told()).containsExactly(OVERDUE, "ready I");
    ann.query("COMMIT");
    bob.query("SELECT 3");
    assertThat(bob.told()).endsWith("done SELECT 1", "ready I");
  }

  @Test
  void theTimeInTheQueueAndAtTheServerAreOne() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("BEGIN");
    bob.query("SELECT 2");
    node.turns().advance(Duration.ofMillis(1_500));

    node.servers().hold(true);
    node.servers().open().get(0).kill();
    node.turns().advance(Duration.ofMillis(800));
    assertThat(node.servers().cancels()).isEqualTo(1);
    node.turns().advance(Duration.ofMillis(3_100));

    assertThat(bob.told()).containsExactly(OVERDUE, "ready I");
  }

  @Test
  void settingsThatTheServerDoesNotTakeAreAnsweredAnError() {
    SimulatedClient ann = node.client("ann");
    SimulatedClient bob = node.client("bob");
    ann.query("SET my.who = 'ann'");
    bob.query("SELECT 1");
    ann.told();

    node.servers().hold(true);
    ann.query("SELECT 2");
    node.turns().advance(Duration.ofMillis(5_500));

    assertThat(ann.told()).isEqualTo(List.of(OVERDUE, "ready I"));
  }
}
