package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.ServerError;

/**
 * Asks a session's server for the values of the settings that statements touched: what they are now
 * is what is carried.
 */
final class SettingsCapture {
  private final SessionContext session;
  private final ServerLease lease;
  private final SessionState carried;
  private boolean underWay;

  SettingsCapture(SessionContext session, ServerLease lease) {
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
    server
        .requests()
        .readVariables(
            carried.touched(),
            // What the server's configuration has set is not the session's to carry.
            carried::unseen,
            new InternalQuery(true) {
              @Override
              protected void done(ServerConnection from, ServerError error) {
                underWay = false;
                if (lease.closed()) {
                  lease.rest(from);
                } else if (error == null) {
                  carried.captured(rows().get(0), from);
                  session.memory().settings(carried.settingsWeight());
                  lease.settle();
                } else if (!from.closed()) {
                  session.pin(PinReason.of("setting that cannot be read"));
                  carried.lost();
                  from.condemn("current_setting", error);
                  session.requests().process();
                }
              }
            });
  }

  /** What was asked of a connection that is lost will not be answered. */
  void lost() {
    underWay = false;
  }
}
