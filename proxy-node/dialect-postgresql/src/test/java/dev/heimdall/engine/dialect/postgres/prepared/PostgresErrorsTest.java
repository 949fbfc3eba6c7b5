package dev.heimdall.engine.dialect.postgres.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import org.junit.jupiter.api.Test;

class PostgresErrorsTest {
  private static boolean trouble(String state, String message) {
    return new PostgresErrors().ofReplica(ServerError.error(state, message));
  }

  @Test
  void theWriterIsAskedAfterWhatItMayNotSay() {
    assertThat(trouble("40001", "canceling statement due to conflict with recovery")).isTrue();
    assertThat(trouble("57014", "canceling statement due to conflict with recovery")).isTrue();
    assertThat(trouble("25006", "cannot execute nextval() in a read-only transaction")).isTrue();
    assertThat(trouble("0A000", "cannot access temporary or unlogged relations")).isTrue();
    assertThat(trouble("42P01", "relation \"t\" does not exist")).isTrue();
    assertThat(trouble("57P01", "terminating connection")).isTrue();
  }

  @Test
  void whatAStatementHasEarnedIsPassedOn() {
    assertThat(trouble("57014", "canceling statement due to user request")).isFalse();
    assertThat(trouble("57014", "canceling statement due to statement timeout")).isFalse();
    assertThat(trouble("22012", "division by zero")).isFalse();
    assertThat(trouble("P0001", "raised")).isFalse();
  }

  @Test
  void onlyAFatalErrorSaysThatWhatRanWasRolledBack() {
    PostgresErrors errors = new PostgresErrors();
    ServerError ended = ServerError.fatal("57P01", "terminating connection");

    assertThat(errors.terminated(ended)).isTrue();
    assertThat(errors.terminated(new ServerError("WARNING", "57P01", "so", null, null))).isFalse();
    assertThat(errors.terminated(ServerError.fatal("57P02", "crash of another"))).isFalse();
    assertThat(errors.timeLimit(ServerError.fatal("57P05", "idle session timeout"))).isTrue();
    assertThat(errors.timeLimit(ended)).isFalse();
    assertThat(errors.readOnly(ServerError.error("25006", "read-only"))).isTrue();
  }
}
