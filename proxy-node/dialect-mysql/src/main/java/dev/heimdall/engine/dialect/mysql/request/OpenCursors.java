package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.StatusFlag;

/**
 * Prepared statements of a client with rows that wait on its server connection to be fetched: as
 * long as there are some, the client keeps the connection.
 */
final class OpenCursors {
  private final HandledClient client;
  private final SessionState carried;
  private final ClientAnswers answers;
  private final NumberedStatements statements;

  /** Statement with an unanswered execution or fetch; null for none. */
  private ClientStatement running;

  OpenCursors(RequestParts parts, ClientAnswers answers, NumberedStatements statements) {
    this.client = parts.client();
    this.carried = parts.carried();
    this.answers = answers;
    this.statements = statements;
  }

  /** True if the connection is the client's for one. */
  boolean pins() {
    return carried.pins().all().contains(MysqlPins.CURSOR);
  }

  /** A command about a statement is being sent, whose answer is the client's. */
  void begin(ServerConnection server, byte type, ClientStatement of) {
    running = server.shared() ? null : of; // no cursor comes of what shares a connection
    answers.begin(server, type);
  }

  /** The command that was sent last was answered. */
  void answered(ServerConnection from) {
    ClientStatement of = running;
    running = null;
    if (of == null) {
      return;
    }
    int status = ServerSide.of(from).status();
    boolean open =
        (status & StatusFlag.CURSOR_EXISTS) != 0 && (status & StatusFlag.LAST_ROW_SENT) == 0;
    of.cursor = open;
    if (open) {
      carried.pins().add(MysqlPins.CURSOR);
      from.residue().taint();
    } else if (pins() && !statements.haveCursor()) {
      carried.pins().remove(MysqlPins.CURSOR);
    }
  }

  /** Closes the remains of a cursor on the connection, however many rows its client has fetched. */
  void close(ClientStatement of) {
    of.cursor = false;
    ServerConnection server = client.server();
    if (server == null || statements.haveCursor()) {
      return;
    }
    ServerSide.of(server)
        .resetStatement(
            of.runs().name(),
            new InternalQuery() {
              @Override
              protected void done(ServerConnection from, ServerError error) {
                carried.pins().remove(MysqlPins.CURSOR);
                answers.after(from);
              }
            });
  }

  /** The client has no prepared statements any more. */
  void forget() {
    running = null;
  }
}
