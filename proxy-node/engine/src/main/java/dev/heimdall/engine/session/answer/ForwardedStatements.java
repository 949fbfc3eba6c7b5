package dev.heimdall.engine.session.answer;

import dev.heimdall.engine.foreign.ForeignFormat;
import dev.heimdall.engine.foreign.ForeignOutcome;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.foreign.ForeignStatement;
import dev.heimdall.engine.foreign.ForeignStatement.Want;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.ForeignCalls;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.lease.Destinations;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import java.util.function.Consumer;

/** Has statements carried out by data sources of other engines, where rules forward them. */
public final class ForwardedStatements implements Responder {
  private final HandledClient client;
  private final Destinations destinations;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final ForeignCalls calls;
  private final ForwardableRequests requests;
  private final Responder dialect;

  /**
   * @param dialect has a judged request {@linkplain #run carried out} if it goes elsewhere
   */
  public ForwardedStatements(RequestParts parts, ForwardableRequests requests, Responder dialect) {
    this.client = parts.client();
    this.destinations = parts.destinations();
    this.lifecycle = parts.lifecycle();
    this.next = lifecycle.next();
    this.calls = parts.foreign();
    this.requests = requests;
    this.dialect = dialect;
  }

  /** A server connection has been left already where the request goes elsewhere. */
  @Override
  public Outcome answer(Request request) {
    return destinations.foreigners() && request.server() == null
        ? dialect.answer(request)
        : Outcome.NEXT;
  }

  /** The data source that the judged statement goes to; null where it stays. */
  public ForeignSource source(StatementFacts facts) {
    return destinations.foreigners() ? source(facts, next.decision()) : null;
  }

  /** Returns the data source for a statement of this decision, as the session stands. */
  public ForeignSource source(StatementFacts facts, Decision decision) {
    return destinations.foreigners() && !requests.stays(facts) && ForeignStatement.goes(facts)
        ? destinations.foreign(decision)
        : null;
  }

  /** Returns the reason that a statement cannot be carried out there; null when it can. */
  public ServerError refusal(StatementFacts facts, ForeignSource source) {
    ServerError refusal = ForeignStatement.refusal(facts, source);
    String obstacle = refusal == null ? requests.obstacle() : null;
    return obstacle == null
        ? refusal
        : ServerError.error(
            Sqlstate.FEATURE_NOT_SUPPORTED,
            "with "
                + obstacle
                + " nothing can be forwarded to the data source \""
                + source.name()
                + "\"");
  }

  /**
   * Has the judged statement carried out.
   *
   * @param most rows that are wanted; 0 for all
   * @param take takes it out of the input
   * @param then what follows, unless the client has disconnected
   */
  public Outcome run(
      ForeignSource source,
      StatementFacts facts,
      Want want,
      ForeignFormat format,
      int most,
      Runnable take,
      Consumer<ForeignOutcome> then) {
    if (!client.admits()) {
      return Outcome.WAIT;
    }
    String database = destinations.foreignDatabase(source, next.decision());
    take.run();
    client.sentElsewhere();
    lifecycle.sentElsewhere();
    ServerError refusal = refusal(facts, source);
    if (refusal != null) {
      then.accept(ForeignOutcome.failed(refusal));
    } else {
      calls.run(source, new ForeignStatement(want, facts.kind(), format, database, most), then);
    }
    return Outcome.DONE;
  }
}
