package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers of the cache in transactions whose server is lost: of dialects that run transactions
 * again.
 */
public abstract class ReplayedCachedTransactionsContract extends CachedTransactionsContract {
  protected ReplayedCachedTransactionsContract(KitDialect dialect) {
    super(dialect);
  }

  private void startReplaying(boolean delayed) {
    startCached(
        "", ", \"transactionReplay\": {\"enabled\": true}, \"delayedTransaction\": " + delayed);
  }

  private void serversEnd() {
    servers().open().forEach(KitSession::kill);
    node.turns().run();
  }

  /** Nobody could compare what its client has seen with what the next server has. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTransactionOfWhichAReadWasServedIsNotRunAgain(boolean delayed) {
    startReplaying(delayed);
    List<String> behindTheirTransaction = new ArrayList<>();
    for (boolean served : List.of(false, true)) {
      KitClient ann = client("ann", COMMITTED);
      ann.asks(table.last());
      answers(ann, "BEGIN", "open");
      if (served) {
        reads(ann, "none", "open", 0);
      }
      answers(ann, words.reading("it"), "row it", "open");

      serversEnd();

      List<String> told = ann.asks(words.reading("more"));
      if (served) {
        assertThat(told).hasSize(1).allMatch(KitContract::isError);
        assertThat(ann.asks(words.writing("lost")).stream().filter("open"::equals)).isEmpty();
        if (!staysFailed) {
          behindTheirTransaction.add("lost"); // it was over with the error
        }
      } else {
        assertThat(told).containsExactly("row more", "open");
      }
      ann.leave();
    }
    assertThat(servers().written()).isEqualTo(behindTheirTransaction);
  }

  /** What is compared is what the server says that goes on. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTransactionThatIsRunAgainIsNotAnsweredFromTheCache(boolean delayed) {
    startReplaying(delayed);
    KitClient ann = client("ann", COMMITTED);
    answers(ann, "BEGIN", "open");
    reads(ann, "none", "open", 1);

    serversEnd();

    answers(ann, words.reading("it"), "row it", "open");
    assertThat(carriedOut(table.last())).as("at the server that is there").isEqualTo(1);
  }

  /** What is compared is not taken for the answer to a read that was being kept. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingWrongIsKeptOfATransactionThatIsRunAgain(boolean delayed) {
    startReplaying(delayed);
    KitClient ann = client("ann", COMMITTED);
    int again = 0;
    for (int bytes = 0; bytes < 60; bytes++) {
      String word = "w" + bytes;
      KitClient bob = client("bob", COMMITTED);
      answers(bob, words.writing(word), "idle");
      answers(ann, "BEGIN", "open");
      answers(ann, words.reading("before"), "row before", "open");
      servers().cutNext(bytes);
      List<String> told = ann.asks(table.last());
      servers().cutNone();
      assertThat(told).as("behind %d bytes", bytes).containsExactly("row " + word, "open");
      answers(ann, words.reading("behind"), "row behind", "open");
      answers(ann, "COMMIT", "idle");
      again += servers().open().size();

      for (KitClient reader : List.of(bob, ann)) {
        answers(reader, table.last(), "row " + word, "idle");
        answers(reader, table.last(), "row " + word, "idle");
      }
      bob.leave();
    }
    assertThat(again).isPositive();
  }
}
