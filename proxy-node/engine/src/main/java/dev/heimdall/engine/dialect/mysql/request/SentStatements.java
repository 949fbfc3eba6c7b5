package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.statement.StatementLifecycle;
import java.util.List;

/** Tells the parts of a session what is being sent to its server connection. */
final class SentStatements {
  /** Of a command that is no statement and ends no transaction. */
  static final StatementFacts OF_SESSION =
      new StatementFacts(StatementKind.SHOW, 1, List.of(), false, false);

  private final RequestParts parts;

  SentStatements(RequestParts parts) {
    this.parts = parts;
  }

  /** The statement on its way, of which this is known, is being sent to the server. */
  void statement(ServerConnection server, StatementFacts facts) {
    StatementLifecycle lifecycle = parts.lifecycle();
    boolean reads = lifecycle.readsOnly();
    boolean lasting = mayWrite(facts) && !reads && !lifecycle.leavesNothing();
    // What was judged is the client's text, not one that a rule has put in its place.
    boolean judged = lifecycle.decision().transformed().isEmpty();
    lifecycle.sent(server);
    sent(facts, reads && judged);
    if (lasting) {
      parts.notes().giveUp(Unreplayed.LASTING);
    }
  }

  private static boolean mayWrite(StatementFacts facts) {
    return switch (facts.kind()) {
      case EMPTY, BEGIN, COMMIT, ROLLBACK, SAVEPOINT, SET, SHOW, SESSION -> false;
      case SELECT -> facts.has(MysqlEffect.CALLS_UNSEEN);
      default -> true;
    };
  }

  /** A statement or another command of which this is known is being sent. */
  void sent(StatementFacts facts) {
    sent(facts, false);
  }

  /**
   * @param reads whether it is known to change nothing, be it one statement or several
   */
  private void sent(StatementFacts facts, boolean reads) {
    parts.notes().statement(facts);
    parts.transaction().sent(facts, parts.carried().sent());
    parts.resolution().sent(facts);
    boolean mayDefine = facts.kind() == StatementKind.MULTI && !reads;
    if (mayDefine) {
      parts.resolution().moved();
    }
    if (!facts.effects().isEmpty() || facts.kind() == StatementKind.DDL || mayDefine) {
      parts.carried().note(facts);
    }
  }
}
