package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.statement.NextStatement;
import dev.heimdall.engine.statement.StatementLifecycle;
import java.nio.charset.StandardCharsets;

/**
 * Answers BEGIN without a server, and what ends its transaction, if that has not needed one either.
 * The BEGIN is sent ahead of the first statement that needs a server.
 */
final class DelayedBegins implements Responder {
  private final HandledClient client;
  private final ClientTransaction transaction;
  private final LoopContext loop;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final UnnamedStatement unnamed;
  private final LoneStatement statement;

  DelayedBegins(
      HandledClient client,
      ClientTransaction transaction,
      LoopContext loop,
      StatementLifecycle lifecycle,
      UnnamedStatement unnamed,
      LoneStatement statement) {
    this.client = client;
    this.transaction = transaction;
    this.loop = loop;
    this.lifecycle = lifecycle;
    this.next = lifecycle.next();
    this.unnamed = unnamed;
    this.statement = statement;
  }

  @Override
  public Outcome answer(ServerConnection server, byte type, long total) {
    boolean begun = transaction.heldBegin() != null;
    if (server != null
        || !(begun || client.mayDelayBegin())
        || client.transactionLost()
        || !statement.read()
        || !statement.runsPlainly()
        || (statement.parses() && !statement.isUnnamed())) {
      return Outcome.NEXT;
    }
    StatementFacts facts = statement.facts(begun ? "cera" : "bs");
    String tag = facts == null ? null : begun ? end(facts) : begin(facts);
    if (tag == null) {
      return Outcome.NEXT;
    }
    if (statement.parses()) {
      unnamed.becomes(statement.body(), facts);
    }
    lifecycle.settled();
    statement.reply(client, tag);
    return Outcome.DONE;
  }

  /** The tag with which the transaction ends that no server has begun; null when it does not. */
  private String end(StatementFacts facts) {
    boolean commit = facts.kind() == StatementKind.COMMIT;
    if (!(commit || facts.kind() == StatementKind.ROLLBACK) || facts.chain()) {
      return null;
    }
    transaction.dropHeldBegin();
    return commit ? "COMMIT" : "ROLLBACK";
  }

  /** The tag of a BEGIN, which is held back; null when it is none. */
  private String begin(StatementFacts facts) {
    if (facts.kind() != StatementKind.BEGIN || !facts.effects().isEmpty()) {
      return null;
    }
    byte[] sql = statement.sql();
    transaction.holdBegin(sql, next.decision().asksForReplica(), loop.now());
    return tag(sql);
  }

  /** The tag that a server answers to this text of a BEGIN. */
  private static String tag(byte[] sql) {
    String text = new String(sql, StandardCharsets.UTF_8).stripLeading();
    return text.regionMatches(true, 0, "start", 0, 5) ? "START TRANSACTION" : "BEGIN";
  }
}
