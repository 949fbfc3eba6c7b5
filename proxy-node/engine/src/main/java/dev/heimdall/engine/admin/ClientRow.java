package dev.heimdall.engine.admin;

import dev.heimdall.engine.client.WaitReason;
import java.time.Instant;

/**
 * One client connection. Names and numbers that are not known yet, or do not apply, are null.
 *
 * @param id what {@code KILL} takes
 * @param vdb null until the log-in is finished, as are database and user
 * @param waitsFor reason why its statement does not go on, null where it waits for the client alone
 * @param pinReason why the session keeps its server connection, null while it does not
 * @param serverId the server connection that it holds now
 * @param serverPid the process on the server side of that
 * @param lastStatementAt when its last statement came in
 * @param waitMicros how long it has been waiting for a server connection, 0 if it is not
 * @param unreadMicros how long it has accepted nothing of a reply that waits for it, 0 if none does
 * @param preparedStatements how many prepared statements it holds
 * @param statement the pattern of the statement that runs, waits, or was sent last: never a value
 */
public record ClientRow(
    long id,
    String vdb,
    String database,
    String user,
    String applicationName,
    String address,
    int port,
    String tls,
    State state,
    WaitReason waitsFor,
    String pinReason,
    Long serverId,
    Integer serverPid,
    Instant connectedSince,
    Instant lastStatementAt,
    long waitMicros,
    long unreadMicros,
    long queries,
    int preparedStatements,
    String statement) {

  /** Current activity of a client. */
  public enum State {
    /** Has not finished its log-in. */
    LOGIN,
    /** Asks for nothing. */
    IDLE,
    /** A statement of it is running. */
    ACTIVE,
    /** Between the statements of a transaction. */
    IDLE_IN_TRANSACTION,
    /** Between the messages of a batch whose end it has not sent, with a server connection. */
    IDLE_IN_BATCH,
    /** In the queue for a server connection. */
    WAITING,
    /** The last bytes are on their way. */
    CLOSING
  }
}
