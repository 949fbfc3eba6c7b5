package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * A transaction begins without a server where its virtual database has that, until it needs one.
 */
public abstract class DelayedBeginContract extends KitContract {
  private static final String DELAYED = ONE_CONNECTION + ", \"delayedTransaction\": true";

  protected DelayedBeginContract(KitDialect dialect) {
    super(dialect);
  }

  @Test
  void aTransactionThatNeedsNoServerGetsNone() {
    start(DELAYED);
    KitClient ann = client("ann");

    answers(ann, "BEGIN", "open");
    answers(client("bob"), words.reading("two"), "row two", "idle");
    answers(ann, "COMMIT", "idle");
    answers(ann, "BEGIN", "open");
    answers(ann, "ROLLBACK", "idle");

    assertThat(carriedOut("BEGIN")).isZero();
    assertThat(carriedOut("COMMIT")).isZero();
  }

  @Test
  void aStatementThatNeedsAServerBeginsTheTransactionThere() {
    start(DELAYED);
    KitClient ann = client("ann");
    answers(ann, "BEGIN", "open");

    answers(ann, words.reading("one"), "row one", "open");
    answers(ann, "COMMIT", "idle");

    assertThat(carriedOut("BEGIN")).isOne();
    assertThat(carriedOut("COMMIT")).isOne();
  }

  /** The transaction was answered "begun" by the node, which must not end it against a rule. */
  @Test
  void aRuleRejectsTheEndOfSuchATransaction() {
    start(
        KitSettings.of(DELAYED),
        "{\"match\": \"^COMMIT\", \"inTransaction\": true, \"action\": \"drop\"}");
    KitClient ann = client("ann");
    answers(ann, "BEGIN", "open");

    assertThat(ann.asks("COMMIT")).anyMatch(KitContract::isError).doesNotContain("idle");
    answers(ann, "ROLLBACK", "idle");
    assertThat(carriedOut("COMMIT")).isZero();
  }
}
