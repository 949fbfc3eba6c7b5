package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.PreparedStatement;
import dev.heimdall.engine.backend.PreparedStatement.Origin;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerStatements;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * What both kinds of statements of one client need on a server connection: its names of prepared
 * statements made the server's, those statements made known there, and what must go with a
 * statement so that no other session's state shows in it.
 */
final class ServerNames {
  /** Name of the node's own statement and portal in a client's batch. */
  private static final byte[] OURS =
      (PreparedStatement.PREFIX + "ours").getBytes(StandardCharsets.US_ASCII);

  private final ClientSession session;
  private final RequestReader requests;
  private final LoopSessions sessions;

  ServerNames(ClientSession session, RequestReader requests, LoopSessions sessions) {
    this.session = session;
    this.requests = requests;
    this.sessions = sessions;
  }

  boolean standardStrings() {
    String own = session.carried().variables().get("standard_conforming_strings");
    return own == null || !own.equalsIgnoreCase("off");
  }

  /** Inside a transaction, what a RESET takes back to the server's default must be ours at once. */
  void noteReset(StatementFacts facts) {
    if (session.status() == 'T') {
      Variables restored = session.carried().afterReset(facts.effects());
      if (!restored.isEmpty()) {
        afterReset = restored;
      }
    }
  }

  /** A group was sent: a statement of the node's may follow. */
  void afterGroup(ServerConnection server) {
    if (afterReset != null) {
      String sql = Variables.NONE.changeTo(afterReset);
      afterReset = null;
      requests.flushGathered();
      server.query(sql, new Quiet());
    }
  }

  boolean namesAStatement(StatementFacts facts) {
    for (Effect effect : facts.effects()) {
      if (nameOnServer(effect) != null) {
        return true;
      }
    }
    return false;
  }

  PreparedStatement named(Effect effect) {
    return namesOne(effect) ? session.carried().names().get(bytes(effect.name())) : null;
  }

  static boolean namesOne(Effect effect) {
    return (effect.type() == Effect.Type.EXECUTE || effect.type() == Effect.Type.DEALLOCATE)
        && effect.start() >= 0;
  }

  /**
   * What the server is to read in the place of the effect's name; null where the name may stay. An
   * unknown name that looks like one of ours must not reach a statement of somebody else's.
   */
  byte[] nameOnServer(Effect effect) {
    PreparedStatement statement = named(effect);
    if (statement != null) {
      return statement.serverName();
    }
    return namesOne(effect) && isLikeOurs(effect.name())
        ? bytes("\"_" + effect.name().replace("\"", "\"\"") + '"')
        : null;
  }

