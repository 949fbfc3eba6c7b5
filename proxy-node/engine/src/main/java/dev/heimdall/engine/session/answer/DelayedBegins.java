package dev.heimdall.engine.session.answer;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;

/**
 * Answers BEGIN without a server, and what ends its transaction, if that has not needed one either.
 * The BEGIN is sent ahead of the first statement that needs a server. A transaction that was lost
 * with its server is rolled back without one, too.
 */
public final class DelayedBegins implements Responder {
  private final HandledClient client;
  private final ClientTransaction transaction;
  private final LoopContext loop;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;

  public DelayedBegins(RequestParts parts) {
    this.client = parts.client();
    this.transaction = parts.transaction();
    this.loop = parts.loop();
    this.lifecycle = parts.lifecycle();
    this.next = lifecycle.next();
  }

  @Override
  public Outcome answer(Request request) {
    if (!(transaction.withoutServer() || client.mayDelayBegin())) {
      return Outcome.NEXT;
    }
    if (client.transactionLost()) {
      return client.mayRollBackLost() ? rollsBack(request) : Outcome.NEXT;
    }
    boolean begun = transaction.heldBegin() != null;
    if (!(begun || client.mayDelayBegin())) {
      return Outcome.NEXT;
    }
    StatementFacts facts = request.transactionControl(begun);
    if (facts == null || !facts.effects().isEmpty() || !leavesAlone()) {
      return Outcome.NEXT;
    }
    if (begun) {
      if (!ends(facts)) {
        return Outcome.NEXT;
      }
      transaction.dropHeldBegin();
    } else {
      if (facts.kind() != StatementKind.BEGIN) {
        return Outcome.NEXT;
      }
      boolean forReplica = next.decision().asksForReplica();
      transaction.holdBegin(request.text(), next.judgesNow(), forReplica, loop.now());
    }
    lifecycle.settled();
    request.controlled(facts);
    return Outcome.DONE;
  }

  /** No server knows of a transaction that was lost: to roll it back takes none. */
  private Outcome rollsBack(Request request) {
    StatementFacts facts = request.transactionControl(true);
    if (facts == null
        || facts.kind() != StatementKind.ROLLBACK
        || facts.chain()
        || !facts.effects().isEmpty()
        || !leavesAlone()) {
      return Outcome.NEXT;
    }
    client.rolledBackLost();
    lifecycle.settled();
    request.controlled(facts);
    return Outcome.DONE;
  }

  /** True unless its end begins another transaction, which a server has to begin. */
  private static boolean ends(StatementFacts facts) {
    return (facts.kind() == StatementKind.COMMIT || facts.kind() == StatementKind.ROLLBACK)
        && !facts.chain();
  }

  /** True if rules want nothing done with the statement that only a server could do. */
  private boolean leavesAlone() {
    return !next.onItsWay() || (next.refusal() == null && next.decision().letsReplicaAnswer());
  }
}
