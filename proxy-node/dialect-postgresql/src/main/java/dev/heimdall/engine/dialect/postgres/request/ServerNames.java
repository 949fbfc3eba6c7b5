package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.dialect.postgres.prepared.StatementBody;
import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.dialect.postgres.sql.PostgresLiteral;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.ClientStatements;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.prepared.NameUndo;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.ServerStatements;
import dev.heimdall.engine.prepared.StatementName;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.engine.wire.postgres.TextEncoding;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Common needs of both kinds of one client's statements on a server connection: its names of
 * prepared statements made the server's, those statements made known there, and additions to a
 * statement so that no other session's state shows in it.
 */
final class ServerNames {
  private static final String ROLLBACK = "ROLLBACK";
  private static final StatementFacts UNDOES =
      StatementFacts.ofSingle(StatementKind.ROLLBACK, List.of(), false);

  /** Name of the node's own statement and portal in a client's batch. */
  private static final byte[] OURS =
      (StatementNames.PREFIX + "ours").getBytes(StandardCharsets.US_ASCII);

  private static final byte[] UNNAMED = new byte[0];

  /** Classes of errors: out of resources, of the system, inside the server. */
  private static final Set<String> FAULTS_OF_SERVERS = Set.of("53", "58", "XX");

  private final LoggedInSession client;
  private final SessionState carried;
  private final StartValues startValues;
  private final NameResolution resolution;
  private final ClientInput pending;
  private final ClientStatements own;
  private final ShapeCheck shapes;

  private final SessionLexing lexing;
  private final HandledClient session;

  ServerNames(
      HandledClient session,
      SessionState carried,
      StartValues startValues,
      NameResolution resolution,
      ClientInput pending,
      ClientStatements own,
      ShapeCheck.Reader reader) {
    this.session = session;
    this.client = session.owner();
    this.carried = carried;
    this.lexing = new SessionLexing(session, carried, resolution);
    this.startValues = startValues;
    this.resolution = resolution;
    this.pending = pending;
    this.own = own;
    this.shapes = new ShapeCheck(session, reader, pending, this, resolution);
  }

  /** The client's statements, by its names and by contents. */
  ClientStatements own() {
    return own;
  }

  /** Component that restores the client's own start-up values. */
  StartValues startValues() {
    return startValues;
  }

  /** True if a character of the client's texts may take several bytes, as in UTF-8. */
  boolean unicode() {
    String encoding = carried.variables().get("client_encoding");
    return encoding == null || encoding.toLowerCase(Locale.ROOT).startsWith("utf");
  }

  /**
   * True if the settings by which a server reads a statement's text are what they were when its
   * client parsed it.
   */
  boolean isReadAsNow(PreparedStatement statement) {
    return statement.scope().equals(resolution.scope());
  }

  /**
   * True if settings are as they were when a client's unnamed statement, which is a text, was
   * parsed.
   */
  boolean isReadAsNow(UnnamedStatement statement) {
    return statement.isTextOf(resolution.scope());
  }

  /**
   * True if a client whose settings have changed since had the server parse the statement, so that
   * it has something else there than what this client means.
   */
  boolean isMisread(ServerConnection server, PreparedStatement statement) {
    return server.statements().misread(statement) && isReadAsNow(statement);
  }

  /** To be called before the server is relied on to have the statement: it may be misread there. */
  void forgetMisread(ServerConnection server, PreparedStatement statement) {
    if (isMisread(server, statement)) {
      server.statements().doubt(statement);
    }
  }

  ShapeCheck shapes() {
    return shapes;
  }

  /** Returns the mode in which the server reads the text that is sent next. */
  LexerMode lexerMode(byte[] sql, int offset, int length) {
    return lexing.mode(sql, offset, length);
  }

  /** The session's present connection, or null. */
  ServerConnection server() {
    return session.server();
  }

  SessionLexing lexing() {
    return lexing;
  }

  /**
   * The server is given the text of a statement that it read in another group of messages, perhaps
   * before settings were changed: what it reads now was not judged then.
   */
  private void readsAnew(ServerConnection server, PreparedStatement statement) {
    ClassifiedText judged = (ClassifiedText) statement.source();
    boolean otherwise =
        judged == null
            ? (lexing.isUnsettled() || !isReadAsNow(statement))
                && lexing.isAmbiguous(statement.body(), textLength(statement.body()))
            : lexing.mayBeReadOtherwise(judged.lexerMode(), judged.sql(), judged.length());
    if (otherwise) {
      mayDoAnything(server);
    }
  }

