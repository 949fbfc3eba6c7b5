package dev.heimdall.engine.session.answer;

import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;

/**
 * Rejects statements for rules, or gives the results that rules have for them. Where an error fails
 * the transaction around it, the server does both in the statement's place.
 */
public final class RuleResults implements Responder {
  private final HandledClient client;
  private final TransactionReplay notes;
  private final ClientRequests control;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;

  public RuleResults(RequestParts parts) {
    this.client = parts.client();
    this.notes = parts.notes();
    this.control = parts.control();
    this.lifecycle = parts.lifecycle();
    this.next = lifecycle.next();
  }

  @Override
  public Outcome answer(Request request) {
    if (!next.onItsWay()) {
      return Outcome.NEXT;
    }
    ServerError refusal = next.refusal();
    if (refusal == null) {
      refusal = request.unfit();
    }
    boolean result = next.decision().result().isPresent();
    if ((refusal == null && !result) || (request.errorsFailTransactions() && inside(request))) {
      return Outcome.NEXT;
    }
    if (refusal == null && !(request.standsAlone() && takesResults())) {
      return Outcome.NEXT;
    }
    if (client.outstanding() > 0) {
      control.block(); // its answer comes after those that are pending
      return Outcome.WAIT;
    }
    if (notes.wasSent()) {
      return Outcome.DONE;
    }
    if (refusal != null) {
      lifecycle.settled();
      request.refuse(refusal);
    } else if (request.carriedOut(next.decision().result().getAsInt())) {
      lifecycle.settled();
    } else {
      return Outcome.NEXT;
    }
    return Outcome.DONE;
  }

  private boolean inside(Request request) {
    return request.server() != null
        || client.status() != TransactionState.IDLE
        || client.transactionLost();
  }

  /** True unless nothing is carried out any more before the transaction ends. */
  private boolean takesResults() {
    return client.status() != TransactionState.FAILED;
  }
}
