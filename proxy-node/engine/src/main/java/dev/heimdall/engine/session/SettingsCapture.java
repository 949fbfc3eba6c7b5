package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.postgres.PgError;
import java.util.Locale;

/**
 * Asks a session's server for the values of the settings that statements touched: what they are now
 * is what is carried.
 */
final class SettingsCapture {
  private final ClientSession session;
  private boolean underWay;

  SettingsCapture(ClientSession session) {
    this.session = session;
  }

  /** Whether the answer is awaited. */
  boolean underWay() {
    return underWay;
  }

  void begin(ServerConnection server) {
    StringBuilder sql = new StringBuilder("SELECT ");
    for (String name : session.carried().touched()) {
      sql.append(sql.length() > 7 ? "," : "");
      boolean unseen = session.carried().unseen(name);
      if (unseen) {
        sql.append("(SELECT ");
      }
      sql.append("pg_catalog.current_setting(");
      Variables.literal(sql, name);
      sql.append(",true)");
      if (unseen) {
        // What the server's configuration has set is not the session's to carry.
        sql.append(
            " FROM pg_catalog.pg_settings WHERE source='session' AND pg_catalog.lower(name)=");
        Variables.literal(sql, name.toLowerCase(Locale.ROOT));
        sql.append(")");
      }
    }
    underWay = true;
    server.query(
        sql.toString(),
        new InternalQuery(true) {
          @Override
          protected void done(ServerConnection from, PgError error) {
            underWay = false;
            if (session.closed()) {
              session.abandonment().rest(from);
            } else if (error == null) {
              session.carried().captured(rows().get(0), from);
              session.memory().settings(session.carried().settingsWeight());
              session.lease().settle();
            } else if (!from.closed()) {
              session.pin("setting that cannot be read");
              session.carried().lost();
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
