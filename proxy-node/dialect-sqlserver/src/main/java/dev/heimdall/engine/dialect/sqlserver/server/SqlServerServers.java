package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ServerProtocol;
import dev.heimdall.engine.backend.ServerTarget;
import io.netty.buffer.ByteBuf;

/** Communication of the node with servers that speak TDS. */
public final class SqlServerServers implements ServerProtocol {
  @Override
  public LogInHandler logIn(
      ServerTarget target, ServerCredential credential, LogInHandler.Outcome outcome) {
    return new SqlServerLogIn(target, credential, outcome);
  }

  /** There are no requests but those of clients that have logged in. */
  @Override
  public CancelConnections.Request cancelRequest(
      CancelRoute route, ByteBuf consumed, Runnable done) {
    consumed.release();
    done.run();
    throw new UnsupportedOperationException("an attention has no connection of its own");
  }
}
