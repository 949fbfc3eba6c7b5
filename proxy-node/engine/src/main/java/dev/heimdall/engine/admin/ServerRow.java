package dev.heimdall.engine.admin;

import java.time.Duration;
import java.time.Instant;

/**
 * One server connection. Names and numbers that are not known yet, or do not apply, are null.
 *
 * @param pid the process on the server side
 * @param clientId the client that holds it now
 * @param since when it was opened
 * @param idleFor time since its last use, zero while in use
 * @param lifetimeLeft until it is replaced because of its age; null without a limit
 * @param preparedStatements how many prepared statements it knows
 * @param tls protocol and cipher, null without TLS
 * @param serverVersion as the server reports it, such as "18.6"
 */
public record ServerRow(
    long id,
    String vdb,
    String database,
    String user,
    String address,
    int port,
    State state,
    Integer pid,
    Long clientId,
    Instant since,
    Duration idleFor,
    Duration lifetimeLeft,
    long queries,
    int preparedStatements,
    String tls,
    String serverVersion) {

  /** Current activity of a server connection. */
  public enum State {
    /** Being opened. */
    LOGIN,
    /** Ready for any client. */
    IDLE,
    /** Held by a client. */
    ACTIVE,
    /** Several clients have short statements on their way over it. */
    SHARED,
    /** Held by a client until that disconnects or undoes what pins it. */
    PINNED,
    /** Listens for notifications on behalf of clients, outside the pools. */
    LISTENING,
    /** A replication client's own, outside the pools. */
    REPLICATION,
    /** Being cleaned before its next use. */
    RESET,
    /** About to be closed. */
    CLOSING
  }
}
