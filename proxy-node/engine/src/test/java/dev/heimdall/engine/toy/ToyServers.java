package dev.heimdall.engine.toy;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ServerProtocol;
import dev.heimdall.engine.backend.ServerTarget;
import io.netty.buffer.ByteBuf;

/** How the node talks to servers of the toy dialect. */
final class ToyServers implements ServerProtocol {
  @Override
  public LogInHandler logIn(
      ServerTarget target, ServerCredential credential, LogInHandler.Outcome outcome) {
    return new ToyLogIn(target, credential, outcome);
  }

  @Override
  public CancelConnections.Request cancelRequest(
      CancelRoute route, ByteBuf consumed, Runnable done) {
    throw new UnsupportedOperationException("cancel requests have no connection of their own");
  }
}
