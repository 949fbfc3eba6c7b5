package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import java.util.List;
import java.util.function.Supplier;

/**
 * Statements that are only prepared: rules may reject one, or have another text in its place. It is
 * judged in full each time that it runs.
 */
final class Preparing implements Responder {
  /** Facts of the request itself, which changes nothing. */
  static final StatementFacts FACTS = StatementFacts.ofSingle(StatementKind.SHOW, List.of(), false);

  private final RequestParts parts;
  private final Supplier<LexerMode> mode;

  /** Facts of the statement that the request at hand only prepares; null where it runs. */
  private StatementFacts effects;

  private String transformed;

  Preparing(RequestParts parts, Supplier<LexerMode> mode) {
    this.parts = parts;
    this.mode = mode;
  }

  @Override
  public Outcome answer(Request asked) {
    effects = null;
    if (asked.kind() != Request.Kind.PREPARATION) {
      return Outcome.NEXT;
    }
    byte[] text = asked.text();
    if (!parts.lifecycle().preview(text, text.length, mode.get())) {
      parts.control().block();
      return Outcome.WAIT;
    }
    QueryPipeline seen = parts.lifecycle().previewed();
    Decision decision = seen.decision();
    ServerError refusal = NextStatement.refusal(decision);
    if (refusal != null) {
      parts.control().refuse(refusal);
      return Outcome.DONE;
    }
    effects = seen.effects();
    transformed = decision.transformed().orElse(null);
    parts.client().prepares(seen);
    return Outcome.NEXT;
  }

  /** True if the request at hand runs nothing. */
  boolean only() {
    return effects != null;
  }

  /** Effects of the statement when it runs. */
  StatementFacts effects() {
    return only() ? effects : parts.lifecycle().next().effects();
  }

  /** A rule's text in the place of the statement's; null for none. */
  String transformed() {
    return only() ? transformed : parts.lifecycle().next().decision().transformed().orElse(null);
  }
}
