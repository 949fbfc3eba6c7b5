package dev.heimdall.manager.login;

/**
 * Throttle of the log-in attempts that the manager cannot tell apart, wherever they come from: each
 * attempt in progress keeps a thread, and each that waits a connection.
 */
final class AttemptThrottle {
  /** With those of the other throttle a third of the requests that are carried out at a time. */
  static final int IN_PROGRESS = 16;

  /** With those of the other throttle half of the connections that there may be. */
  static final int WAITING = 64;

  private int inProgress;
  private int waiting;

  /** Number of attempts that may begin. */
  int room() {
    return IN_PROGRESS - inProgress;
  }

  void begin() {
    inProgress++;
  }

  void end() {
    inProgress--;
  }

  /** True if one more may wait. */
  boolean letsWait() {
    return waiting < WAITING;
  }

  void enter() {
    waiting++;
  }

  void leave() {
    waiting--;
  }
}
