package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A cancel request ends what a request waits for, whether it comes in band or on its own. */
public abstract class CancelContract extends KitContract {
  protected CancelContract(KitDialect dialect) {
    super(dialect);
  }

  @Test
  void aCancelEndsAStatementForWhichAConnectionIsBeingMadeReady() {
    start(ONE_CONNECTION);
    KitClient ann = client("ann");
    KitClient bob = client("bob");
    ann.asks(words.setting("x"));
    answers(bob, words.reading("two"), "row two", "idle");
    servers().hold(true);
    answers(ann, words.reading("one"));

    ann.cancel();

    assertThat(ann.told()).isNotEmpty().anyMatch(KitContract::isError);
    servers().hold(false);
    answers(bob, words.reading("two"), "row two", "idle");
    answers(ann, words.readSetting(), "row x", "idle");
  }

  @Test
  void aCancelEndsTheWaitForAConnection() {
    start(ONE_CONNECTION);
    KitClient bob = client("bob");
    KitClient ann = client("ann");
    answers(bob, "BEGIN", "open");
    answers(bob, words.reading("two"), "row two", "open");
    answers(ann, words.reading("one"));

    ann.cancel();

    assertThat(ann.told()).anyMatch(KitContract::isError);
    answers(bob, "COMMIT", "idle");
    answers(ann, words.reading("three"), "row three", "idle");
    assertThat(carriedOut(words.reading("one"))).isZero();
  }

  @Test
  void aCancelEndsAStatementThatARuleDelays() {
    start(
        KitSettings.of(ONE_CONNECTION),
        """
        {"match": "one", "action": "tag", "parameters": {"delay": 500000}}
        """);
    KitClient ann = client("ann");
    answers(ann, words.reading("one"));

    ann.cancel();

    assertThat(ann.told()).anyMatch(KitContract::isError);
    node.turns().advance(Duration.ofSeconds(2));
    answers(ann, words.reading("three"), "row three", "idle");
    assertThat(carriedOut(words.reading("one"))).isZero();
  }
}
