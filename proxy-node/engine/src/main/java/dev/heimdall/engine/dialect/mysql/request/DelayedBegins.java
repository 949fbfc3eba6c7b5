package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Answers BEGIN without a server, and what ends its transaction, if that has not needed one either.
 * The BEGIN is sent ahead of the first statement that needs a server.
 */
final class DelayedBegins {
  private static final int LONGEST = 64;

  private final RequestParts parts;
  private final HandledClient client;
  private final ClientTransaction transaction;
  private final StatementLifecycle lifecycle;
  private final ClientAnswers answers;

  DelayedBegins(RequestParts parts, ClientAnswers answers) {
    this.parts = parts;
    this.client = parts.client();
    this.transaction = parts.transaction();
    this.lifecycle = parts.lifecycle();
    this.answers = answers;
  }

  Outcome answer(long total) {
    boolean begun = transaction.heldBegin() != null;
    if (!(begun || mayBegin()) || client.transactionLost() || !lifecycle.onItsWay()) {
      return Outcome.NEXT;
    }
    StatementFacts facts = lifecycle.effects();
    if (!(begun ? ends(facts) : begins(facts, total))) {
      return Outcome.NEXT;
    }
    lifecycle.settled();
    answers.ok(total, 0);
    return Outcome.DONE;
  }

  private boolean mayBegin() {
    return client.settings().delayedTransaction()
        && client.status() == TransactionState.IDLE
        && !parts.notes().active();
  }

  private boolean ends(StatementFacts facts) {
    boolean ends =
        (facts.kind() == StatementKind.COMMIT || facts.kind() == StatementKind.ROLLBACK)
            && facts.effects().isEmpty()
            && !facts.chain();
    if (ends) {
      transaction.dropHeldBegin();
    }
    return ends;
  }

  /** One that takes a snapshot takes it at once. */
  private boolean begins(StatementFacts facts, long total) {
    if (facts.kind() != StatementKind.BEGIN
        || !facts.effects().isEmpty()
        || Payload.length(total) > LONGEST) {
      return false;
    }
    ByteBuf in = parts.input().bytes();
    byte[] sql = new byte[(int) Payload.length(total) - 1];
    Payload.copy(in, in.readerIndex(), 1, sql, sql.length);
    String text = new String(sql, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    if (text.contains("snapshot") || !(text.startsWith("b") || text.startsWith("s"))) {
      return false;
    }
    transaction.holdBegin(sql, lifecycle.decision().asksForReplica(), parts.loop().now());
    return true;
  }

  /** Sends the BEGIN that was answered already, ahead of the first statement of its transaction. */
  void send(ServerConnection server) {
    byte[] sql = transaction.takeHeldBegin();
    parts.notes().begins(sql, transaction.heldForReplica());
    server.query(
        new String(sql, StandardCharsets.UTF_8),
        new InternalQuery() {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            if (error != null && !from.closed()) {
              // What follows it is on its way, and must not be taken for a transaction's.
              from.closeForState("BEGIN", error);
            } else {
              answers.after(from);
            }
          }
        });
  }
}
