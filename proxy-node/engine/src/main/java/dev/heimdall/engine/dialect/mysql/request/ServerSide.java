package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.MysqlRequests;

/** The server connection of a session in this dialect's terms. */
final class ServerSide {
  private ServerSide() {}

  static MysqlRequests of(ServerConnection server) {
    return (MysqlRequests) server.requests();
  }
}
