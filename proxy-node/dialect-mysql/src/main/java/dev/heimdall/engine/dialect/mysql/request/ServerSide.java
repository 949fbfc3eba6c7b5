package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.dialect.mysql.server.MysqlRequests;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.wire.ServerError;

/** The server connection of a session in this dialect's terms. */
final class ServerSide {
  private ServerSide() {}

  static MysqlRequests of(ServerConnection server) {
    return (MysqlRequests) server.requests();
  }

  /**
   * Has the server carry out what the command at the reader's position needs ahead of it; the
   * reader comes again.
   *
   * @param statement what it does, in words for the log
   */
  static void ahead(ServerConnection server, HandledClient client, String statement, String sql) {
    server.query(
        sql,
        new StateQuery(statement) {
          @Override
          protected void ended(ServerConnection from, ServerError error) {
            client.resumeReading();
          }
        });
  }
}