  /** True if it runs a statement by name whose text can be read in more than one way. */
  boolean runsAmbiguous(StatementFacts facts) {
    for (Effect effect : facts.effects()) {
      if (effect.type() == Effect.Type.EXECUTE) {
        PreparedStatement run = carried.names().get(ClientStatements.bytes(effect.name()));
        if (run != null && lexing.isAmbiguous(run.body(), textLength(run.body()))) {
          return true;
        }
      }
    }
    return false;
  }

  /** True if the server has it as it was read when it was parsed for this client. */
  boolean isThere(ServerConnection server, PreparedStatement statement) {
    return !server.statements().worn(statement) && relied(server, statement);
  }

  /** Notes that the effects of a text sent to the server cannot be determined. */
  void mayDoAnything(ServerConnection server) {
    session.pin(PinReason.UNKNOWN_STATEMENT);
    server.residue().taint();
  }

  /** A body has a zero byte behind its text, unless it is of an SQL PREPARE. */
  private static int textLength(byte[] body) {
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    return end;
  }

  /**
   * Prepares a statement on the server ahead of the client's next message, in a group of the node's
   * own.
   */
  void makeKnown(ServerConnection server, PreparedStatement statement) {
    if (relied(server, statement)) {
      client.counters().preparedHit();
      return;
    }
    makeKnown(server, statement, error -> {});
  }

