package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What sessions do whatever their protocol is: every dialect inherits these tests. */
public abstract class SessionContract extends KitContract {
  /** Longer than any answer to what is asked here. */
  private static final int LONGEST = 160;

  protected SessionContract(KitDialect dialect) {
    super(dialect);
  }

  private void killServer() {
    servers().open().get(0).kill();
    node.turns().run();
  }

  // ---- statements

  @Test
  void aStatementIsAnswered() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");

    answers(ann, words.reading("one"), "row one", "idle");
    answers(ann, words.reading("two"), "row two", "idle");
  }

  @Test
  void aRequestMayComeByteByByte() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");

    ann.sendCut(1, 0, out -> ann.write(out, words.reading("one")));

    assertThat(ann.told()).containsExactly("row one", "idle");
  }

  @Test
  void requestsMayComeAllAtOnce() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");

    ann.send(
        out -> {
          ann.write(out, words.reading("one"));
          ann.write(out, words.write());
          ann.write(out, words.reading("two"));
        });

    assertThat(ann.told()).containsExactly("row one", "idle", "idle", "row two", "idle");
    assertThat(servers().committed()).isEqualTo(1);
  }

  @Test
  void halfARequestTakesNoServerConnection() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");

    ann.sendCut(64, 1, out -> ann.write(out, words.reading("one")));

    answers(bob, words.reading("two"), "row two", "idle");
    assertThat(ann.told()).isEmpty();
  }

  @Test
  void clientsTakeTurnsOnOneServerConnection() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");

    for (String word : List.of("one", "two", "three")) {
      answers(ann, words.reading(word), "row " + word, "idle");
      answers(bob, words.reading(word), "row " + word, "idle");
    }

    assertThat(servers().open()).hasSize(1);
  }

  @Test
  void aStatementThatARuleRejectsIsAnsweredAnError() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");

    for (String word : List.of("one", "two")) {
      assertThat(ann.asks(words.reading("secret"))).hasSize(1).allMatch(KitContract::isError);
      answers(ann, words.reading(word), "row " + word, "idle");
    }
  }

  @Test
  void aClientThatBreaksTheProtocolDisturbsNobody() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    answers(ann, "BEGIN", "open");
    answers(ann, words.write(), "open");

    ann.send(ann::writeNonsense);
    ann.told();

    assertThat(ann.connected()).isFalse();
    answers(bob, words.reading("two"), "row two", "idle");
    assertThat(servers().committed()).isZero();
  }

  // ---- transactions

  @Test
  void aTransactionKeepsItsConnectionAndOthersWait() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    answers(ann, "BEGIN", "open");
    answers(ann, words.write(), "open");

    answers(bob, words.reading("two"));
    assertThat(servers().committed()).isZero();
    answers(ann, "COMMIT", "idle");

    assertThat(bob.told()).containsExactly("row two", "idle");
    assertThat(servers().committed()).isEqualTo(1);
  }

  @Test
  void whoeverWaitsForTooLongIsAnsweredAnErrorAndGoesOn() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    answers(ann, "BEGIN", "open");
    answers(ann, words.write(), "open");

    bob.sends(words.reading("two"));
    node.turns().advance(Duration.ofMinutes(5));

    assertThat(bob.told()).hasSize(1).allMatch(KitContract::isError);
    answers(ann, "COMMIT", "idle");
    answers(bob, words.reading("three"), "row three", "idle");
  }

  @Test
  void aClientThatLeavesAmidATransactionUndoesIt() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    answers(ann, "BEGIN", "open");
    answers(ann, words.write(), "open");

    ann.leave();

    answers(bob, words.reading("two"), "row two", "idle");
    assertThat(servers().committed()).isZero();
  }

  @Test
  void aTransactionIsUndoneOnDemand() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    answers(ann, "BEGIN", "open");
    answers(ann, words.write(), "open");

    answers(ann, "ROLLBACK", "idle");

    assertThat(servers().committed()).isZero();
  }

  // ---- state

  @Test
  void aSettingGoesWithItsSessionAlone() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");

    answers(ann, words.setting("blue"), "idle");
    answers(bob, words.readSetting(), "row ", "idle");
    answers(bob, words.setting("red"), "idle");

    answers(ann, words.readSetting(), "row blue", "idle");
    answers(bob, words.readSetting(), "row red", "idle");
    assertThat(servers().open()).hasSize(1);
  }

  @Test
  void aSettingIsThereOnAnotherConnection() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    answers(ann, words.setting("blue"), "idle");

    killServer();

    answers(ann, words.readSetting(), "row blue", "idle");
  }

  @Test
  void whatCannotBeCarriedKeepsTheConnectionUntilItsClientLeaves() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    assertThat(ann.asks(words.pin())).last().isEqualTo("idle");

    answers(bob, words.reading("two"));
    answers(ann, words.reading("one"), "row one", "idle");
    ann.leave();

    assertThat(bob.told()).containsExactly("row two", "idle");
  }

  @Test
  void aTextThatTheServerCannotReadPinsNobody() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");

    for (String word : List.of("one", "two")) {
      assertThat(ann.asks("UDPATE t SET a = 1")).hasSize(1).allMatch(KitContract::isError);
      bob.sends(words.reading(word));
      node.turns().advance(Duration.ofSeconds(2)); // ann may ask more of the error
      assertThat(bob.told()).containsExactly("row " + word, "idle");
    }
    answers(ann, words.reading("three"), "row three", "idle");
    assertThat(servers().open()).hasSize(1);
  }

  // ---- prepared statements

  @Test
  void statementsThatArePreparedRunOnAnyConnection() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    ann.prepare(1, words.reading("one"));
    bob.prepare(1, words.reading("two"));
    assertThat(ann.told()).noneMatch(KitContract::isError);
    assertThat(bob.told()).noneMatch(KitContract::isError);

    for (int round = 0; round < 2; round++) {
      ann.execute(1);
      assertThat(ann.told()).containsExactly("row one", "idle");
      bob.execute(1);
      assertThat(bob.told()).containsExactly("row two", "idle");
      killServer();
    }
  }

  @Test
  void aStatementThatNobodyHasPreparedIsAnError() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");

    ann.execute(7);

    assertThat(ann.told()).hasSize(1).allMatch(KitContract::isError);
    answers(ann, words.reading("one"), "row one", "idle");
  }

  // ---- lost servers

  /** The one that is lost has sent so many bytes of its answer: each number of them once. */
  @Test
  void aReadWhoseServerIsLostIsAnsweredOnceOrByAnError() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    answers(ann, words.reading("none"), "row none", "idle");

    for (int sent = 0; sent < LONGEST; sent++) {
      servers().cutNext(sent);
      ann.sends(words.reading("one"));
      node.turns().advance(Duration.ofSeconds(1));

      List<String> told = ann.told();
      String end = told.isEmpty() ? "" : told.get(told.size() - 1);
      assertThat(told.stream().filter("row one"::equals).count())
          .as("behind %s bytes %s", sent, told)
          .isLessThan(2);
      assertThat(!ann.connected() || isError(end) || told.equals(List.of("row one", "idle")))
          .as("behind %s bytes %s", sent, told)
          .isTrue();
      if (!ann.connected()) {
        ann = client("ann");
      }
      answers(ann, words.reading("two"), "row two", "idle");
    }
  }

  @Test
  void aReadOfWhichNothingHasComeIsReadElsewhere() {
    startCluster(ONE_CONNECTION);
    KitClient ann = client("ann");
    answers(ann, words.reading("none"), "row none", "idle");
    servers().hold(true);
    answers(ann, words.reading("one"));

    killServer();
    servers().hold(false);
    node.turns().advance(Duration.ofSeconds(1));

    assertThat(ann.told()).containsExactly("row one", "idle");
  }

  @Test
  void aWriteWhoseServerIsLostIsNeverSentAgain() {
    startCluster(ONE_CONNECTION); // which keeps writes, to send those that no server has had
    KitClient ann = client("ann");
    answers(ann, words.reading("none"), "row none", "idle");

    for (int sent = 0; sent < LONGEST; sent++) {
      servers().cutNext(sent);
      ann.sends(words.write());
      node.turns().advance(Duration.ofSeconds(1));

      List<String> told = ann.told();
      assertThat(servers().committed()).as("behind %s bytes", sent).isEqualTo(sent + 1);
      if (ann.connected()) {
        assertThat(told).as("behind %s bytes", sent).hasSize(1);
        assertThat(isError(told.get(0)) || told.get(0).equals("idle")).isTrue();
      } else {
        ann = client("ann");
      }
      answers(ann, words.reading("two"), "row two", "idle");
    }
  }

  @Test
  void aTransactionWhoseServerIsLostIsUndone() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");

    for (int sent = 0; sent < LONGEST; sent++) {
      answers(ann, "BEGIN", "open");
      answers(ann, words.write(), "open");
      servers().cutNext(sent);
      ann.sends(words.reading("one"));
      node.turns().advance(Duration.ofSeconds(1));
      ann.told();

      if (!ann.connected()) {
        ann = client("ann");
      }
      ann.sends("ROLLBACK");
      node.turns().advance(Duration.ofSeconds(1));
      ann.told();
      assertThat(servers().committed()).as("behind %s bytes", sent).isZero();
      answers(ann, words.reading("two"), "row two", "idle");
    }
  }

  @Test
  void aTransactionIsRunAgainWhereThatIsWanted() {
    start(ONE_CONNECTION + ", \"transactionReplay\": {\"enabled\": true}");
    KitClient ann = client("ann");
    answers(ann, "BEGIN", "open");
    answers(ann, words.reading("one"), "row one", "open");
    servers().hold(true);
    answers(ann, words.reading("two"));

    killServer();
    servers().hold(false);
    node.turns().advance(Duration.ofSeconds(1));

    assertThat(ann.told()).containsExactly("row two", "open");
    answers(ann, "COMMIT", "idle");
  }

  /** A dialect may not know of a write that a rollback takes it back: then it is not run again. */
  @Test
  void aTransactionThatIsRunAgainWritesOnce() {
    start(ONE_CONNECTION + ", \"transactionReplay\": {\"enabled\": true}");
    KitClient ann = client("ann");
    answers(ann, "BEGIN", "open");
    answers(ann, words.write(), "open");
    servers().hold(true);
    answers(ann, words.reading("two"));

    killServer();
    servers().hold(false);
    node.turns().advance(Duration.ofSeconds(1));

    boolean again = ann.told().equals(List.of("row two", "open"));
    ann.sends("COMMIT");
    node.turns().advance(Duration.ofSeconds(1));
    assertThat(servers().committed()).isEqualTo(again ? 1 : 0);
    boolean rejected = ann.told().stream().allMatch(KitContract::isError);
    assertThat(again || rejected || !staysFailed).isTrue();
  }

  @Test
  void whoHasWhatCannotBeCarriedEndsWithItsServer() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    assertThat(ann.asks(words.pin())).last().isEqualTo("idle");

    killServer();
    node.turns().advance(Duration.ofSeconds(1));

    assertThat(ann.connected()).isFalse();
    answers(client("bob"), words.reading("two"), "row two", "idle");
  }

  @Test
  void whoeverFindsNoServerIsAnsweredAnErrorAndGoesOnWhenThereIsOne() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    answers(ann, words.reading("none"), "row none", "idle");
    servers().refuse();
    servers().open().forEach(KitSession::kill);
    node.turns().run();

    ann.sends(words.reading("one"));
    node.turns().advance(Duration.ofMinutes(5));
    assertThat(ann.told()).hasSize(1).allMatch(KitContract::isError);
    servers().listen();
    ann.sends(words.reading("two"));
    node.turns().advance(Duration.ofMinutes(1));

    assertThat(ann.told()).containsExactly("row two", "idle");
  }

  // ---- waiting

  @Test
  void aClientSaysWhatItsStatementWaitsFor() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    answers(ann, words.reading("none"), "row none", "idle");
    assertThat(node.waitsFor("ann")).isNull();

    servers().hold(true);
    answers(ann, words.reading("one"));
    answers(bob, words.reading("two"));

    assertThat(node.waitsFor("ann").label()).isEqualTo("reply");
    assertThat(node.waitsFor("bob").label()).isEqualTo("server connection");
    servers().hold(false);
    assertThat(ann.told()).containsExactly("row one", "idle");
    assertThat(bob.told()).containsExactly("row two", "idle");
    assertThat(node.waitsFor("ann")).isNull();
    assertThat(node.waitsFor("bob")).isNull();
  }

  // ---- cancel

  @Test
  void aCancelReachesTheServerAndNoStatementOfOthers() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    answers(ann, words.reading("none"), "row none", "idle");
    servers().hold(true);
    answers(ann, words.reading("one"));

    ann.cancel();
    servers().hold(false);
    node.turns().advance(Duration.ofSeconds(1));

    assertThat(servers().cancels()).isEqualTo(1);
    assertThat(ann.told()).isNotEmpty();
    answers(bob, words.reading("two"), "row two", "idle");
    answers(ann, words.reading("three"), "row three", "idle");
  }

  @Test
  void aCancelWhereNothingRunsReachesNobody() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    answers(ann, words.reading("none"), "row none", "idle");
    answers(bob, "BEGIN", "open");

    ann.cancel();
    node.turns().advance(Duration.ofSeconds(1));

    assertThat(servers().cancels()).isZero();
    answers(bob, words.reading("two"), "row two", "open");
  }
}
