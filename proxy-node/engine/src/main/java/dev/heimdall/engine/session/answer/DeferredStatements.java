package dev.heimdall.engine.session.answer;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.statement.Deferral;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import java.util.List;

/** Defers statements that rules want carried out later, and answers as if they had been. */
public final class DeferredStatements implements Responder {
  private static final String NO_TEXT = "it has no text with its values";

  private final ClientRequests control;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final Deferral deferral;
  private final DeferrableRequests requests;

  public DeferredStatements(RequestParts parts, DeferrableRequests requests) {
    this.control = parts.control();
    this.lifecycle = parts.lifecycle();
    this.next = lifecycle.next();
    this.deferral = lifecycle.deferral();
    this.requests = requests;
  }

  @Override
  public Outcome answer(Request request) {
    if (!next.onItsWay()
        || next.decision().asyncExecute().isEmpty()
        || !requests.mayDefer(request)) {
      return Outcome.NEXT;
    }
    if (request.server() != null && deferral.mayBeWanted()) {
      return blocked(); // it is decided when what is ahead of it is answered
    }
    if (!deferral.wanted()) {
      return Outcome.NEXT;
    }
    DeferrableRequests.Text text = requests.text(request);
    Deferral.Outcome outcome =
        text == null
            ? deferral.atOnce(NO_TEXT)
            : deferral.defer(text.sql(), text.lexerMode(), List.of());
    return switch (outcome) {
      case WAIT -> blocked();
      case SEND -> Outcome.NEXT;
      case DONE -> answered(request, deferral.executed());
    };
  }

  private Outcome answered(Request request, Executed end) {
    requests.answer(request, end);
    if (request.server() == null) {
      lifecycle.settled();
    }
    return Outcome.DONE;
  }

  private Outcome blocked() {
    control.block();
    return Outcome.WAIT;
  }
}