  /**
   * Prepares on the server a statement that it lacks, or may have.
   *
   * @param after told how it went: null, or the server's error
   */
  void makeKnown(
      ServerConnection server, PreparedStatement statement, Consumer<ServerError> after) {
    client.counters().preparedParsed();
    pending.flushGathered();
    Quiet quiet =
        new Quiet() {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            closeUnlessItsOwn(from, error);
            after.accept(error);
            super.done(from, error);
          }
        };
    ServerStatements known = server.statements();
    known.namesMoved(resolution.hasMoved());
    known.readOtherwise(!isReadAsNow(statement));
    readsAnew(server, statement);
    if (statement.isSql()) {
      boolean apart = server.quiet() && server.status() == TransactionState.IDLE;
      prepareOnServer(server, statement);
      prepare(server, statement, apart, after);
      return;
    }
    ByteBuf out = pending.out(statement.body().length + 64);
    makeRoom(server, out, statement, quiet);
    known.parsing(statement, null);
    StatementBody.parse(out, statement);
    server.expect(ReplyQueue.PARSE_OURS, quiet);
    PgWriter.empty(out, FrontendType.SYNC);
    server.expect(ReplyQueue.SYNC, quiet);
  }

  /**
   * @param apart whether no transaction is open, whose snapshot might have to be waited for
   */
  private void prepare(
      ServerConnection server,
      PreparedStatement statement,
      boolean apart,
      Consumer<ServerError> after) {
    String sql =
        "PREPARE "
            + StatementNames.inSql(statement)
            + new String(statement.body(), TextEncoding.of(server.reported().values()));
    Quiet quiet =
        new Quiet() {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            if (error != null) {
              from.statements().forget(statement);
              closeUnlessItsOwn(from, error);
            } else {
              from.statements().confirm(statement);
            }
            after.accept(error);
            super.done(from, error);
          }
        };
    if (apart) {
      server.requests().queryApart(sql, quiet);
    } else {
      server.query(sql, quiet);
    }
  }

  /**
   * A statement of a client's that the server does not take, because a table is gone for instance,
   * leaves the connection as it was: its client hears of it. A server that is at its end with a
   * statement is not to be trusted with others.
   */
  private static void closeUnlessItsOwn(ServerConnection from, ServerError error) {
    if (error != null
        && !from.closed()
        && FAULTS_OF_SERVERS.contains(error.sqlState().substring(0, 2))) {
      from.end().closeForState("PREPARE", error);
    }
  }

  /** Notes that the statement is being prepared by SQL, after what must be closed for it. */
  void prepareOnServer(ServerConnection server, PreparedStatement statement) {
    ServerStatements known = server.statements();
    if (known.mayKnow(statement)) {
      closeOnServer(server, statement.name());
    }
    known.namesakesOf(statement).forEach(each -> closeOnServer(server, each));
    for (var victim = known.victimOf(statement);
        victim != null;
        victim = known.victimOf(statement)) {
      closeOnServer(server, victim);
    }
    known.preparing(statement);
    known.parsedFor(statement, client);
    staysBehind(server, statement);
  }

  /** No other session must find what this client has named. */
  private static void staysBehind(ServerConnection server, PreparedStatement statement) {
    if (statement.isClientNamed() && !server.residue().tainted()) {
      server.residue().taint();
    }
  }

  /** By a Close, which a failed transaction does not refuse, as it would a DEALLOCATE. */
  void closeOnServer(ServerConnection server, StatementName statement) {
    pending.flushGathered();
    ByteBuf out = pending.out(64);
    if (server.groupOpen()) {
      closeInBatch(server, out, statement);
    } else {
      Quiet quiet = new Quiet();
      closeOurs(server, out, statement.onServer(), statement, quiet);
      PgWriter.empty(out, FrontendType.SYNC);
      server.expect(ReplyQueue.SYNC, quiet);
    }
    pending.flushGathered();
  }

  /**
   * A statement of the node's whose outcome shows in what the client's own statement then meets.
   */
  class Quiet extends InternalQuery {
    @Override
    public ReplyOwner failsNext() {
      return client;
    }

    @Override
    protected void done(ServerConnection from, ServerError error) {
      client.quietDone(from);
    }
  }

  /**
   * Statement of the node on whose outcome depends which state of other sessions the client's own
   * statement meets.
   */
  class Keeping extends StateQuery {
    Keeping(String statement) {
      super(statement);
    }

    @Override
    protected void ended(ServerConnection from, ServerError error) {
      client.quietDone(from);
    }
  }

  void closeInBatch(ServerConnection server, ByteBuf out, StatementName statement) {
    closeOurs(server, out, statement.onServer(), statement, client);
  }

  /**
   * Puts in a Close.
   *
   * @param statement what clients have of this name, or null
   */
  void closeOurs(ServerConnection server, ByteBuf out, byte[] serverName, StatementName statement) {
    closeOurs(server, out, serverName, statement, client);
  }

  /**
   * Notes that a DEALLOCATE right before has freed the name on the server; a Close says so to what
   * is noted of the connection.
   *
   * @param skipped run if the server skips both
   */
  void freed(ServerConnection server, PreparedStatement statement, NameUndo skipped) {
    pending.cut();
    PgWriter.closeStatement(pending.out(64), statement.serverName());
    server.statements().closing(statement.name(), skipped);
    server.expect(ReplyQueue.CLOSE_OURS, client);
  }

  /**
   * Notes that all names are free from here on; the name in the Close that says so is the node's
   * own.
   *
   * @param skipped told if the server skips both, and that it does not
   */
  void freedAll(ServerConnection server, NameUndo skipped) {
    pending.cut();
    PgWriter.closeStatement(pending.out(64), OURS);
    server.statements().closing(null, skipped);
    server.expect(ReplyQueue.CLOSE_OURS, client);
  }

  /** Closes another client's unnamed statement that the server may have. */
  void closeUnnamed(ServerConnection server) {
    closeOurs(server, pending.out(16), UNNAMED, null);
    server.statements().unnamed(null, 0);
  }

  private static void closeOurs(
      ServerConnection server,
      ByteBuf out,
      byte[] serverName,
      StatementName statement,
      ReplyOwner owner) {
    PgWriter.closeStatement(out, serverName);
    server.statements().closing(statement);
    server.expect(ReplyQueue.CLOSE_OURS, owner);
  }

  /** Closes, ahead of its Parse, what the server may have by the statement's name, or too many. */
  private static void makeRoom(
      ServerConnection server, ByteBuf out, PreparedStatement statement, ReplyOwner owner) {
    ServerStatements known = server.statements();
    if (known.mayKnow(statement)) { // worn, a misfit, or there only perhaps
      closeOurs(server, out, statement.serverName(), statement.name(), owner);
    }
    for (StatementName each : known.namesakesOf(statement)) {
      closeOurs(server, out, each.onServer(), each, owner);
    }
    staysBehind(server, statement);
    for (var victim = known.victimOf(statement);
        victim != null;
        victim = known.victimOf(statement)) {
      closeOurs(server, out, victim.onServer(), victim, owner);
    }
  }

  /** True if what is sent next for the client may go without a Parse of the statement. */
  private boolean relied(ServerConnection server, PreparedStatement statement) {
    forgetMisread(server, statement);
    // In a shared pipeline another's Parse may be on its way; should it fail, the batch runs again.
    return client.sharesPipeline()
        ? server.statements().knows(statement)
        : server.statements().certain(statement, client);
  }

  /**
   * Puts a Parse before the client's message, inside its batch, when the server lacks the
   * statement.
   */
  void makeKnownInBatch(ServerConnection server, PreparedStatement statement) {
    boolean worn = server.statements().worn(statement);
    if (!worn && relied(server, statement) || statement.isSql()) {
      client.counters().preparedHit();
      return;
    }
    pending.cut();
    parseInBatch(server, statement, null, ReplyQueue.PARSE_OURS);
    shapes.watch(server, statement);
  }

  /** Parses a statement on the server, in the client's batch, whatever the server knows of it. */
  void parseInBatch(
      ServerConnection server, PreparedStatement statement, NameUndo undo, byte expected) {
    client.counters().preparedParsed();
    if (expected == ReplyQueue.PARSE_OURS) {
      readsAnew(server, statement);
    }
    ByteBuf out = pending.out(statement.body().length + 64);
    makeRoom(server, out, statement, client);
    server.statements().namesMoved(resolution.hasMoved());
    server.statements().readOtherwise(!isReadAsNow(statement));
    server.statements().parsing(statement, undo);
    if (expected == ReplyQueue.PARSE_OURS) {
      StatementBody.parse(out, statement);
    } else {
      server.statements().parsedFor(statement, client);
      PgWriter.parse(out, statement.serverName(), statement.body(), statement.body().length);
    }
    server.expect(expected, client);
  }

  /**
   * A statement is being sent.
   *
   * @param binds where it is being bound in the batch that is open; else null
   * @param takesNames whether the names that it takes are noted when it is run
   */
  void noteEffectsOf(StatementFacts facts, ServerConnection binds, boolean takesNames) {
    resolution.sent(facts);
    if (facts != null
        && (!facts.effects().isEmpty()
            || facts.kind() == StatementKind.DDL
            || facts.divides(true))) {
      carried.note(facts, binds == null ? -1 : binds.replies().statements(), takesNames);
    }
  }

  /** Runs a statement of ours amid the client's batch, where no Sync of ours may stand. */
  void runInBatch(ServerConnection server, String sql) {
    pending.cut();
    byte[] text = (sql + "\0\0\0").getBytes(StandardCharsets.UTF_8);
    ByteBuf out = pending.out(text.length + 128);
    closeOurs(server, out, OURS, null, client);
    PgWriter.parse(out, OURS, text, text.length);
    server.statements().parsing(null, null);
    server.expect(ReplyQueue.PARSE_OURS, client);
    PgWriter.bind(out, OURS, OURS);
    server.expect(ReplyQueue.BIND_OURS, client);
    PgWriter.execute(out, OURS);
    server.expect(ReplyQueue.EXECUTE_OURS, client);
    PgWriter.closePortal(out, OURS);
    server.statements().closing(null);
    server.expect(ReplyQueue.CLOSE_OURS, client);
    closeOurs(server, out, OURS, null, client);
  }

  /**
   * Undoes the client's transaction ahead of the error for a rejected statement that was to end it:
   * it is over, as by a COMMIT that fails at a server.
   */
  void undoRejected(ServerConnection server, StatementFacts facts, ClientTransaction transaction) {
    if (facts != null && facts.endsTransaction() && transaction.mayBeOpen()) {
      transaction.sent(UNDOES, carried.sent());
      runInBatch(server, ROLLBACK);
    }
  }

  /** A statement that fails with this error and does nothing else. */
  static String raising(ServerError error) {
    StringBuilder block = new StringBuilder("BEGIN RAISE EXCEPTION USING ERRCODE = ");
    PostgresLiteral.append(block, error.sqlState());
    block.append(", MESSAGE = ");
    PostgresLiteral.append(block, error.message());
    if (error.detail() != null) {
      block.append(", DETAIL = ");
      PostgresLiteral.append(block, error.detail());
    }
    block.append("; END");
    StringBuilder sql = new StringBuilder("DO ");
    PostgresLiteral.append(sql, block.toString());
    return sql.toString();
  }
}
