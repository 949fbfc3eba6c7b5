package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.answer.SqlServerEncoder;
import dev.heimdall.engine.dialect.sqlserver.answer.StatementCommand;
import dev.heimdall.engine.dialect.sqlserver.foreign.BatchFormat;
import dev.heimdall.engine.dialect.sqlserver.foreign.GivenParameters;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerEffect;
import dev.heimdall.engine.foreign.ForeignOutcome;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.foreign.ForeignStatement.Want;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.ForwardableRequests;
import dev.heimdall.engine.session.answer.ForwardedStatements;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import dev.heimdall.model.Engine;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Statements that go to a data source of another engine, with parameters that are the same there.
 */
final class ForeignBatches implements ForwardableRequests {
  private final RequestParts parts;
  private final TdsRequest request;
  private final RpcRequests rpc;
  private final NextStatement next;
  private final SqlServerEncoder encoder;
  private final Supplier<LexerMode> mode;
  private final RowsOfRequest values;
  private final ForwardedStatements forwarded;

  /** True while one is on its way. */
  private boolean running;

  /** Of the request at hand; null for none. */
  private String obstacle;

  ForeignBatches(
      RequestParts parts,
      TdsRequest request,
      RpcRequests rpc,
      RowsOfRequest values,
      Supplier<LexerMode> mode) {
    this.parts = parts;
    this.request = request;
    this.rpc = rpc;
    this.next = parts.lifecycle().next();
    this.encoder = (SqlServerEncoder) parts.client().encoder();
    this.mode = mode;
    this.values = values;
    this.forwarded = new ForwardedStatements(parts, this, this::answer);
  }

  /** The responder that has them carried out. */
  Responder responder() {
    return forwarded;
  }

  /** True if an attention interrupts one of them, whose answer acknowledges it. */
  boolean running() {
    return running;
  }

  /** Statements that only the session's own server can answer. */
  @Override
  public boolean stays(StatementFacts facts) {
    return facts.has(SqlServerEffect.READS_IDENTITY)
        || facts.has(SqlServerEffect.READS_LAST_RESULT)
        || facts.has(SqlServerEffect.READS_SPID);
  }

  @Override
  public String obstacle() {
    return encoder.version().compareTo(TdsVersion.V7_3A) < 0
        ? "a version of TDS before 7.3"
        : obstacle;
  }

  /** Null where it is the call of a procedure. */
  private GivenParameters parameters(RpcCall call, Engine there) {
    if (request.calls().size() != 1) {
      return null;
    }
    return switch (call.procedure()) {
      case RpcProcedure.EXECUTE_SQL, RpcProcedure.PREPARE_EXECUTE ->
          declared(call.declarations(), there);
      case RpcProcedure.EXECUTE -> declared(rpc.handles().get(call.handle()).declarations(), there);
      default -> null;
    };
  }

  private GivenParameters declared(String declarations, Engine there) {
    return declarations == null || declarations.isBlank()
        ? GivenParameters.NONE
        : GivenParameters.of(declarations, values.parameters(true), there);
  }

  private Outcome answer(Request asked) {
    StatementFacts facts = next.effects();
    ForeignSource source =
        next.onItsWay() && asked.kind() != Request.Kind.PREPARATION
            ? forwarded.source(facts)
            : null;
    if (source == null || request.streams()) {
      return Outcome.NEXT;
    }
    byte[] text =
        next.decision()
            .transformed()
            .map(changed -> changed.getBytes(StandardCharsets.UTF_8))
            .orElseGet(request::text);
    RpcCall call = request.calls() == null ? null : request.calls().get(0);
    GivenParameters given =
        call == null ? GivenParameters.NONE : parameters(call, source.plan().source().engine());
    obstacle = given == null ? "calls of procedures" : given.obstacle();
    GivenParameters parameters = given == null ? GivenParameters.NONE : given;
    boolean prepares = obstacle == null && call != null && call.prepares();
    int handle = prepares ? rpc.add(call, facts) : 0;
    running = true;
    Outcome carried =
        forwarded.run(
            source,
            facts,
            parameters.isEmpty() ? Want.SIMPLE : Want.PREPARED,
            new BatchFormat(text, mode.get(), parameters, encoder),
            mostRows(),
            request::take,
            outcome -> end(outcome, text, call != null, handle));
    if (carried == Outcome.WAIT) {
      running = false;
      rpc.handles().remove(handle);
    }
    return carried;
  }

  private int mostRows() {
    String most = parts.carried().settings().now("rowcount");
    return most != null && most.matches("\\d{1,9}") ? Integer.parseInt(most) : 0;
  }

  private void end(ForeignOutcome outcome, byte[] text, boolean call, int handle) {
    running = false;
    // An attention that comes while another engine works is acknowledged behind the answer.
    boolean interrupted = encoder.attentions().unanswered();
    encoder.attentions().answered();
    ByteBuf out = parts.client().alloc().buffer();
    if (outcome.error() != null) {
      rpc.handles().remove(handle);
      encoder.error(outcome.error(), out);
      encoder.ready(parts.client().status(), out);
    } else {
      encoder.counts(StatementCommand.of(text));
      if (call) {
        encoder.called(outcome.rows(), handle, parts.client().status(), true, out);
      } else {
        encoder.answer(new Answer.Done("DONE " + outcome.rows()), out);
        encoder.ready(parts.client().status(), out);
      }
    }
    if (interrupted) {
      encoder.attention(out);
    }
    parts.client().replyElsewhere(out);
    parts.client().answeredElsewhere(outcome.error());
  }
}
