package dev.heimdall.engine.session.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a session knows of what it has lost. */
class LossesTest {
  private static final ServerError LOST = ServerError.error("08006", "lost");

  private final ClientTransaction transaction = new ClientTransaction(null);
  private final Losses losses = new Losses(transaction, true);

  /**
   * @param moves c5@9: a connection made at second 5 is lost at second 9; a: something is answered
   */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "'', true",
    "c0@1 c0@1 c0@1, true",
    "c0@1 c2@3 c4@5, true",
    "c0@1 c2@3 c4@5 c6@7, false",
    "c0@1 c2@3 c4@5 a c6@7, true",
    "c0@1 c0@2 c0@3 c0@3, true",
    "c0@1 c0@4 c0@7 c0@10, false",
  })
  void whatOneServerTakesWithItCountsOnce(String moves, boolean mayGoOn) {
    for (String move : moves.split(" ")) {
      if (move.startsWith("c")) {
        String[] times = move.substring(1).split("@");
        losses.count(
            Long.parseLong(times[0]) * 1_000_000_000, Long.parseLong(times[1]) * 1_000_000_000);
      } else if (move.equals("a")) {
        losses.answered();
      }
    }
    assertThat(losses.mayGoOn()).isEqualTo(mayGoOn);
  }

  /**
   * @param answered whether the client waits for an answer, which tells it
   * @param next what its next statement is answered
   */
  @ParameterizedTest(name = "in a transaction {0}, answered {1}: {2}")
  @CsvSource({
    "true, false, 08006",
    "true, true, none",
    "false, false, none",
    "false, true, none",
  })
  void anIdleClientLearnsByItsNextStatement(boolean inTransaction, boolean answered, String next) {
    losses.reported(LOST, inTransaction, answered);

    assertThat(losses.transactionLost()).isEqualTo(inTransaction);
    ServerError error = losses.takeUntold();
    assertThat(error == null ? "none" : error.sqlState()).isEqualTo(next);
    assertThat(losses.takeUntold()).as("twice").isNull();
  }

  @Test
  void aClientThatRollsBackNeedNotLearn() {
    losses.reported(LOST, true, false);
    losses.forgetUnreported();
    assertThat(losses.takeUntold()).isNull();
    assertThat(losses.transactionLost()).isTrue();
  }

  @Test
  void aTransactionWhoseBeginWasNotSentFailsWithItsFirstStatement() {
    losses.rejected(false);
    assertThat(losses.transactionLost()).as("without one").isFalse();

    transaction.holdBegin(new byte[1], null, false, 0);
    losses.rejected(false);

    assertThat(losses.transactionLost()).isTrue();
    assertThat(transaction.status()).isEqualTo(TransactionState.FAILED);
    assertThat(transaction.heldBegin()).isNull();
  }

  @Test
  void aLostTransactionIsOverWithTheRejectionOfItsEnd() {
    losses.failTransaction();
    losses.reported(LOST, true, false);

    losses.rejected(true);

    assertThat(transaction.status()).isEqualTo(TransactionState.IDLE);
    assertThat(losses.transactionLost()).isFalse();
    assertThat(losses.takeUntold()).isNull();
  }

  @Test
  void whereNoTransactionStaysFailedItIsOverWithItsError() {
    Losses ending = new Losses(transaction, false);

    ending.failTransaction();
    assertThat(ending.transactionLost()).isFalse();
    assertThat(transaction.status()).isEqualTo(TransactionState.IDLE);

    transaction.failed();
    ending.reported(LOST, true, true);
    assertThat(ending.transactionLost()).isFalse();
    assertThat(transaction.status()).isEqualTo(TransactionState.IDLE);
    assertThat(ending.takeUntold()).isNull();
  }

  @Test
  void whereNoTransactionStaysFailedItLastsUntilItsErrorIsReported() {
    Losses ending = new Losses(transaction, false);
    transaction.failed();

    ending.reported(LOST, true, false);

    assertThat(ending.transactionLost()).isTrue();
    assertThat(transaction.status()).isEqualTo(TransactionState.FAILED);
    assertThat(ending.takeUntold()).isSameAs(LOST);
    assertThat(ending.transactionLost()).isFalse();
    assertThat(transaction.status()).isEqualTo(TransactionState.IDLE);
  }

  @Test
  void whereNoTransactionStaysFailedTheClientMayRollItBackInstead() {
    Losses ending = new Losses(transaction, false);
    transaction.failed();
    ending.reported(LOST, true, false);

    ending.forgetUnreported();

    assertThat(ending.takeUntold()).isNull();
    assertThat(ending.transactionLost()).isFalse();
    assertThat(transaction.status()).isEqualTo(TransactionState.IDLE);
  }
}
