package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;

/**
 * State of a client's session that is handed over to another process: its prepared statements, and
 * the diagnostics that statements may query of those before them. Texts are classified anew there.
 */
final class HandedCommands {
  private static final int VERSION = 1;

  private final RequestParts parts;
  private final ClientAnswers answers;
  private final SessionLexing lexing;
  private final DiagnosticsArea diagnostics;
  private final NumberedStatements statements;

  HandedCommands(
      RequestParts parts,
      ClientAnswers answers,
      SessionLexing lexing,
      DiagnosticsArea diagnostics,
      NumberedStatements statements) {
    this.parts = parts;
    this.answers = answers;
    this.lexing = lexing;
    this.diagnostics = diagnostics;
    this.statements = statements;
  }

  /** True if no server connection has state of the session that cannot be handed over. */
  boolean mayMove() {
    return diagnostics.leavesNothing() && statements.mayMove();
  }

  void write(StateWriter out) {
    out.number(VERSION);
    answers.write(out);
    lexing.write(out);
    diagnostics.write(out);
    statements.write(parts.client().schemaEpoch(), out);
  }

  void read(StateReader in) {
    in.version(VERSION, "the state of a session");
    answers.read(in);
    lexing.read(in);
    diagnostics.read(in);
    statements.resumeBehind(in.number());
    for (int left = in.count(); left > 0; left--) {
      statements.resume(statement(in));
    }
  }

  private ClientStatement statement(StateReader in) {
    int id = in.number();
    byte[] body = in.bytes();
    String scope = in.text();
    long epoch = in.flag() ? HandledClient.EARLIER_EPOCH : parts.client().schemaEpoch();
    byte[] sql = in.bytes(body);
    LexerMode mode = in.lexerMode();
    int parameters = in.number();
    Variables settings = Variables.of(in.texts());
    byte[] types = in.bytes();
    if (body == null || sql == null || scope == null) {
      throw new UnreadableStateException("a prepared statement has no text");
    }
    ClassifiedText examined = parts.lifecycle().previewed().examine(sql, mode);
    StatementFacts facts = parts.sessions().classifier().classify(sql, 0, sql.length, mode);
    PreparedStatement statement =
        parts
            .sessions()
            .statements()
            .acquire(body, body.length, PreparedStatement.Origin.NAMED, facts, scope, epoch);
    ClientStatement resumed = new ClientStatement(id, statement, examined, parameters, settings);
    resumed.types(types);
    return resumed;
  }
}
