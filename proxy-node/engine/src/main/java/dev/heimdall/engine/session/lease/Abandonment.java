package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.state.SessionState;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Brings the server connection of a client that is gone to rest: what runs is cancelled, copies and
 * batches are ended, and when it has no pending replies any more it goes back to its pool.
 */
public final class Abandonment {
  private static final int CANCEL_ATTEMPTS = 5;
  private static final long CANCEL_AGAIN_MILLIS = 100;

  private final SessionContext session;
  private final ServerLease lease;
  private final SessionState carried;
  private final LoopContext loop;
  private final ServerConnector connector;

  /** Time for which running work may continue by itself, zero for any time; null for not at all. */
  private Duration finishing;

  Abandonment(SessionContext session, ServerLease lease) {
    this.session = session;
    this.lease = lease;
    this.carried = session.carried();
    this.loop = session.loop();
    this.connector = session.connector();
  }

  /**
   * The client leaves as one does who has sent all that it wants to have run: that goes on by
   * itself for a while. Else it is cancelled.
   *
   * @param limit zero for as long as it takes
   */
  public void finishes(Duration limit) {
    finishing = limit;
  }

  /** The time for that is over. */
  public void finishesNoMore() {
    finishing = null;
  }

  /** The client has left this connection behind. */
  void begin(ServerConnection connection) {
    boolean finishes = finishing != null && !session.endAnnounced();
    session.requests().endCutMessage(connection);
    if (connection.closed()) {
      return;
    }
    if (connection.copyIn()) {
      endCopy(connection);
    } else {
      if (session.pending().outstanding() > 0 && !finishes) {
        connector.cancel(connection, () -> {});
      }
      endBatch(connection);
    }
    rest(connection);
    if (!finishes) {
      pressOn(connection, 1);
    } else if (lease.server() == connection && !finishing.isZero()) {
      loop.later(
          () -> pressOn(connection, 0),
          finishing.toMillis(),
          TimeUnit.MILLISECONDS,
          session::failed);
    }
  }

  /**
   * A cancel that overtook its statement met an idle server and did nothing: it is sent again, a
   * few times, and then the connection is given up.
   */
  private void pressOn(ServerConnection connection, int attempt) {
    if (lease.server() != connection || connection.closed()) {
      return;
    }
    loop.later(
        () -> {
          if (lease.server() != connection || connection.closed()) {
            return;
          }
          if (attempt > CANCEL_ATTEMPTS) {
            connection.close("its client has disconnected, and what it ran cannot be cancelled");
            return;
          }
          if (session.pending().outstanding() > 0 && !connection.cancels().inProgress()) {
            connector.cancel(connection, () -> {});
          }
          pressOn(connection, attempt + 1);
        },
        CANCEL_AGAIN_MILLIS << attempt,
        TimeUnit.MILLISECONDS,
        session::failed);
  }

  /** The server waits for copy data that will not come. */
  public void endCopy(ServerConnection connection) {
    connection.requests().failCopy("the client has disconnected");
    endBatch(connection);
  }

  /** The server waits for the end of a batch, which will not come. */
  public void endBatch(ServerConnection connection) {
    if (!connection.groupOpen()) {
      return;
    }
    connection.requests().endBatch(session.owner());
    session.pending().endingSent();
  }

  /** The connection goes back when it has no pending replies any more. */
  public void rest(ServerConnection connection) {
    if (session.login().dedicated()) {
      lease.forgetServer();
      connection.close("its client has disconnected");
    } else if (lease.server() == connection && connection.quiet() && !connection.closed()) {
      if (!keepsNothing() || connection.reported().hasChanged()) {
        connection.residue().taint();
      }
      lease.giveBack(connection);
    }
  }

  private boolean keepsNothing() {
    return !carried.pins().any()
        && carried.settings().touched().isEmpty()
        && !session.listening().undecided()
        && session.vdb().multiplexes();
  }
}
