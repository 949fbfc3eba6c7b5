package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.postgres.PgError;

/** A session that only notes what becomes of its wait. */
final class RecordingWaiter implements Waiter {
  private final Variables variables;
  ServerConnection connection;
  PgError refusal;
  int notices;

  RecordingWaiter() {
    this(Variables.NONE);
  }

  RecordingWaiter(Variables variables) {
    this.variables = variables;
  }

  @Override
  public Variables variables() {
    return variables;
  }

  @Override
  public void acquired(ServerConnection given) {
    connection = given;
  }

  @Override
  public void refused(PgError error) {
    refusal = error;
  }

  @Override
  public boolean waitsLong() {
    notices++;
    return true;
  }

  boolean waits() {
    return connection == null && refusal == null;
  }
}
