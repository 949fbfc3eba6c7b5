package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.mysql.server.CommandExchange.Use;
import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.prepared.StatementName;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.Payload;
import dev.heimdall.engine.wire.mysql.StateChanges;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** The node's own commands to a server, as packets. */
final class OwnCommands {
  private static final int MULTI_STATEMENTS_ON = 0;
  private static final int MULTI_STATEMENTS_OFF = 1;

  private static final String UTF8 =
      "SET " + SessionCharacters.CLIENT + "=utf8mb4," + SessionCharacters.RESULTS + "=utf8mb4";

  static final String STATEMENT_LIMIT =
      "SELECT @@global.max_prepared_stmt_count LIMIT 1"; // whatever sql_select_limit is

  /** Of the place where the two kinds of servers keep what {@code SHOW GLOBAL STATUS} shows. */
  private static final String LIMITS =
      "SELECT @@global.max_prepared_stmt_count, @@global.max_connections, (SELECT"
          + " s.VARIABLE_VALUE FROM %s.global_status s WHERE s.VARIABLE_NAME ="
          + " 'Threads_connected' LIMIT 1) LIMIT 1";

  private final ServerConnection connection;
  private final SessionSetUp setUp;
  private final boolean attributes;

  OwnCommands(ServerConnection connection, SessionSetUp setUp) {
    this.connection = connection;
    this.setUp = setUp;
    this.attributes = setUp.agreed().has(Capability.QUERY_ATTRIBUTES);
  }

  CommandExchange of(byte command, byte... body) {
    return new CommandExchange(command, Use.NODE, packets(command, body));
  }

  /** A command about a prepared statement that the server has. */
  CommandExchange of(byte command, StatementName statement) {
    long handle = connection.statements().handle(statement);
    return of(
        command, (byte) handle, (byte) (handle >> 8), (byte) (handle >> 16), (byte) (handle >> 24));
  }

  CommandExchange text(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    if (!attributes) {
      return of(Command.QUERY, text);
    }
    byte[] body = new byte[text.length + 2]; // no attributes, in one set
    body[1] = 1;
    System.arraycopy(text, 0, body, 2, text.length);
    return of(Command.QUERY, body);
  }

  /**
   * Changes the default database, whose name servers read as they read texts of the client, and
   * write in errors as they write results.
   *
   * @param then sets these character sets where the name is not plain; null for nothing
   * @param without what follows where the database cannot be used; null for its error
   */
  CommandExchange use(String database, CommandExchange then, Supplier<CommandExchange> without) {
    CommandExchange uses =
        of(Command.INIT_DB, database.getBytes(StandardCharsets.UTF_8))
            .then(then)
            .orWithout(without);
    return isPlain(database) ? uses : text(UTF8).then(uses);
  }

  /** Makes the database that was logged in to the session's again, on an idle connection. */
  CommandExchange useAgain() {
    String database = setUp.database();
    Variables applied = connection.applied().without(StateChanges.DATABASE);
    connection.applied(applied);
    SetStatement set = setUp.change(applied, applied, !isPlain(database));
    return use(database, set.isEmpty() ? null : text(set.toString()), null);
  }

  /** The statement that reads how many of what the server takes of all its clients. */
  String limits() {
    return LIMITS.formatted(setUp.mariadb() ? "information_schema" : "performance_schema");
  }

  static boolean isPlain(String database) {
    return database.chars().allMatch(c -> c < 0x80);
  }

  /** Asks for the status, and for what was kept back, by setting what is set already. */
  CommandExchange status(boolean multiStatements) {
    byte asItIs = (byte) (multiStatements ? MULTI_STATEMENTS_ON : MULTI_STATEMENTS_OFF);
    return new CommandExchange(
        Command.SET_OPTION, Use.STATUS, packets(Command.SET_OPTION, asItIs, (byte) 0));
  }

  /**
   * Requests the status by setting the default database to its present value, before another such
   * command.
   */
  CommandExchange status(String database, CommandExchange then) {
    byte[] name = database.getBytes(StandardCharsets.UTF_8);
    return new CommandExchange(Command.INIT_DB, Use.STATUS, packets(Command.INIT_DB, name))
        .then(then);
  }

  ByteBuf packets(byte command, byte... body) {
    ByteBuf out =
        connection.allocate(body.length + Packet.HEADER * (2 + body.length / Packet.MAX_PAYLOAD));
    if (body.length + 1 < Packet.MAX_PAYLOAD) {
      return out.writeMediumLE(body.length + 1).writeByte(0).writeByte(command).writeBytes(body);
    }
    Payload.write(out, Unpooled.wrappedBuffer(new byte[] {command}, body));
    return out;
  }
}
