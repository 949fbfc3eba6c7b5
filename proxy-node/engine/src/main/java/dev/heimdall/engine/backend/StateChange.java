package dev.heimdall.engine.backend;

/**
 * A change of the session variables on a server connection.
 *
 * @param from what is set there beyond what a fresh connection has
 * @param to what is to be
 * @param triedFirst what the server has to take, and is not to keep, ahead of the others
 * @param triedLast the same behind the others
 */
public record StateChange(Variables from, Variables to, Variables triedFirst, Variables triedLast) {
  public StateChange(Variables from, Variables to) {
    this(from, to, Variables.NONE, Variables.NONE);
  }

  /** Returns this change, extended so that it fails unless the server takes these as well. */
  public StateChange trying(Variables first, Variables last) {
    return new StateChange(from, to, first, last);
  }
}
