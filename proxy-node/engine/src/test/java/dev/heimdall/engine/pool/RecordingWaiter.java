package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.ServerError;

/** A session that only notes what becomes of its wait. */
final class RecordingWaiter implements Waiter {
  private final Variables variables;
  ServerConnection connection;
  ServerError refusal;
  int notices;
  int silences;
  Throwable failure;

  /** What its methods throw; null for nothing. */
  RuntimeException flaw;

  RecordingWaiter() {
    this(Variables.NONE);
  }

  RecordingWaiter(Variables variables) {
    this.variables = variables;
  }

  @Override
  public Variables variables() {
    stumble();
    return variables;
  }

  @Override
  public void acquired(ServerConnection given) {
    stumble();
    connection = given;
  }

  @Override
  public void refused(ServerError error) {
    stumble();
    refusal = error;
  }

  @Override
  public void writerSilent() {
    stumble();
    silences++;
  }

  @Override
  public boolean waitsLong() {
    stumble();
    notices++;
    return true;
  }

  private void stumble() {
    if (flaw != null) {
      throw flaw;
    }
  }

  @Override
  public void failed(Throwable cause) {
    failure = cause;
  }

  boolean waits() {
    return connection == null && refusal == null;
  }
}
