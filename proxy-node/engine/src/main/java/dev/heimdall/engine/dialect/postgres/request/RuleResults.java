package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.journal.TransactionNotes;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestControl;
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
  private final PreparedNames prepared;
  private final ServerNames names;
  private final StatementLifecycle lifecycle;
  private final UnnamedStatement unnamed;
  private final ExtendedStatements extended;
  private final LoneStatement statement;

  RuleResults(
      HandledClient client,
      TransactionNotes notes,
      RequestControl requests,
      PreparedNames prepared,
      ServerNames names,
      StatementLifecycle lifecycle,
      UnnamedStatement unnamed,
      ExtendedStatements extended,
      LoneStatement statement) {
    this.notes = notes;
    this.client = client;
    this.requests = requests;
    this.prepared = prepared;
    this.names = names;
    this.lifecycle = lifecycle;
    this.unnamed = unnamed;
    this.extended = extended;
    this.statement = statement;
  }

  @Override
  public Outcome answer(byte type, long total) {
    if (!lifecycle.onItsWay()
        || client.status() != TransactionState.IDLE
        || client.transactionLost()) {
      return Outcome.NEXT; // it may fail, and the transaction with it
    }
    ServerError refusal = lifecycle.refusal();
    if (refusal != null) {
      return refuse(type, refusal);
    }
    if (lifecycle.decision().result().isEmpty() || !statement.read()) {
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
    reply(ResultTag.of(lifecycle.effects(), text, statement.textAt(), length, rows()));
    return Outcome.DONE;
  }

  private Outcome batch() {
    ClassifiedText bound;
    if (statement.parses()) {
      if (!statement.isUnnamed()
          && (prepared.get(statement.name()) != null
              || prepared.refusesAnother(client.settings().prepared().perClient()) != null)) {
        return Outcome.NEXT; // there is more to say about it
      }
      bound = lifecycle.previewed().examine(statement.text(), names.lexerMode());
    } else {
      bound = extended.examinedOf(statement.bytes(), statement.nameAt(), statement.nameLength());
    }
    if (bound == null) {
      return Outcome.NEXT;
    }
    ByteBuf text = Unpooled.wrappedBuffer(bound.sql());
    String tag = ResultTag.of(lifecycle.effects(), text, 0, bound.length(), rows());
    if (statement.parses()) {
      prepare(bound);
    }
    reply(tag);
    return Outcome.DONE;
  }

  private long rows() {
    return lifecycle.decision().result().getAsInt();
  }

  private void prepare(ClassifiedText bound) {
    if (statement.isUnnamed()) {
      unnamed.source(bound, ClassifiedText.weight(bound));
      unnamed.becomes(statement.body(), lifecycle.effects());
      return;
    }
    PreparedStatement named =
        names.own().alone(statement.name(), statement.body(), lifecycle.effects());
    named.source(bound);
    prepared.put(statement.name(), named);
  }

  private void reply(String tag) {
    lifecycle.settled();
    statement.reply(client, tag);
  }
}
