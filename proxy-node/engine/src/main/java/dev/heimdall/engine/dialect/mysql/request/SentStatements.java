package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.session.RequestParts;
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

  /** A statement of which this is known is being sent. */
  void sent(StatementFacts facts) {
    parts.notes().statement(facts);
    parts.transaction().sent(facts, parts.carried().sent());
    parts.resolution().sent(facts);
    boolean several = facts.kind() == StatementKind.MULTI;
    if (several) {
      parts.resolution().moved();
    }
    if (!facts.effects().isEmpty() || facts.kind() == StatementKind.DDL || several) {
      parts.carried().note(facts);
    }
  }
}
