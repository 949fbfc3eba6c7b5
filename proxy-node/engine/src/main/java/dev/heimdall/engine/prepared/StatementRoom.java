package dev.heimdall.engine.prepared;

/**
 * Limits on what one server connection may hold prepared.
 *
 * @param server what all connections of the node to its server hold
 */
public record StatementRoom(StatementBounds bounds, HeldStatements server) {
  /** That of a connection which counts with no other. */
  public static StatementRoom alone(int count) {
    return new StatementRoom(StatementBounds.of(count), new HeldStatements());
  }
}
