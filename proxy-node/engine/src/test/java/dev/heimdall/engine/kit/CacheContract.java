package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the cache answers whatever the protocol is, and when the server has to. Inherited by
 * dialects that copy answers as they pass. The toy does not: its sessions have no responder that
 * answers from the cache.
 */
public abstract class CacheContract extends CachedContract {
  /** Longer than any answer to what is asked here. */
  private static final int LONGEST = 160;

  /** Longer than what may be kept, where that is little. */
  private static final String LONG = "x".repeat(2_000);

  /** More answers from the cache than can be had before one is too old. */
  private static final int TRIES = 1_000_000;

  private int prepared = 1;

  protected CacheContract(KitDialect dialect) {
    super(dialect);
  }

  /** How something is asked. */
  private enum Asked {
    AS_TEXT,
    PREPARED
  }

  // ---- what is served

  @Test
  void theServerIsAskedOnce() {
    startCached();
    KitClient ann = client("ann");
    KitClient bob = client("bob");

    readsFromServer(ann, "none");

    for (KitClient client : List.of(ann, bob, ann)) {
      readsFromCache(client, "none");
    }
  }

  @Test
  void theServerIsAskedOnceForWhatIsPrepared() {
    startCached();
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    for (KitClient client : List.of(ann, bob)) {
      client.prepare(1, table.last());
      assertThat(client.told()).noneMatch(KitContract::isError);
    }

    for (int times = 0; times < 3; times++) {
      for (KitClient client : List.of(ann, bob)) {
        client.execute(1);
        assertThat(client.told()).containsExactly("row none", "idle");
      }
    }

    assertThat(carriedOut(table.last())).isEqualTo(1);
  }

  @Test
  void aServerThatIsLostIsNotMissed() {
    startCached();
    KitClient ann = client("ann");
    readsFromServer(ann, "none");

    servers().refuse();
    servers().open().forEach(KitSession::kill);
    node.turns().run();

    readsFromCache(ann, "none");
    servers().listen();
  }

  // ---- writes

  @ParameterizedTest
  @EnumSource
  void aWriteMakesTheNextReadGoToTheServer(Asked asked) {
    startCached();
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    readsFromServer(ann, "none");

    for (KitClient writer : List.of(ann, bob, ann)) {
      String word = "w" + carriedOut(table.last());
      write(writer, asked, word);
      assertThat(writer.told()).containsExactly("idle");

      readsFromServer(bob, word);
      readsFromCache(ann, word);
    }
  }

  private void write(KitClient writer, Asked asked, String word) {
    if (asked == Asked.AS_TEXT) {
      writer.sends(words.writing(word));
    } else {
      int number = ++prepared;
      writer.prepare(number, words.writing(word));
      assertThat(writer.told()).noneMatch(KitContract::isError);
      writer.execute(number);
    }
  }

  @Test
  void whatIsPreparedIsReadAnewWhenItsTableIsWritten() {
    startCached();
    KitClient ann = client("ann");
    ann.prepare(1, table.last());
    assertThat(ann.told()).noneMatch(KitContract::isError);

    for (String word : List.of("one", "two")) {
      answers(ann, words.writing(word), "idle");
      for (int times = 0; times < 2; times++) {
        ann.execute(1);
        assertThat(ann.told()).containsExactly("row " + word, "idle");
      }
    }

    assertThat(carriedOut(table.last())).isEqualTo(2);
  }

  @Test
  void aWriteOfAnotherTableLeavesWhatIsKept() {
    startCached();
    KitClient ann = client("ann");
    readsFromServer(ann, "none");

    answers(ann, table.elsewhere(), "idle");

    readsFromCache(ann, "none");
  }

  @Test
  void aTransactionsWritesCountWhenItCommits() {
    startCached();
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    readsFromServer(bob, "none");
    answers(ann, "BEGIN", "open");
    answers(ann, words.writing("one"), "open");

    readsFromCache(bob, "none");
    answers(ann, "COMMIT", "idle");

    readsFromServer(bob, "one");
    readsFromCache(ann, "one");
  }

  @Test
  void aTransactionThatIsUndoneLeavesWhatIsKept() {
    startCached();
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    readsFromServer(bob, "none");
    answers(ann, "BEGIN", "open");
    answers(ann, words.writing("one"), "open");

    answers(ann, "ROLLBACK", "idle");

    readsFromCache(bob, "none");
    readsFromCache(ann, "none");
  }

