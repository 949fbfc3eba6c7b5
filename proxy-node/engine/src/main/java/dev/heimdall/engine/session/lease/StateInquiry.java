package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.ServerError;
import java.util.List;

/**
 * Asks a session's server, between its statements, what they have left there that no text tells for
 * certain: the values of settings that they touched, which are carried then; or whether that is
 * still there for which the session is pinned. One question at a time.
 */
final class StateInquiry {
  private final SessionContext session;
  private final ServerLease lease;
  private final SessionState carried;
  private boolean underWay;

  StateInquiry(SessionContext session, ServerLease lease) {
    this.session = session;
    this.lease = lease;
    this.carried = session.carried();
  }

  /** True if an answer is awaited. */
  boolean underWay() {
    return underWay;
  }

  /** Queries the current values of the touched settings. */
  void readSettings(ServerConnection server) {
    underWay = true;
    server
        .requests()
        .readVariables(
            carried.settings().touched(),
            // What the server's configuration has set is not the session's to carry.
            carried.settings()::unseen,
            new InternalQuery(true) {
              @Override
              protected void done(ServerConnection from, ServerError error) {
                underWay = false;
                if (lease.closed()) {
                  lease.abandonment().rest(from);
                } else if (error == null) {
                  carried.settings().captured(rows().get(0), from);
                  session.memory().settings(carried.settings().weight());
                  lease.settle();
                } else if (!from.closed()) {
                  session.pin(PinReason.of("setting that cannot be read"));
                  carried.lost();
                  from.residue().condemn("current_setting", error);
                  session.requests().process();
                }
              }
            });
  }

  /** Is that still there which a statement may have taken away? */
  void readPins(ServerConnection server) {
    underWay = true;
    List<PinReason> asked = carried.pins().takeInQuestion();
    List<String> names = carried.pins().names();
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
                  lease.abandonment().rest(from);
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

  /** Notes that queries on a lost connection will not be answered. */
  void lost() {
    underWay = false;
  }
}
