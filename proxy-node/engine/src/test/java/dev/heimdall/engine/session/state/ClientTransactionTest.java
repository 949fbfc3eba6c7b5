package dev.heimdall.engine.session.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.TransactionState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What belongs to one transaction of a client that sends ahead. */
class ClientTransactionTest {
  private final ClientTransaction transaction = new ClientTransaction(null);

  private void sent(long group, StatementKind... kinds) {
    for (StatementKind kind : kinds) {
      transaction.sent(StatementFacts.ofSingle(kind, List.of(), false), group);
    }
  }

  @Test
  void nothingIsWithinATransactionThatBeginsBehindIt() {
    sent(5, StatementKind.CALL);
    sent(6, StatementKind.BEGIN);

    assertThat(transaction.encloses(5)).isFalse();
    assertThat(transaction.encloses(6)).isTrue();
  }

  @Test
  void allIsWithinTheOneThatIsOpenThoughItsEndIsOnItsWay() {
    sent(1, StatementKind.BEGIN);
    transaction.move(TransactionState.OPEN, false);
    sent(2, StatementKind.DML);
    sent(3, StatementKind.DML, StatementKind.COMMIT);

    assertThat(transaction.encloses(2)).isTrue();
    assertThat(transaction.encloses(3)).isTrue();
  }

  @Test
  void whatStandsBehindTheEndInItsGroupIsNot() {
    sent(1, StatementKind.BEGIN);
    transaction.move(TransactionState.OPEN, false);
    sent(2, StatementKind.COMMIT, StatementKind.DML);

    assertThat(transaction.encloses(2)).isFalse();
  }

  @Test
  void aBeginThatNoServerHasAnsweredIsKnownUntilItsTransactionEnds() {
    byte[] begin = "Begin Read\nOnly".getBytes(StandardCharsets.UTF_8);
    transaction.holdBegin(begin, null, false, 0);
    transaction.takeHeldBegin();
    transaction.move(TransactionState.OPEN, false);
    assertThat(transaction.begunToRead()).as("a server has it").isTrue();
    transaction.move(TransactionState.IDLE, false);
    assertThat(transaction.begunToRead()).isFalse();

    transaction.holdBegin(begin, null, false, 0);
    transaction.dropHeldBegin();
    assertThat(transaction.begunToRead()).isFalse();
    transaction.rewind(begin, false);
    assertThat(transaction.begunToRead()).as("it is sent again").isTrue();
    transaction.holdBegin("BEGIN".getBytes(StandardCharsets.UTF_8), null, false, 0);
    assertThat(transaction.begunToRead()).isFalse();
  }
}
