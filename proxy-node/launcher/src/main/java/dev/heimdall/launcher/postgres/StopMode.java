package dev.heimdall.launcher.postgres;

/**
 * Mode in which a PostgreSQL server is asked to stop; the names are those of {@code pg_ctl stop
 * -m}.
 */
public enum StopMode {
  /** Waits for every client to leave by itself. */
  SMART("TERM"),
  /** Rolls open transactions back, disconnects the clients, writes a checkpoint. */
  FAST("INT"),
  /** Quits at once without a checkpoint; the next start recovers. */
  IMMEDIATE("QUIT");

  private final String signal;

  StopMode(String signal) {
    this.signal = signal;
  }

  /** The signal that means this to a postmaster, without its {@code SIG} prefix. */
  String signal() {
    return signal;
  }
}
