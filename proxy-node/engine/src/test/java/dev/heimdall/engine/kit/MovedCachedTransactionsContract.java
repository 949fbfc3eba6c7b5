package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same where clients go to another process, too. */
public abstract class MovedCachedTransactionsContract extends ReplayedCachedTransactionsContract {
  protected MovedCachedTransactionsContract(KitDialect dialect) {
    super(dialect);
  }

  /** It has no server connection, perhaps. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aClientGoesToAnotherProcessWhenItsTransactionIsOver(boolean delayed) {
    startTold(delayed);
    KitClient ann = client("ann", COMMITTED);
    readsFromServer(ann, "none");
    answers(ann, "BEGIN", "open");
    reads(ann, "none", "open", 0);

    assertThat(node.travellers().leaving(node.turns())).isEmpty();
    reads(ann, "none", "open", 0);
    assertThat(node.travellers().leaving(node.turns())).isEmpty();
    answers(ann, "COMMIT", "idle");

    List<Travellers.Offered> goes = node.travellers().leaving(node.turns());
    assertThat(goes).hasSize(1);
    assertThat(Travellers.taken(goes.get(0), node.turns())).containsExactly(true);
  }
}
