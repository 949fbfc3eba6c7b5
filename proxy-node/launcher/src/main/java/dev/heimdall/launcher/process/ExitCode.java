package dev.heimdall.launcher.process;

/** Exit code of the process for its caller. */
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
   * An outside cause kept it from starting or working: a busy port, a server that does not answer.
   */
  STARTUP(4),
  /** Another writer has edited the target of the write first; nothing was lost. */
  CONFLICT(5),
  /** Actual state differs from the wanted state in a run that was only to compare them. */
  DIFFERENT(6),
  /** It was told to begin anew, which its supervisor does. */
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
