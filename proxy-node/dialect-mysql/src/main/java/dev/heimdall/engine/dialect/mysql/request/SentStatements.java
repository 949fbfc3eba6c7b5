package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
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
    NextStatement next = lifecycle.next();
    boolean lasting = mayWrite(facts) && !next.readsOnly() && !next.leavesNothing();
    lifecycle.sent(server);
    sent(facts);
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
    parts.notes().statement(facts);
    parts.transaction().sent(facts, parts.carried().sent());
    parts.resolution().sent(facts);
    if (!facts.effects().isEmpty() || facts.redefining() == Redefining.ITSELF) {
      parts.carried().note(facts);
    }
  }
}
