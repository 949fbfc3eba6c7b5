package dev.heimdall.engine.backend;

import dev.heimdall.engine.auth.ServerCredential;
import io.netty.buffer.ByteBuf;

/** How a dialect talks to its servers. */
public interface ServerProtocol {
  /**
   * A log-in for a connection that is about to be opened.
   *
   * @param credential as whom: what the target's says at the moment
   */
  LogIn logIn(ServerTarget target, ServerCredential credential, LogIn.Outcome outcome);

  /**
   * A cancel request of a client's, to be passed on as it came.
   *
   * @param consumed its bytes
   * @param done runs once, when the other side has taken it, or cannot
   */
  CancelConnections.Request cancelRequest(CancelRoute route, ByteBuf consumed, Runnable done);
}
