package dev.heimdall.engine.backend;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.fleet.FleetKeys;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Protocol that a dialect uses with its servers. */
public interface ServerProtocol {
  /**
   * A log-in for a connection that is about to be opened.
   *
   * @param credential as whom: what the target's says at the moment
   */
  LogInHandler logIn(
      ServerTarget target, ServerCredential credential, LogInHandler.Outcome outcome);

  /**
   * A cancel request of a client's, to be passed on as it came, for a protocol whose clients send
   * such.
   *
   * @param consumed its bytes
   * @param done runs once, when the other side has taken it, or cannot
   */
  default CancelConnections.Request cancelRequest(
      CancelRoute route, ByteBuf consumed, Runnable done) {
    consumed.release();
    done.run();
    throw new UnsupportedOperationException("its clients send no cancel requests");
  }

  /**
   * A client's wish to interrupt a session of another node, for a protocol whose clients say so in
   * a session of their own.
   *
   * @param keys by which the other node knows that a node asks
   * @param told called once
   */
  default CancelConnections.Request killRequest(
      CancelRoute route, FleetKeys keys, KillRequest request, Consumer<KillOutcome> told) {
    throw new UnsupportedOperationException("its clients send cancel requests");
  }
}
