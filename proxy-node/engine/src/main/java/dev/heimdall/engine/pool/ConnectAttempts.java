package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.wire.postgres.PgError;
import java.util.concurrent.TimeUnit;

/**
 * The attempts of one pool to connect that are under way. After a failure there is one at a time,
 * and not at once: up to a second later when they keep failing.
 */
final class ConnectAttempts {
  private int underWay;
  private int failures;
  private long retryAt;
  private PgError lastFailure;

  /** How many connections may be here soon. */
  int underWay() {
    return underWay;
  }

  /** Whether the last attempt failed and it is too early for another. */
  boolean tooEarly(long now) {
    return failures > 0 && now - retryAt < 0;
  }

  /** Whether another may begin beside those under way. */
  boolean mayBegin() {
    return failures == 0 || underWay == 0;
  }

  boolean failing() {
    return failures > 0;
  }

  /** What the last attempt failed with; null when it went well. */
  PgError lastFailure() {
    return lastFailure;
  }

  void begun() {
    underWay++;
  }

  void succeeded() {
    underWay--;
    failures = 0;
    lastFailure = null;
  }

  void failed(ConnectFailure failure, long now) {
    underWay--;
    failures++;
    lastFailure = failure.error();
    long delay = Math.min(1000, 50L << Math.min(failures, 5));
    retryAt = now + TimeUnit.MILLISECONDS.toNanos(delay);
  }
}
