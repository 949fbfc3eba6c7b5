package dev.heimdall.engine.client;

import dev.heimdall.engine.fleet.FleetKeys;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.wire.ServerError;
import java.util.function.Consumer;

/**
 * Carries out what connections come for that do not log in: cancel requests and KILLs of other
 * nodes.
 */
final class CancelHandling {
  private final NodeAccess node;
  private final VdbAccess vdb;
  private final LoopAccess loop;
  private final ClientProtocol protocol;

  CancelHandling(LogInServices services) {
    this.node = services.node();
    this.vdb = services.vdb();
    this.loop = services.loop();
    this.protocol = services.protocol();
  }

  /**
   * @param done runs on any thread when the request was passed on
   */
  void cancel(CancelKey key, Runnable done) {
    new CancelRequest(key).carryOut(node, vdb, loop.context(), protocol, done);
  }

  /** True if it comes from a node of this fleet. */
  boolean isProved(KillRequest request, byte[] challenge, byte[] proof) {
    return FleetKeys.of(node.settings().fleetKey()).accept(challenge, request, proof);
  }

  /**
   * @param lastWords to the client of a session that ends
   * @param done gets the outcome on the event loop
   */
  void kill(
      KillRequest request,
      ServerError lastWords,
      Consumer<KillOutcome> done,
      Consumer<Throwable> failed) {
    new SessionKill(node.cancels())
        .carryOut(
            request, lastWords, outcome -> loop.context().soon(() -> done.accept(outcome), failed));
  }
}
