package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.statement.NextStatement;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Answers BEGIN without a server, and what ends its transaction, if that has not needed one either.
 * The BEGIN is sent ahead of the first statement that needs a server.
 */
final class DelayedBegins implements Responder {
  private static final int LONGEST = 64;

  private final RequestParts parts;
  private final HandledClient client;
  private final ClientTransaction transaction;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final QueryText text;
  private final ClientAnswers answers;
  private final SessionLexing lexing;

  DelayedBegins(RequestParts parts, QueryText text, ClientAnswers answers, SessionLexing lexing) {
    this.parts = parts;
    this.text = text;
    this.client = parts.client();
    this.transaction = parts.transaction();
    this.lifecycle = parts.lifecycle();
    this.next = parts.lifecycle().next();
    this.answers = answers;
    this.lexing = lexing;
  }

  @Override
  public Outcome answer(ServerConnection server, byte type, long total) {
    if (type != Command.QUERY) {
      return Outcome.NEXT;
    }
    return server == null ? alone(total) : beside(total);
  }

  /** A statement of a client's that has no server connection. */
  private Outcome alone(long total) {
    boolean begun = transaction.heldBegin() != null;
    if (!(begun || client.mayDelayBegin()) || client.transactionLost() || !next.onItsWay()) {
      return Outcome.NEXT;
    }
    StatementFacts facts = next.effects();
    return (begun ? ends(facts) : begins(facts, total)) ? answered(total) : Outcome.NEXT;
  }

  /**
   * Handles a statement of a client that has kept its connection, for a generated id for instance.
   * What ends the transaction goes there: the answer decides whether the connection is kept.
   */
  private Outcome beside(long total) {
    return next.onItsWay()
            && next.effects().kind() == StatementKind.BEGIN
            && next.refusal() == null
            && transaction.heldBegin() == null
            && client.mayDelayBegin()
            && !client.transactionLost()
            && !parts.carried().held()
            && !parts.carried().pins().any()
            && begins(next.effects(), total)
        ? answered(total)
        : Outcome.NEXT;
  }

  private Outcome answered(long total) {
    lifecycle.settled();
    answers.begun(total);
    return Outcome.DONE;
  }

  /**
   * True if the statement ends the transaction; where COMMIT begins another transaction, or ends
   * the connection, a server has to execute it.
   */
  private boolean ends(StatementFacts facts) {
    boolean ends =
        (facts.kind() == StatementKind.COMMIT || facts.kind() == StatementKind.ROLLBACK)
            && facts.effects().isEmpty()
            && !facts.chain()
            && parts.carried().variables().get(MysqlSettings.COMPLETION) == null
            && leavesAlone();
    if (ends) {
      transaction.dropHeldBegin();
    }
    return ends;
  }

  /**
   * Only of the plain forms it is known what a server answers: one that takes a snapshot takes it
   * at once, one that is to write may be refused, and the answer to one that only reads says so.
   */
  private boolean begins(StatementFacts facts, long total) {
    if (facts.kind() != StatementKind.BEGIN
        || !facts.effects().isEmpty()
        || Payload.length(total) > LONGEST
        || !leavesAlone()
        || !MysqlSettings.writesByDefault(parts.carried().variables())) {
      return false;
    }
    if (!text.read(parts.input().bytes(), total, true) || text.hasAttributes()) {
      return false;
    }
    byte[] sql = text.copy();
    String begin = new String(sql, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    if (begin.contains("read")
        || begin.contains("snapshot")
        || !(begin.startsWith("s") || (begin.startsWith("b") && !lexing.hasBlocks()))) {
      return false;
    }
    transaction.holdBegin(sql, next.decision().asksForReplica(), parts.loop().now());
    return true;
  }

  /** True if rules want nothing done with the statement that only a server could do. */
  private boolean leavesAlone() {
    return next.decision().letsReplicaAnswer();
  }
}