  /**
   * Whether the name has our prefix and then only digits and underscores. Others with the prefix
   * may be a client's, prepared under that very name through the extended protocol.
   */
  private static boolean isLikeOurs(String name) {
    if (!name.startsWith(PreparedStatement.PREFIX)) {
      return false;
    }
    for (int i = PreparedStatement.PREFIX.length(); i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '_' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  /**
   * Prepares a statement on the server ahead of the client's next message, in a group of the node's
   * own.
   */
  void makeKnown(ServerConnection server, PreparedStatement statement) {
    if (server.statements().knows(statement)) {
      session.counters().preparedHit();
      return;
    }
    session.counters().preparedParsed();
    requests.flushGathered();
    Quiet quiet = new Quiet();
    if (statement.isSql()) {
      closeOnServer(server, server.statements().preparing(statement));
      requests.flushGathered();
      server.query(
          "PREPARE "
              + new String(statement.serverName(), StandardCharsets.US_ASCII)
              + new String(statement.body(), StandardCharsets.UTF_8),
          new Quiet() {
            @Override
            protected void done(ServerConnection from, PgError error) {
              if (error != null) {
                from.statements().forget(statement);
              } else {
                from.statements().confirm(statement);
              }
              super.done(from, error);
            }
          });
      return;
    }
    ByteBuf out = requests.out(statement.body().length + 64);
    PreparedStatement evicted =
        server.statements().parsing(new ServerStatements.PendingName(statement, null));
    if (evicted != null) {
      PgWriter.closeStatement(out, evicted.serverName());
      server.expect(ReplyQueue.CLOSE_OURS, quiet);
    }
    PgWriter.parse(out, statement.serverName(), statement.body(), statement.body().length);
    server.expect(ReplyQueue.PARSE_OURS, quiet);
    PgWriter.empty(out, FrontendType.SYNC);
    server.expect(ReplyQueue.SYNC, quiet);
  }

  void closeOnServer(ServerConnection server, PreparedStatement evicted) {
    if (evicted != null) {
      requests.flushGathered();
      server.query(
          "DEALLOCATE " + new String(evicted.serverName(), StandardCharsets.US_ASCII), new Quiet());
    }
  }

  /**
   * A statement of the node's whose outcome shows in what the client's own statement then meets.
   */
  class Quiet extends InternalQuery {
    @Override
    protected void done(ServerConnection from, PgError error) {
      session.quietDone(from);
    }
  }

  /**
   * The statement of this content. While another client's Parse of the same text is on its way,
   * nobody can say whether it will succeed: then this one gets a name of its own.
   */
  PreparedStatement statement(
      ServerConnection server, byte[] content, Origin origin, StatementFacts facts) {
    long epoch = session.vdb().schemaEpoch();
    PreparedStatement shared =
        sessions.statements().acquire(content, content.length, origin, facts, scope(), epoch);
    if (!server.statements().knows(shared) || server.statements().confirmed(shared)) {
      return shared;
    }
    sessions.statements().release(shared);
    return sessions.statements().acquireAlone(content, origin, facts, scope(), epoch);
  }

  /** The statement of this content for clients that give it no name. */
  PreparedStatement anonymous(byte[] content, int length, StatementFacts facts) {
    return sessions
        .statements()
        .acquire(content, length, Origin.ANONYMOUS, facts, scope(), session.vdb().schemaEpoch());
  }

  /** The server skipped the Close of a name: it still means this statement. */
  void reopen(byte[] name, PreparedStatement statement) {
    if (session.state() != ClientSession.State.CLOSED) {
      byte[] content = statement.body();
      session
          .carried()
          .names()
          .put(
              name,
              sessions
                  .statements()
                  .acquire(
                      content,
                      content.length,
                      statement.isSql() ? Origin.SQL : Origin.NAMED,
                      statement.facts(),
                      scope(),
                      session.vdb().schemaEpoch()));
    }
  }

  void closeInBatch(ServerConnection server, ByteBuf out, PreparedStatement evicted) {
    if (evicted != null) {
      PgWriter.closeStatement(out, evicted.serverName());
      server.expect(ReplyQueue.CLOSE_OURS, session);
    }
  }

  /**
   * Puts a Parse before the client's message, inside its batch, when the server lacks the
   * statement.
   */
  void makeKnownInBatch(ServerConnection server, PreparedStatement statement) {
    boolean worn = server.statements().worn(statement);
    if (!worn && server.statements().knows(statement) || statement.isSql()) {
      session.counters().preparedHit();
      return;
    }
    requests.cut();
    parseInBatch(server, statement, null, ReplyQueue.PARSE_OURS);
  }

  /** Parses a statement on the server, in the client's batch, whatever the server knows of it. */
  void parseInBatch(
      ServerConnection server, PreparedStatement statement, Runnable undo, byte expected) {
    session.counters().preparedParsed();
    ByteBuf out = requests.out(statement.body().length + 64);
    if (server.statements().worn(statement)) {
      closeInBatch(server, out, statement);
    }
    closeInBatch(
        server,
        out,
        server.statements().parsing(new ServerStatements.PendingName(statement, undo)));
    PgWriter.parse(out, statement.serverName(), statement.body(), statement.body().length);
    server.expect(expected, session);
  }

  void noteEffectsOf(StatementFacts facts) {
    if (facts != null && (!facts.effects().isEmpty() || facts.kind() == StatementKind.DDL)) {
      session.carried().note(facts);
      noteReset(facts);
    }
  }

  /** Runs a statement of ours amid the client's batch, where no Sync of ours may stand. */
  void runInBatch(ServerConnection server, String sql) {
    requests.cut();
    byte[] text = (sql + "\0\0\0").getBytes(StandardCharsets.UTF_8);
    ByteBuf out = requests.out(text.length + 128);
    PgWriter.closeStatement(out, OURS);
    server.expect(ReplyQueue.CLOSE_OURS, session);
    PgWriter.parse(out, OURS, text, text.length);
    server.statements().parsing(new ServerStatements.PendingName(null, null));
    server.expect(ReplyQueue.PARSE_OURS, session);
    PgWriter.bind(out, OURS, OURS);
    server.expect(ReplyQueue.BIND_OURS, session);
    PgWriter.execute(out, OURS);
    server.expect(ReplyQueue.EXECUTE_OURS, session);
    PgWriter.closePortal(out, OURS);
    server.expect(ReplyQueue.CLOSE_OURS, session);
    PgWriter.closeStatement(out, OURS);
    server.expect(ReplyQueue.CLOSE_OURS, session);
  }

  /** A statement of the client that shares its name with no other. */
  PreparedStatement alone(byte[] content, StatementFacts facts) {
    return sessions
        .statements()
        .acquireAlone(content, Origin.NAMED, facts, scope(), session.vdb().schemaEpoch());
  }

  /** A statement that fails with this error and does nothing else. */
  static String raising(PgError error) {
    StringBuilder block = new StringBuilder("BEGIN RAISE EXCEPTION USING ERRCODE = ");
    Variables.literal(block, error.sqlState());
    block.append(", MESSAGE = ");
    Variables.literal(block, error.message());
    if (error.detail() != null) {
      block.append(", DETAIL = ");
      Variables.literal(block, error.detail());
    }
    block.append("; END");
    StringBuilder sql = new StringBuilder("DO ");
    Variables.literal(sql, block.toString());
    return sql.toString();
  }

  /** What names in a statement's text are resolved through. */
  String scope() {
    String path = session.carried().variables().get("search_path");
    String role = session.carried().variables().get("role");
    return path == null && role == null
        ? session.pool().key().database()
        : session.pool().key().database() + '\0' + path + '\0' + role;
  }

  static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private Variables afterReset;
}
