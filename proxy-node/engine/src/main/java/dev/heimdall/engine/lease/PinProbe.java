package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.ServerError;
import java.util.List;

/**
 * Asks a session's server whether that is still there for which the session is pinned, where a
 * statement may have taken it away: no text tells that for certain.
 */
final class PinProbe {
  private final SessionContext session;
  private final ServerLease lease;
  private final SessionState carried;
  private boolean underWay;

  PinProbe(SessionContext session, ServerLease lease) {
    this.session = session;
    this.lease = lease;
    this.carried = session.carried();
  }

  /** Whether the answer is awaited. */
  boolean underWay() {
    return underWay;
  }

  void begin(ServerConnection server) {
    underWay = true;
    List<PinReason> asked = carried.takePinsInQuestion();
    List<String> names = carried.pinNames();
    server
        .requests()
        .readPins(
            asked,
            names,
            new InternalQuery(true) {
              @Override
              protected void done(ServerConnection from, ServerError error) {
                underWay = false;
                if (lease.closed()) {
                  lease.rest(from);
                  return;
                }
                List<List<String>> said = rows(); // can be read once
                if (error == null && !said.isEmpty()) {
                  carried.pinsRead(asked, said.get(0));
                  session.protocol().pinEnded(from);
                }
                if (!from.closed()) { // else its loss is reported next
                  lease.settle();
                }
              }
            });
  }

  /** What was asked of a connection that is lost will not be answered. */
  void lost() {
    underWay = false;
  }
}
