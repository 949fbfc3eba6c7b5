package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.TransactionNotes;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestControl;
import dev.heimdall.engine.statement.NextStatement;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Answers a statement that a rule refuses or gives a result to, outside a transaction. What its
 * batch prepares is remembered, though no server has seen it.
 */
final class RuleResults implements Responder {
  private final HandledClient client;
  private final TransactionNotes notes;
  private final RequestControl requests;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final UnsentStatement local;
  private final LoneStatement statement;

  RuleResults(
      HandledClient client,
      TransactionNotes notes,
      RequestControl requests,
      StatementLifecycle lifecycle,
      UnsentStatement local,
      LoneStatement statement) {
    this.notes = notes;
    this.client = client;
    this.requests = requests;
    this.lifecycle = lifecycle;
    this.next = lifecycle.next();
    this.local = local;
    this.statement = statement;
  }

  @Override
  public Outcome answer(ServerConnection server, byte type, long total) {
    if (server != null
        || !next.onItsWay()
        || client.status() != TransactionState.IDLE
        || client.transactionLost()) {
      return Outcome.NEXT; // the server says it in its place: the transaction fails with it
    }
    ServerError refusal = next.refusal();
    if (refusal != null) {
      return refuse(type, refusal);
    }
    if (next.decision().result().isEmpty() || !statement.read()) {
      return Outcome.NEXT;
    }
    if (notes.wasSent()) {
      return Outcome.DONE;
    }
    return statement.isQuery() ? query() : batch();
  }

  private Outcome refuse(byte type, ServerError refusal) {
    if (type == FrontendType.QUERY && notes.wasSent()) {
      return Outcome.DONE;
    }
    lifecycle.settled();
    requests.refuse(refusal);
    return Outcome.DONE;
  }

  private Outcome query() {
    int length = statement.textLength();
    ByteBuf text = statement.bytes();
    reply(ResultTag.of(next.effects(), text, statement.textAt(), length, rows()));
    return Outcome.DONE;
  }

  private Outcome batch() {
    ClassifiedText bound = local.bound();
    if (bound == null) {
      return Outcome.NEXT;
    }
    ByteBuf text = Unpooled.wrappedBuffer(bound.sql());
    String tag = ResultTag.of(next.effects(), text, 0, bound.length(), rows());
    local.prepare(bound);
    reply(tag);
    return Outcome.DONE;
  }

  private long rows() {
    return next.decision().result().getAsInt();
  }

  private void reply(String tag) {
    lifecycle.settled();
    statement.reply(client, tag);
  }
}
