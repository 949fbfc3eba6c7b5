package dev.heimdall.engine.prepared;

/**
 * Limits on what may stay prepared on servers.
 *
 * @param count statements on one server connection
 * @param bytes of their texts together, but for a single one
 * @param share of what a server takes of all its clients, in percent: so much may all connections
 *     of the node to it hold
 */
public record StatementBounds(int count, long bytes, int share) {
  /** Those of a connection that is for one purpose only. */
  public static StatementBounds of(int count) {
    return new StatementBounds(count, 8 << 20, 50);
  }

  /**
   * Maximum number of statements that all connections to a server may hold.
   *
   * @param limit what the server takes of all its clients; negative where there is no such limit
   */
  int ofServer(int limit) {
    return limit < 0 ? Integer.MAX_VALUE : (int) Math.max(1, (long) limit * share / 100);
  }
}
