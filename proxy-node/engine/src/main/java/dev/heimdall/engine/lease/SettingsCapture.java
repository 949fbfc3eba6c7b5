package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.sql.PostgresLiteral;
import dev.heimdall.engine.wire.ServerError;
import java.util.Locale;

/**
 * Asks a session's server for the values of the settings that statements touched: what they are now
 * is what is carried.
 */
final class SettingsCapture {
  private final CapturingClient client;
  private final SessionState carried;
  private boolean underWay;

  SettingsCapture(CapturingClient client, SessionState carried) {
    this.client = client;
    this.carried = carried;
  }

  /** Whether the answer is awaited. */
  boolean underWay() {
    return underWay;
  }

  void begin(ServerConnection server) {
    StringBuilder sql = new StringBuilder("SELECT ");
    for (String name : carried.touched()) {
      sql.append(sql.length() > 7 ? "," : "");
      boolean unseen = carried.unseen(name);
      if (unseen) {
        sql.append("(SELECT ");
      }
      sql.append("pg_catalog.current_setting(");
      PostgresLiteral.append(sql, name);
      sql.append(",true)");
      if (unseen) {
        // What the server's configuration has set is not the session's to carry.
        sql.append(
            " FROM pg_catalog.pg_settings WHERE source='session' AND pg_catalog.lower(name)=");
        PostgresLiteral.append(sql, name.toLowerCase(Locale.ROOT));
        sql.append(")");
      }
    }
    underWay = true;
    server.query(
        sql.toString(),
        new InternalQuery(true) {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            underWay = false;
            if (client.closed()) {
              client.rest(from);
            } else if (error == null) {
              carried.captured(rows().get(0), from);
              client.settingsHeld(carried.settingsWeight());
              client.settle();
            } else if (!from.closed()) {
              client.pin("setting that cannot be read");
              carried.lost();
              from.condemn("current_setting", error);
              client.process();
            }
          }
        });
  }

  /** What was asked of a connection that is lost will not be answered. */
  void lost() {
    underWay = false;
  }
}
