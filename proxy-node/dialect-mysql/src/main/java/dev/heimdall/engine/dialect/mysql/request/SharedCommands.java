package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.dialect.mysql.server.MysqlRequests;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Command;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/**
 * Commands of a client that may be sent at once over a server connection that other sessions use as
 * well: reads for which the server has all that it needs, and which leave no state to be queried.
 * Only where each statement is a transaction by itself.
 */
final class SharedCommands {
  private final ClientInput input;
  private final NextStatement next;
  private final Supplier<Catalogue> catalogue;
  private final AgreedCapabilities agreed;
  private final ClientAnswers answers;
  private final DiagnosticsArea diagnostics;
  private final NumberedStatements statements;

  SharedCommands(
      RequestParts parts,
      AgreedCapabilities agreed,
      ClientAnswers answers,
      DiagnosticsArea diagnostics,
      NumberedStatements statements) {
    this.input = parts.input();
    this.next = parts.lifecycle().next();
    this.catalogue = parts.catalogue();
    this.agreed = agreed;
    this.answers = answers;
    this.diagnostics = diagnostics;
    this.statements = statements;
  }

  /** True if all that waits is one command that may share a connection's pipeline. */
  boolean shareable(int most) {
    ByteBuf in = input.bytes();
    return in.readableBytes() <= most
        && CommandFormat.isOnePacket(in)
        && next.statement().readOnly()
        && next.effects().kind() == StatementKind.SELECT // of which rows tell what it has found
        && answers.commitsEach()
        && diagnostics.leavesNothing()
        && catalogue.get().pipelines()
        && switch (CommandFormat.typeOf(in)) {
          case Command.QUERY -> true;
          case Command.STMT_EXECUTE -> runsAsItStands(in);
          default -> false;
        };
  }

  /** True if an execution needs nothing ahead of it, and leaves no rows on the server. */
  private boolean runsAsItStands(ByteBuf in) {
    ClientStatement of = statements.named(in, in.readerIndex());
    if (of == null || of.hasLongData() || of.cursor || of.stand() != null) {
      return false;
    }
    ExecuteCommand command = ExecuteCommand.read(in, in.readableBytes(), of.parameters, agreed);
    return command != null && !command.opensCursor() && of.knowsTypes(command);
  }

  /**
   * True if the command that waits can be sent over this connection now. What a connection has said
   * last is that of its sessions, be it that it was never asked.
   */
  boolean runsOn(ServerConnection server) {
    return server.delivery().groupsAnswered() > 0
        && ServerSide.of(server).takesAhead()
        && (CommandFormat.typeOf(input.bytes()) != Command.STMT_EXECUTE || hasStatement(server));
  }

  private boolean hasStatement(ServerConnection server) {
    ByteBuf in = input.bytes();
    ClientStatement of = statements.named(in, in.readerIndex());
    PreparedStatement statement = of.runs();
    MysqlRequests requests = ServerSide.of(server);
    return server.statements().confirmed(statement)
        && requests.executesAsIs(statement.name())
        && (requests.mariadb()
            || of.parameters == 0
            || PreparedExecutions.takesValues(
                server, of, ExecuteCommand.read(in, in.readableBytes(), of.parameters, agreed)));
  }
}
