package dev.heimdall.engine.admin;

/**
 * The outcome of a statement that was sent through a pool to see whether it works end to end.
 *
 * @param micros from asking the pool to the last byte of the reply
 * @param error what went wrong, null if nothing did
 */
public record ProbeResult(boolean ok, long micros, String error) {
  /** There is no pool yet, as no client has asked for one. */
  public static final ProbeResult NOTHING_SENT = new ProbeResult(false, 0, null);
}
