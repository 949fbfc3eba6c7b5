package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import java.util.concurrent.TimeUnit;

/**
 * The attempts of one pool to connect that are under way. After a failure there is one at a time,
 * and not at once: up to a second later when they keep failing.
 */
final class ConnectAttempts {
  private int epoch;
  private int underWay;
  private int failures;
  private long retryAt;
  private ConnectFailure lastFailure;

  /** Number of connections that may be here soon. */
  int underWay() {
    return underWay;
  }

  /** True if the last attempt failed and it is too early for another. */
  boolean tooEarly(long now) {
    return failures > 0 && now - retryAt < 0;
  }

  /** True if another may begin beside those under way. */
  boolean mayBegin() {
    return failures == 0 || underWay == 0;
  }

  boolean failing() {
    return failures > 0;
  }

  /** Failure of the last attempt; null if it succeeded. */
  ConnectFailure lastFailure() {
    return lastFailure;
  }

  /**
   * @return what to name the attempt by when it ends
   */
  int begun() {
    underWay++;
    return epoch;
  }

  void succeeded(int attempt) {
    if (attempt == epoch) {
      underWay--;
      failures = 0;
      lastFailure = null;
    }
  }

  /** Connections go to another server: how attempts at the one before end says nothing. */
  void startAfresh() {
    epoch++;
    underWay = 0;
    failures = 0;
    lastFailure = null;
  }

  /**
   * @return whether that says anything of the server that connections go to now
   */
  boolean failed(int attempt, ConnectFailure failure, long now) {
    if (attempt != epoch) {
      return false;
    }
    underWay--;
    failures++;
    lastFailure = failure;
    long delay = Math.min(1000, 50L << Math.min(failures, 5));
    retryAt = now + TimeUnit.MILLISECONDS.toNanos(delay);
    return true;
  }
}
