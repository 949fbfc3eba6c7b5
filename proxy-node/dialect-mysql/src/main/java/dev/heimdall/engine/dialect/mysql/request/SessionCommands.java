package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.rules.StatementOutcome;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;

/** Commands that are no statements, but for those about prepared ones. */
final class SessionCommands {
  /** Multi-statements of the server connection, other than what was agreed at log-in. */
  private static final PinReason OPTION = new PinReason("COM_SET_OPTION", true, true, true);

  private final RequestParts parts;
  private final HandledClient client;
  private final AgreedCapabilities agreed;
  private final ClientAnswers answers;
  private final SentStatements notes;
  private final PreparedCommands prepared;
  private final DiagnosticsArea diagnostics;
  private final SessionKills kills;

  /** True while a reset is under way. */
  private boolean resetting;

  private boolean resetDone;

  SessionCommands(
      RequestParts parts,
      AgreedCapabilities agreed,
      ClientAnswers answers,
      SentStatements notes,
      PreparedCommands prepared,
      DiagnosticsArea diagnostics,
      SessionKills kills) {
    this.parts = parts;
    this.client = parts.client();
    this.agreed = agreed;
    this.answers = answers;
    this.notes = notes;
    this.prepared = prepared;
    this.diagnostics = diagnostics;
    this.kills = kills;
  }

  // ---- without a server

  /** Answers a command that no server is needed for. */
  Outcome answer(byte type, long total) {
    switch (type) {
      case Command.QUIT -> {
        client.terminate();
        return Outcome.WAIT;
      }
      case Command.CHANGE_USER -> {
        client.logInAgain();
        return Outcome.WAIT;
      }
      case Command.PING -> {
        if (client.status() != TransactionState.IDLE && !client.transactionLost()) {
          return Outcome.NEXT;
        }
        answers.ok(total, 0);
        return Outcome.DONE;
      }
      case Command.RESET_CONNECTION -> {
        client.rolledBackLost();
        return Outcome.NEXT;
      }
      case Command.SET_OPTION -> {
        return setOption(total);
      }
      case Command.PROCESS_KILL -> {
        return kills.answerCommand(total);
      }
      case Command.QUERY,
          Command.INIT_DB,
          Command.FIELD_LIST,
          Command.REFRESH,
          Command.STATISTICS,
          Command.PROCESS_INFO,
          Command.DEBUG,
          Command.STMT_PREPARE,
          Command.STMT_EXECUTE,
          Command.STMT_SEND_LONG_DATA,
          Command.STMT_CLOSE,
          Command.STMT_RESET,
          Command.STMT_FETCH -> {
        return Outcome.NEXT;
      }
      case Command.STMT_BULK_EXECUTE -> {
        return agreed.has(Capability.MARIADB_BULK) ? Outcome.NEXT : unknown(total);
      }
      default -> {
        return unknown(total);
      }
    }
  }

  private Outcome unknown(long total) {
    answers.error(total, 1047, "08S01", "Unknown command");
    return Outcome.DONE;
  }

  /** A server connection that is other than what was agreed on is this session's to its end. */
  private Outcome setOption(long total) {
    if (total < 7) {
      answers.error(total, 1047, "08S01", "Unknown command");
      return Outcome.DONE;
    }
    int option = option();
    boolean now = agreed.has(Capability.MULTI_STATEMENTS);
    if (option > 1) {
      answers.error(total, 1047, "08S01", "Unknown command");
    } else if ((option == 0) == now && !parts.carried().pins().all().contains(OPTION)) {
      answers.eof(total, agreed.deprecatesEof());
    } else {
      return Outcome.NEXT;
    }
    return Outcome.DONE;
  }

  private int option() {
    ByteBuf in = parts.input().bytes();
    return in.getUnsignedShortLE(in.readerIndex() + Packet.HEADER + 1);
  }

  // ---- with one

  boolean forward(ServerConnection server, byte type, long total) {
    if (type == Command.RESET_CONNECTION) {
      return reset(server, total);
    }
    if (type == Command.SET_OPTION) {
      client.pin(OPTION);
      ServerSide.of(server).multiStatements(option() == 0);
      server.residue().taint();
      server.residue().lastUse();
    }
    if (CommandsInSql.includes(type)) {
      if (!parts.notes().ruled(StatementOutcome.of(parts.lifecycle().next().decision()))) {
        return true;
      }
      parts.lifecycle().sent(server);
    }
    if (type == Command.INIT_DB) {
      parts.lifecycle().movesNames();
      parts.carried().pins().namesMove();
    }
    notes.sent(SentStatements.OF_SESSION);
    answers.begin(server, type);
    parts.input().begin(total, false);
    return true;
  }

  /** The node resets the connection as it does between clients, and then says so. */
  private boolean reset(ServerConnection server, long total) {
    if (resetDone) {
      resetDone = false;
      answers.ok(total, 0);
      client.settle();
      return true;
    }
    parts.control().block();
    if (!resetting) {
      resetting = true;
      String database = server.reported().get(MysqlSettings.DATABASE);
      String known = parts.carried().variables().get(MysqlSettings.DATABASE);
      if (database != null
          && !database.equals(known == null ? server.target().database() : known)) {
        parts
            .carried()
            .settings()
            .set(MysqlSettings.DATABASE, database); // changed in a transaction
      }
      ServerSide.of(server)
          .resetForClient(
              new InternalQuery() {
                @Override
                protected void done(ServerConnection from, ServerError error) {
                  resetting = false;
                  if (!from.closed()) {
                    resetDone = true;
                    begun(from);
                    charactersOfServer(from);
                  }
                }
              });
    }
    return false;
  }

  /** MySQL's sessions have the server's own then, MariaDB's those of their log-in. */
  private void charactersOfServer(ServerConnection from) {
    if (ServerSide.of(from).mariadb()) {
      client.resumeReading();
    } else {
      ServerSide.ahead(
          from,
          client,
          "SET",
          "SET character_set_client = @@GLOBAL.character_set_client, character_set_results ="
              + " @@GLOBAL.character_set_results, collation_connection ="
              + " @@GLOBAL.collation_connection");
    }
  }

  /** The session is as new, but for its default database. */
  private void begun(ServerConnection from) {
    String database = parts.carried().variables().get(MysqlSettings.DATABASE);
    parts.carried().reset(from);
    parts.carried().settings().changedUnseen(ServerSide.of(from).othersThanInitial(), from);
    answers.reset();
    answers.seen(ServerSide.of(from).status());
    if (database != null) {
      parts.carried().settings().set(MysqlSettings.DATABASE, database);
    }
    parts.transaction().move(TransactionState.IDLE, false);
    parts.notes().over();
    prepared.forget();
    diagnostics.forget();
  }
}
