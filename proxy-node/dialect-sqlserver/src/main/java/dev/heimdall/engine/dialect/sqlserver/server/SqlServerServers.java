package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ServerProtocol;
import dev.heimdall.engine.backend.ServerTarget;

/** Communication of the node with servers that speak TDS. */
public final class SqlServerServers implements ServerProtocol {
  @Override
  public LogInHandler logIn(
      ServerTarget target, ServerCredential credential, LogInHandler.Outcome outcome) {
    return new SqlServerLogIn(target, credential, outcome);
  }
}
