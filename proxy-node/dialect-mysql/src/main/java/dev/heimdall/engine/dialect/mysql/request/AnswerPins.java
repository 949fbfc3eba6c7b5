package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.LastAnswer;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.mysql.StatusFlag;

/** Pins that begin or end by what the answer to a statement says, and not by its text alone. */
final class AnswerPins {
  private final HandledClient client;
  private final SessionState carried;

  AnswerPins(HandledClient client, SessionState carried) {
    this.client = client;
    this.carried = carried;
  }

  /** The statement was carried out there. */
  void carriedOut(ServerConnection from, StatementFacts facts) {
    savepoint(facts, ServerSide.of(from).status());
    releases(ServerSide.of(from).last(), facts);
  }

  /**
   * With autocommit=0 a savepoint is kept that comes ahead of the transaction's first statement.
   */
  private void savepoint(StatementFacts facts, int status) {
    if (facts.kind() == StatementKind.SAVEPOINT) {
      if ((status & (StatusFlag.AUTOCOMMIT | StatusFlag.IN_TRANSACTION)) == 0) {
        client.pin(MysqlPins.SAVEPOINT);
      }
    } else if (facts.kind() == StatementKind.COMMIT || facts.kind() == StatementKind.ROLLBACK) {
      carried.pins().remove(MysqlPins.SAVEPOINT);
    }
  }

  /**
   * A row says that the call was carried out; of several statements it is unknown which came last.
   */
  private void releases(LastAnswer last, StatementFacts facts) {
    if (facts.has(MysqlEffect.RELEASES_NAMED_LOCKS)
        && facts.kind() == StatementKind.SELECT
        && last.rows() == 1) {
      carried.pins().remove(MysqlPins.NAMED_LOCK);
    }
  }
}
