package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Of protocols whose clients cancel over a connection of its own. */
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
}
