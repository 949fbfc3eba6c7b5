package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ServerProtocol;
import dev.heimdall.engine.backend.ServerTarget;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.Executor;

/** Communication of the node with PostgreSQL servers. */
public final class PostgresServers implements ServerProtocol {
  private final ScramKeyCache keyCache;
  private final NonceSource nonces;
  private final Executor offLoop;

  /**
   * @param offLoop where keys are derived
   */
  public PostgresServers(ScramKeyCache keyCache, NonceSource nonces, Executor offLoop) {
    this.keyCache = keyCache;
    this.nonces = nonces;
    this.offLoop = offLoop;
  }

  @Override
  public LogInHandler logIn(
      ServerTarget target, ServerCredential credential, LogInHandler.Outcome outcome) {
    return new ServerLogIn(target, credential, keyCache, nonces, offLoop, outcome);
  }

  @Override
  public CancelConnections.Request cancelRequest(
      CancelRoute route, ByteBuf consumed, Runnable done) {
    return new PostgresCancel(route, consumed, done);
  }
}
