package dev.heimdall.engine.admin;

/**
 * One pool: the clients of a user in a database of a virtual database, and the server connections
 * that serve them.
 *
 * @param clientsActive clients with a server connection now
 * @param clientsIdle clients that ask for nothing
 * @param clientsWaiting clients in the queue for a server connection
 * @param clientsPinned those of the active and idle ones that keep their server connection
 * @param serversActive server connections in use by a client
 * @param serversShared those of them that several clients share now
 * @param serversIdle server connections ready for any client
 * @param serversReset server connections being cleaned before their next use
 * @param serversLogin server connections being opened
 * @param size most server connections the pool may open
 * @param maxConnections most that all pools of the virtual database may have to the server; 0 for
 *     no limit
 * @param maxWaitMicros how long the first of the queue has waited, 0 without a queue
 * @param waitNotices notices sent to clients that waited for long, since the node started
 * @param pipelineDepth statements on their way over shared server connections now
 * @param pipelineDeepest most statements that one of them has had at a time
 * @param prepared statements that its server connections hold prepared, under the node's names
 * @param preparedBytes of their texts
 * @param paused whether {@code PAUSE} holds statements back
 * @param server the server of a cluster that the connections go to; null where there is no cluster,
 *     or not known yet
 */
public record PoolRow(
    String vdb,
    String database,
    String user,
    long clientsActive,
    long clientsIdle,
    long clientsWaiting,
    long clientsPinned,
    long serversActive,
    long serversShared,
    long serversIdle,
    long serversReset,
    long serversLogin,
    long size,
    long maxConnections,
    long maxWaitMicros,
    Mode mode,
    boolean paused,
    long waitNotices,
    long pipelineDepth,
    long pipelineDeepest,
    long prepared,
    long preparedBytes,
    String server) {

  /** Moment at which a server connection goes back to the pool. */
  public enum Mode {
    /** At the end of each transaction. */
    TRANSACTION,
    /** At the disconnect of the client. */
    SESSION
  }
}
