package dev.heimdall.engine.client;

import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.wire.ServerError;
import java.util.function.Consumer;

/** A session of this node is interrupted on behalf of a client of this node or of another one. */
final class SessionKill {
  private final CancelRegistry registry;

  SessionKill(CancelRegistry registry) {
    this.registry = registry;
  }

  /**
   * Carries out a KILL: its sender must be of the same virtual database, and the same user or an
   * operator.
   *
   * @param lastWords to the client whose session ends
   * @param told called once, on any thread
   */
  void carryOut(KillRequest request, ServerError lastWords, Consumer<KillOutcome> told) {
    Client found = registry.byId(request.session());
    if (found == null && registry.passOn(request, lastWords, told)) {
      return;
    }
    if (found == null || !found.vdbName().equals(request.vdb())) {
      told.accept(KillOutcome.UNKNOWN);
    } else if (!request.operator() && !request.user().equals(found.login().user())) {
      told.accept(KillOutcome.NOT_ALLOWED);
    } else if (request.connection()) {
      found.killFromAnyThread(lastWords);
      told.accept(KillOutcome.DONE);
    } else {
      found.cancelFromAnyThread(() -> told.accept(KillOutcome.DONE));
    }
  }
}
