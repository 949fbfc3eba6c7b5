package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What connections say of whether their server is silent. */
class QuietTest extends OnePool {
  private static final long LATE = SECOND / 5;

  private static final class Read extends InternalQuery {
    @Override
    protected void done(ServerConnection from, ServerError error) {
      // It is enough that it is answered.
    }
  }

  @BeforeEach
  void make() {
    size = 3;
    open();
  }

  private ServerConnection asks() {
    ServerConnection connection = held();
    connection.query("SELECT 1", new Read());
    return connection;
  }

  private void pass(long nanos) {
    long begun = first.now();
    tickUntil(first, now -> now - begun >= nanos);
  }

  private boolean silent() {
    return pool.quiet(LATE).witnessed() >= LATE;
  }

  @Test
  void aServerIsSilentIfTwoWaitForIt() {
    asks();
    asks();
    pass(LATE / 2);
    assertThat(silent()).as("not for long enough").isFalse();
    pass(LATE);
    assertThat(silent()).isTrue();
  }

  @Test
  void itIsNotWhileAnyOfThemHearsOfIt() {
    asks();
    asks();
    ServerConnection answered = asks();
    pass(LATE);
    servers.answer(answered, TransactionState.IDLE);
    assertThat(silent()).isFalse();
    pass(LATE);
    assertThat(silent()).as("nothing more has come").isTrue();
  }

  /** Its packet may be lost, or its statement take long. */
  @Test
  void oneThatWaitsSaysNothing() {
    asks();
    held();
    held();
    pass(2 * LATE);
    assertThat(silent()).isFalse();
  }

  @Test
  void statementsThatTakeLongSayNothing() {
    asks();
    asks();
    pass(3 * SECOND);
    assertThat(silent()).isFalse();
  }
}