  /**
   * @param delayed whether a BEGIN waits at the node until a server is needed
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTransactionIsAnsweredByTheServerUnlessARuleSaysOtherwise(boolean delayed) {
    startCached("", ", \"delayedTransaction\": " + delayed, "{\"action\": \"cache\"}");
    KitClient ann = client("ann");
    readsFromServer(ann, "none");
    answers(ann, "BEGIN", "open");

    for (int times = 2; times <= 3; times++) {
      answers(ann, table.last(), "row none", "open");
      assertThat(carriedOut(table.last())).isEqualTo(times);
    }
    answers(ann, "COMMIT", "idle");

    readsFromCache(ann, "none");
  }

  @Test
  void aTransactionReadsWhatItHasWritten() {
    startCached();
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    readsFromServer(bob, "none");
    answers(ann, "BEGIN", "open");
    answers(ann, words.writing("one"), "open");

    answers(ann, table.last(), "row one", "open");
    ann.prepare(1, table.last());
    ann.told();
    ann.execute(1);
    assertThat(ann.told()).containsExactly("row one", "open");

    readsFromCache(bob, "none");
    answers(ann, "ROLLBACK", "idle");
    readsFromCache(ann, "none");
  }

  @Test
  void aTransactionThatIsUndoneLeavesNothingOfWhatItRead() {
    startCached();
    KitClient ann = client("ann");
    answers(ann, "BEGIN", "open");
    answers(ann, words.writing("one"), "open");
    answers(ann, table.last(), "row one", "open");
    answers(ann, "ROLLBACK", "idle");

    readsFromServer(ann, "none");
  }

  // ---- whose answers they are

  @Test
  void otherSettingsHaveAnswersOfTheirOwn() {
    startCached();
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    readsFromServer(ann, "none");

    answers(bob, words.setting("blue"), "idle");
    readsFromServer(bob, "none");

    readsFromCache(bob, "none");
    readsFromCache(ann, "none");
    answers(ann, words.setting("blue"), "idle");
    readsFromCache(ann, "none");
  }

  @Test
  void usersOfTheServerHaveAnswersOfTheirOwn() {
    startCached("", ", \"credentials\": \"user\"");
    KitClient ann = client("ann");
    KitClient bob = client("bob");

    readsFromServer(ann, "none");
    readsFromServer(bob, "none");

    readsFromCache(ann, "none");
    readsFromCache(bob, "none");
    readsFromCache(client("ann"), "none");
  }

  // ---- what is not kept

  @Test
  void whatIsNotTheSameEachTimeIsNotKept() {
    startCached();
    KitClient ann = client("ann");

    for (int times = 1; times <= 3; times++) {
      answers(ann, table.varying(), "row none", "idle");
      assertThat(carriedOut(table.varying())).isEqualTo(times);
    }
  }

  @Test
  void whatIsTooLargeIsNotKept() {
    startCached(", \"maxResultSize\": \"1KiB\"", "");
    KitClient ann = client("ann");
    answers(ann, words.writing(LONG), "idle");
    readsFromServer(ann, LONG);
    readsFromServer(ann, LONG);

    answers(ann, words.writing("one"), "idle");
    readsFromServer(ann, "one");
    readsFromCache(ann, "one");
  }

  @Test
  void whatIsTooOldIsNotServed() {
    startCached(", \"ttl\": \"20ms\"", "");
    KitClient ann = client("ann");
    readsFromServer(ann, "none");
    assertThat(node.cache().figures().stored()).isEqualTo(1);

    int tries = 0;
    while (carriedOut(table.last()) == 1) {
      answers(ann, table.last(), "row none", "idle");
      assertThat(tries++).as("answers from the cache").isLessThan(TRIES);
    }
  }

  /** The one that is lost has sent so many bytes of its answer: each number of them once. */
  @Test
  void nothingIsKeptOfAnAnswerWhoseServerIsLost() {
    startCached();
    KitClient ann = client("ann");
    KitClient bob = client("bob");

    for (int sent = 0; sent < LONGEST; sent++) {
      String word = "w" + sent;
      answers(bob, words.writing(word), "idle");
      servers().cutNext(sent);
      ann.sends(table.last());
      node.turns().advance(Duration.ofSeconds(1));
      servers().cutNone();
      ann.told();
      if (!ann.connected()) {
        ann = client("ann");
      }

      for (KitClient client : List.of(bob, ann)) {
        assertThat(client.asks(table.last()))
            .as("behind %s bytes", sent)
            .containsExactly("row " + word, "idle");
      }
    }
  }

  // ---- a write while an answer is on its way

  /** It may be there or not: who has read it must not find what was there before. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsBeingWrittenIsNotServed(boolean inTransaction) {
    startCached();
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    readsFromServer(ann, "none");
    if (inTransaction) {
      answers(bob, "BEGIN", "open");
      answers(bob, words.writing("one"), "open");
    }
    reading = new Request(ann, table.last());
    writing = new Request(bob, inTransaction ? "COMMIT" : words.writing("one"));
    servers().hold(true);
    writing.step();
    writing.step();

    reading.step();
    reading.step();
    reading.step();
    assertThat(ann.told()).containsExactly("row one", "idle");

    servers().hold(false);
    node.turns().run();
    readsFromServer(ann, "one");
    readsFromCache(ann, "one");
  }

  /**
   * Whoever asks when the writer was answered gets what was written, in each order of all steps.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWriteWhileAnAnswerIsOnItsWayIsNotMissed(boolean inTransaction) {
    startCached();
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    KitClient eve = client("ann");
    List<List<Boolean>> all = orders();

    for (List<Boolean> order : all) {
      String word = "w" + all.indexOf(order);
      reading = new Request(ann, table.last());
      writing = new Request(bob, inTransaction ? "COMMIT" : words.writing(word));
      // Nothing is kept now.
      answers(bob, words.writing("before"), "idle");
      if (inTransaction) {
        answers(bob, "BEGIN", "open");
        answers(bob, words.writing(word), "open");
      }
      inOrder(order, () -> eve.sends(table.last()));

      assertThat(ann.told()).as("%s", order).hasSize(2).last().isEqualTo("idle");
      assertThat(bob.told()).as("%s", order).containsExactly("idle");
      assertThat(eve.told()).as("%s", order).containsExactly("row " + word, "idle");
      for (KitClient client : List.of(ann, bob, eve)) {
        assertThat(client.asks(table.last()))
            .as("%s", order)
            .containsExactly("row " + word, "idle");
      }
      readsFromCache(eve, word);
    }
  }
}
