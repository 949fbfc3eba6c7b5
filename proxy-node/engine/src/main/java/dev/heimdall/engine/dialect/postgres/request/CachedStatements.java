package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.caching.CachedReads;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestControl;
import dev.heimdall.engine.statement.StatementLifecycle;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Answers a statement by what a server has answered before to an equal one, with no regard to which
 * of the two spellings either had.
 */
final class CachedStatements implements Responder {
  private static final int[] NO_TYPES = {};

  private final HandledClient client;
  private final RequestControl requests;
  private final CachedReads cached;
  private final StatementLifecycle lifecycle;
  private final UnsentStatement local;
  private final LoneStatement statement;

  CachedStatements(
      HandledClient client,
      RequestControl requests,
      CachedReads cached,
      StatementLifecycle lifecycle,
      UnsentStatement local,
      LoneStatement statement) {
    this.client = client;
    this.requests = requests;
    this.cached = cached;
    this.lifecycle = lifecycle;
    this.local = local;
    this.statement = statement;
  }

  @Override
  public Outcome answer(byte type, long total) {
    if (!cached.mayAnswer()) {
      return Outcome.NEXT;
    }
    if (!statement.read() || !statement.runsWhole()) {
      cached.refusedShape();
      return Outcome.NEXT;
    }
    ClassifiedText bound = null;
    int[] declared = NO_TYPES;
    if (!statement.isQuery()) {
      bound = local.bound();
      if (bound == null) {
        cached.refusedShape();
        return Outcome.NEXT;
      }
      declared = local.declared();
    }
    StoredAnswer answer =
        cached.answer(
            lifecycle.exactHigh(),
            lifecycle.exactLow(),
            statement.values(declared),
            statement.describesColumns(),
            text(bound),
            new AnswerCopy(cached.largest()));
    if (answer == null && cached.waits()) {
      requests.block();
      return Outcome.WAIT;
    }
    if (answer == null) {
      return Outcome.NEXT;
    }
    if (bound != null) {
      local.prepare(bound);
    }
    lifecycle.settled();
    statement.reply(client, answer);
    return Outcome.DONE;
  }

  private Supplier<byte[]> text(ClassifiedText bound) {
    return () -> bound == null ? statement.text() : Arrays.copyOf(bound.sql(), bound.length());
  }
}
