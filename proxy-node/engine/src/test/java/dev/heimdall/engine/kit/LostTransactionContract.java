package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A transaction whose server is lost before its COMMIT was sent: nothing of it was committed, and
 * its client gets one error, and runs it again over the same connection.
 */
public abstract class LostTransactionContract extends KitContract {
  private final String again;

  /**
   * @param again error of a transaction that may succeed when it is run again
   */
  protected LostTransactionContract(KitDialect dialect, String again) {
    super(dialect);
    this.again = again;
  }

  private void killServer() {
    servers().open().get(0).kill();
    node.turns().run();
  }

  private void begin(KitClient client) {
    answers(client, "BEGIN", "open");
    answers(client, words.write(), "open");
  }

  /** The client gets this error alone, and is still there. */
  private void assertFailed(KitClient client, String error) {
    node.turns().advance(Duration.ofSeconds(1));
    List<String> told = client.told();
    assertThat(told.get(0)).isEqualTo(error);
    assertThat(told.subList(1, told.size())).isSubsetOf("failed");
    assertThat(client.connected()).isTrue();
    assertThat(servers().committed()).isZero();
  }

  /** Runs the transaction again on the same connection, as the retries of frameworks do. */
  private void assertRunsAgain(KitClient client) {
    if (staysFailed) {
      answers(client, "ROLLBACK", "idle");
    }
    begin(client);
    answers(client, "COMMIT", "idle");
    assertThat(servers().committed()).isOne();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void atRestTheNextStatementGetsTheError(boolean led) {
    startLed(led, ONE_CONNECTION);
    KitClient ann = client("ann");
    begin(ann);

    killServer();

    ann.sends(words.reading("one"));
    assertFailed(ann, led || !staysFailed ? again : "error 08006");
    assertRunsAgain(ann);
  }

  private void startLed(boolean led, String settings) {
    if (led) {
      startCluster(settings);
    } else {
      start(settings);
    }
  }

  @Test
  void atRestItsCommitGetsTheError() {
    startCluster(ONE_CONNECTION);
    KitClient ann = client("ann");
    begin(ann);

    killServer();

    ann.sends("COMMIT");
    assertFailed(ann, again);
    assertThat(carriedOut("COMMIT")).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void atRestItsRollbackSucceeds(boolean delayed) {
    startCluster(ONE_CONNECTION + ", \"delayedTransaction\": " + delayed);
    KitClient ann = client("ann");
    begin(ann);

    killServer();

    answers(ann, "ROLLBACK", "idle");
    begin(ann);
    answers(ann, "COMMIT", "idle");
    assertThat(servers().committed()).isOne();
  }

  @Test
  void aBeginThatWaitsForItsFirstStatementIsNotSentBehindTheLoss() {
    startCluster(ONE_CONNECTION + ", \"delayedTransaction\": true");
    KitClient ann = client("ann");
    begin(ann);

    killServer();

    ann.sends(words.write());
    assertFailed(ann, again);
    assertRunsAgain(ann);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStatementThatRunsGetsTheError(boolean writes) {
    startCluster(ONE_CONNECTION);
    KitClient ann = client("ann");
    begin(ann);
    servers().hold(true);
    answers(ann, writes ? words.write() : words.reading("one"));

    killServer();
    servers().hold(false);

    assertFailed(ann, staysFailed ? "error 08006" : again);
    assertRunsAgain(ann);
  }

  /** A COMMIT in flight may have been carried out: running the transaction again writes twice. */
  @Test
  void aCommitThatRunsIsNeverAnErrorToRunAgainFor() {
    startCluster(ONE_CONNECTION);
    KitClient ann = client("ann");
    begin(ann);
    servers().hold(true);
    answers(ann, "COMMIT");

    killServer();
    servers().hold(false);
    node.turns().advance(Duration.ofSeconds(1));

    assertThat(ann.told().get(0)).startsWith("error ").isNotEqualTo(again);
    assertThat(ann.connected()).isTrue();
    ann.sends("ROLLBACK");
    node.turns().advance(Duration.ofSeconds(1));
    ann.told();
    begin(ann);
    answers(ann, "COMMIT", "idle");
  }

  @Test
  void settingsAreThereOnTheNextConnection() {
    startCluster(ONE_CONNECTION);
    KitClient ann = client("ann");
    answers(ann, words.setting("blue"), "idle");
    begin(ann);

    killServer();

    ann.sends(words.reading("one"));
    assertFailed(ann, again);
    assertRunsAgain(ann);
    answers(ann, words.readSetting(), "row blue", "idle");
  }

  /** Where a rollback takes back no settings, they are kept, or their session ends. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void settingsOfTheTransactionItselfAreNotForgotten(boolean runsAgain) {
    startCluster(ONE_CONNECTION + ", \"transactionReplay\": {\"enabled\": " + runsAgain + "}");
    KitClient ann = client("ann");
    answers(ann, "BEGIN", "open");
    answers(ann, words.setting("blue"), "open");
    answers(ann, words.write(), "open");

    if (runsAgain) {
      servers().refuse();
    }
    killServer();
    ann.sends(words.reading("one"));
    node.turns().advance(Duration.ofMinutes(5));
    if (runsAgain) {
      servers().listen();
    }

    assertThat(ann.told()).first().satisfies(word -> assertThat(isError(word)).isTrue());
    if (!staysFailed && ann.connected()) {
      answers(ann, words.readSetting(), "row blue", "idle");
    }
  }

  @Test
  void preparedStatementsAreThereOnTheNextConnection() {
    startCluster(ONE_CONNECTION);
    KitClient ann = client("ann");
    ann.prepare(1, words.reading("one"));
    ann.told();
    begin(ann);
    ann.execute(1);
    assertThat(ann.told()).containsExactly("row one", "open");

    killServer();

    ann.execute(1);
    assertFailed(ann, again);
    assertRunsAgain(ann);
    ann.execute(1);
    assertThat(ann.told()).containsExactly("row one", "idle");
  }

  /** A pinned session's client learns of the loss by the end of its connection. */
  @Test
  void aSessionThatDependsOnItsConnectionEnds() {
    startCluster(ONE_CONNECTION);
    KitClient ann = client("ann");
    ann.asks(words.pin());
    begin(ann);

    killServer();
    node.turns().advance(Duration.ofSeconds(1));

    assertThat(ann.connected()).isFalse();
    List<String> told = ann.told();
    assertThat(told).hasSize(1).allMatch(KitContract::isError);
    assertThat(staysFailed || !told.contains(again)).isTrue();
    answers(client("bob"), words.reading("two"), "row two", "idle");
    assertThat(servers().committed()).isZero();
  }

  @Test
  void aLossIsReportedOnce() {
    startCluster(ONE_CONNECTION);
    KitClient ann = client("ann");
    for (int round = 0; round < 5; round++) {
      answers(ann, "BEGIN", "open");
      answers(ann, words.write(), "open");
      killServer();
      ann.sends(words.reading("one"));
      assertFailed(ann, again);
      if (staysFailed) {
        answers(ann, "ROLLBACK", "idle");
      }
      answers(ann, words.reading("two"), "row two", "idle");
    }
  }

  @Test
  void whereItCannotBeRunAgainEitherItGetsTheError() {
    startCluster(ONE_CONNECTION + ", \"transactionReplay\": {\"enabled\": true}");
    KitClient ann = client("ann");
    begin(ann);
    answers(ann, words.reading("one"), "row one", "open");
    servers().hold(true);
    answers(ann, words.reading("two"));

    servers().refuse();
    killServer();
    servers().hold(false);
    node.turns().advance(Duration.ofMinutes(5));
    servers().listen();

    assertFailed(ann, again);
    assertRunsAgain(ann);
  }
}
