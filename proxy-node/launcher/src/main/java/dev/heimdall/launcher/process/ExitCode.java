package dev.heimdall.launcher.process;

/** What the process tells its caller. */
public enum ExitCode {
  /** The command did what it was asked. */
  OK(0),
  /** Heimdall itself is wrong: please report it. */
  BUG(1),
  /** The command line was not understood. */
  USAGE(2),
  /** The configuration was refused; every problem was printed. */
  CONFIGURATION(3),
  /**
   * Something outside kept it from starting or working: a busy port, a server that does not answer.
   */
  STARTUP(4),
  /** Somebody else has edited what was to be written; nothing was lost. */
  CONFLICT(5),
  /** What was only to be looked at differs from what was wanted. */
  DIFFERENT(6),
  /** It was told to begin anew, which whoever watches over it does. */
  RESTART(75),
  /** Ended by a signal before the work was done, as shells report SIGINT. */
  INTERRUPTED(130);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
