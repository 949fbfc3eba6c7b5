package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.PreparedStatement;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.AnonymousParse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Sends one client's statements, with its names of prepared statements made those of the server
 * connection.
 */
final class StatementSender {
  /** Longer names than this are nobody's; PostgreSQL cuts SQL names at 63 bytes. */
  private static final int MAX_NAMES = 8 * 1024;

  private static final byte[] UNNAMED = new byte[0];
  private static final byte[] PREFIX = PreparedStatement.PREFIX.getBytes(StandardCharsets.US_ASCII);

  private static final byte[] TAKEN =
      (PreparedStatement.PREFIX + "taken").getBytes(StandardCharsets.US_ASCII);

  /** No text and no parameter types. */
  private static final byte[] EMPTY_STATEMENT = new byte[3];

  private final ClientSession session;
  private final RequestReader requests;
  private final LoopContext loop;
  private final LoopSessions sessions;
  private final ServerConnection.PendingParse unnamedParse;

  private byte[] unnamedBody = UNNAMED;
  private int unnamedLength = -1;
  private long unnamedVersion;
  private StatementFacts unnamedFacts;
  private PreparedStatement unnamedCached;
  private Variables afterReset;

  StatementSender(
      ClientSession session, RequestReader requests, LoopContext loop, LoopSessions sessions) {
    this.session = session;
    this.requests = requests;
    this.loop = loop;
    this.sessions = sessions;
    this.unnamedParse = new ServerConnection.PendingParse(null, this::forgetUnnamed);
  }

  // ---- simple queries

  /**
   * What the Query message at the reader's position is; null when it was malformed and the session
   * has ended.
   */
  StatementFacts classify(int total) {
    ByteBuf input = requests.input();
    int at = input.readerIndex();
    int length = total - 6;
    if (length < 0 || input.getByte(at + total - 1) != 0) {
      session.protocolError("invalid string in message");
      return null;
    }
    byte[] sql = loop.scratch(length);
    input.getBytes(at + 5, sql, 0, length);
    return sessions.classifier().classify(sql, 0, length, standardStrings());
  }

  private boolean standardStrings() {
    String own = session.carried().variables().get("standard_conforming_strings");
    return own == null || !own.equalsIgnoreCase("off");
  }

  /** Whether the statement was answered without a server; the message is then taken. */
  boolean answerLocally(StatementFacts facts, int total) {
    if (session.transactionLost()) {
      if (facts.kind() == StatementKind.ROLLBACK) {
        session.forgetUntold();
      }
      return false;
    }
    if (delayed(facts, total)) {
      return true;
    }
    if (isForConsole(total)) {
      toConsole(total);
      return true;
    }
    if (facts.kind() == StatementKind.DISCARD
        && facts.effects().get(0).type() == Effect.Type.DISCARD_ALL
        && session.carried().atStartup()) {
      session.carried().names().clear();
      forgetUnnamed();
      session.listening().unlisten(null);
      answer(total, "DISCARD ALL", null);
      return true;
    }
    if (facts.kind() == StatementKind.DEALLOCATE) {
      deallocate(facts.effects().get(0), total);
      return true;
    }
    return false;
  }

  /** BEGIN is held back, and forgotten when the transaction ends without having needed a server. */
  private boolean delayed(StatementFacts facts, int total) {
    if (session.heldBegin() != null) {
      boolean commit = facts.kind() == StatementKind.COMMIT;
      if ((commit || facts.kind() == StatementKind.ROLLBACK) && !facts.chain()) {
        session.dropHeldBegin();
        answer(total, commit ? "COMMIT" : "ROLLBACK", null);
        return true;
      }
      return false;
    }
    if (facts.kind() != StatementKind.BEGIN
        || session.status() != 'I'
        || !session.vdb().settings().vdb().delayedTransaction()) {
      return false;
    }
    byte[] sql = new byte[total - 6];
    requests.input().getBytes(requests.input().readerIndex() + 5, sql);
    session.holdBegin(sql);
    String text = new String(sql, StandardCharsets.UTF_8).stripLeading();
    answer(total, text.regionMatches(true, 0, "start", 0, 5) ? "START TRANSACTION" : "BEGIN", null);
    return true;
  }

  /** Sends the BEGIN that was answered already, ahead of the first statement of its transaction. */
  void sendHeldBegin(ServerConnection server) {
    server.query(new String(session.takeHeldBegin(), StandardCharsets.UTF_8), new Quiet());
  }

  private void deallocate(Effect effect, int total) {
    forgetUnnamed();
    if (effect.type() == Effect.Type.DEALLOCATE_ALL) {
      session.carried().names().clear();
      answer(total, "DEALLOCATE ALL", null);
    } else if (session.carried().names().remove(bytes(effect.name()))) {
      answer(total, "DEALLOCATE", null);
    } else {
      answer(
          total,
          null,
          PgError.error("26000", "prepared statement \"" + effect.name() + "\" does not exist"));
    }
  }

  private void answer(int total, String tag, PgError error) {
    requests.input().skipBytes(total);
    ByteBuf out = session.channel().alloc().buffer(128);
    if (error != null) {
      error.encode(out);
    } else {
      PgWriter.commandComplete(out, tag);
    }
    PgWriter.ready(out, session.status());
    session.write(out);
  }

  /** Whether the whole Query message at the reader's position is a command of an operator. */
  boolean isForConsole(int total) {
    if (!session.login().admin()) {
      return false;
    }
    int length = total - 6;
    byte[] sql = loop.scratch(length);
    requests.input().getBytes(requests.input().readerIndex() + 5, sql, 0, length);
    return session.node().console().recognises(sql, 0, length);
  }

  /** Has the command at the reader's position carried out. */
  void toConsole(int total) {
    ByteBuf input = requests.input();
    String text = input.toString(input.readerIndex() + 5, total - 6, StandardCharsets.UTF_8);
    requests.cut();
    input.skipBytes(total);
    session.runConsole(text);
  }

  /** Sends a Query message. */
  void query(ServerConnection server, StatementFacts facts, int total) {
    forgetUnnamed();
    server.unnamed(null, 0);
    if (facts.effects().isEmpty()) {
      if (facts.kind() == StatementKind.DDL || facts.kind() == StatementKind.MULTI) {
        session.carried().note(facts);
      }
      server.expect(ReplyQueue.QUERY, session);
      session.groupSent();
      requests.begin(total, false);
      return;
    }
    withEffects(server, facts, total);
  }

  private void withEffects(ServerConnection server, StatementFacts facts, int total) {
    forgetForeignSequences(server, facts);
    if (facts.kind() == StatementKind.PREPARE) {
      prepare(server, facts, total);
    } else if (facts.kind() == StatementKind.DEALLOCATE && server.status() != 'E') {
      deallocateInTransaction(server, facts.effects().get(0), facts, total);
    } else if (namesAStatement(facts)) {
      renamed(server, facts, total);
    } else {
      session.carried().note(facts);
      server.expect(ReplyQueue.QUERY, session);
      session.groupSent();
      requests.begin(total, false);
      noteReset(facts);
      afterGroup(server);
    }
  }

  /** Inside a transaction, what a RESET takes back to the server's default must be ours at once. */
  private void noteReset(StatementFacts facts) {
    if (session.status() == 'T') {
      Variables restored = session.carried().afterReset(facts.effects());
      if (!restored.isEmpty()) {
        afterReset = restored;
      }
    }
  }

  /** From here on sequence values on this connection are ours; so far they were anybody's. */
  void forgetSequences(ServerConnection server) {
    server.query("DISCARD SEQUENCES", new Quiet());
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

  /**
   * Another session's sequence values may be left on the server connection; none is ours, because
   * nothing pinned us. Inside a batch they stay: what was read from a sequence before in it counts.
   */
  private void forgetForeignSequences(ServerConnection server, StatementFacts facts) {
    if (session.carried().pinReason() != null
        || session.status() != 'I'
        || server.groupOpen()
        || facts.effects().isEmpty()) {
      return;
    }
    for (Effect effect : facts.effects()) {
      if (effect.type() == Effect.Type.SEQUENCE_STATE) {
        requests.flushGathered();
        server.query("DISCARD SEQUENCES", new Quiet());
        return;
      }
    }
  }

  private boolean namesAStatement(StatementFacts facts) {
    for (Effect effect : facts.effects()) {
      if (nameOnServer(effect) != null) {
        return true;
      }
    }
    return false;
  }

  /**
   * PREPARE name AS …: the name becomes the content's, and the rest is kept for other connections.
   */
  private void prepare(ServerConnection server, StatementFacts facts, int total) {
    Effect effect = facts.effects().get(0);
    if (effect.type() != Effect.Type.PREPARE || effect.start() < 0) {
      session.carried().note(facts);
      server.expect(ReplyQueue.QUERY, session);
      session.groupSent();
      requests.begin(total, false);
      return;
    }
    ByteBuf input = requests.input();
    int text = input.readerIndex() + 5;
    byte[] name = bytes(effect.name());
    PreparedStatement existing = session.carried().names().get(name);
    PreparedStatement statement = existing;
    if (existing == null) {
      byte[] body = new byte[total - 6 - effect.end()];
      input.getBytes(text + effect.end(), body);
      statement = statement(server, body, true, inner(facts));
      if (server.confirmed(statement) && server.status() == 'E') {
        // Refused like every statement of a failed transaction; the one that is there stays.
        sendRenamed(server, facts, total, effect, statement);
        sessions.statements().release(statement);
        return;
      }
      session.carried().names().put(name, statement);
      if (server.confirmed(statement)) {
        known(server, "PREPARE", total);
        return;
      }
    } else {
      makeKnown(server, existing);
    }
    if (existing == null) {
      session.carried().note(facts); // one that fails because its name is taken has no effect
      closeOnServer(server, server.preparing(statement));
    }
    sendRenamed(server, facts, total, effect, statement);
  }

  /**
   * What each EXECUTE of the statement does: the effects found in the PREPARE, but for its name.
   */
  private static StatementFacts inner(StatementFacts facts) {
    List<Effect> effects = facts.effects().subList(1, facts.effects().size());
    return new StatementFacts(StatementKind.UNKNOWN, 1, List.copyOf(effects), false, false);
  }

  private void deallocateInTransaction(
      ServerConnection server, Effect effect, StatementFacts facts, int total) {
    if (effect.type() == Effect.Type.DEALLOCATE_ALL) {
      session.carried().names().clear();
      known(server, "DEALLOCATE ALL", total);
    } else if (session.carried().names().remove(bytes(effect.name()))) {
      known(server, "DEALLOCATE", total);
    } else if (nameOnServer(effect) != null) {
      renamed(server, facts, total);
    } else {
      session.carried().note(facts);
      server.expect(ReplyQueue.QUERY, session);
      session.groupSent();
      requests.begin(total, false);
    }
  }

  /** Answers with a tag, in its place: a Sync to the server stands for the statement. */
  private void known(ServerConnection server, String tag, int total) {
    requests.cut();
    requests.input().skipBytes(total);
    session.promiseTag(tag);
    server.expect(ReplyQueue.COMMAND_KNOWN, session);
    server.expect(ReplyQueue.SYNC, session);
    session.groupSent();
    PgWriter.empty(requests.out(5), FrontendType.SYNC);
  }

  private void renamed(ServerConnection server, StatementFacts facts, int total) {
    for (Effect effect : facts.effects()) {
      PreparedStatement statement = named(effect);
      if (statement != null) {
        makeKnown(server, statement);
        noteEffectsOf(statement.facts());
      }
    }
    session.carried().note(facts);
    sendRenamed(server, facts, total, null, null);
  }

  private PreparedStatement named(Effect effect) {
    return namesOne(effect) ? session.carried().names().get(bytes(effect.name())) : null;
  }

  private static boolean namesOne(Effect effect) {
    return (effect.type() == Effect.Type.EXECUTE || effect.type() == Effect.Type.DEALLOCATE)
        && effect.start() >= 0;
  }

  /**
   * What the server is to read in the place of the effect's name; null where the name may stay. An
   * unknown name that looks like one of ours must not reach a statement of somebody else's.
   */
  private byte[] nameOnServer(Effect effect) {
    PreparedStatement statement = named(effect);
    if (statement != null) {
      return statement.serverName();
    }
    return namesOne(effect) && effect.name().startsWith(PreparedStatement.PREFIX)
        ? bytes("\"_" + effect.name().replace("\"", "\"\"") + '"')
        : null;
  }

  /** Sends the Query at the reader's position with the names in it replaced. */
  private void sendRenamed(
      ServerConnection server,
      StatementFacts facts,
      int total,
      Effect prepared,
      PreparedStatement preparedAs) {
    requests.cut();
    ByteBuf input = requests.input();
    int text = input.readerIndex() + 5;
    int length = total - 6;
    ByteBuf out = requests.out(total + 64);
    int start = PgWriter.begin(out, FrontendType.QUERY);
    int done = 0;
    for (Effect effect : facts.effects()) {
      PreparedStatement statement = effect == prepared ? preparedAs : named(effect);
      byte[] name = effect == prepared ? preparedAs.serverName() : nameOnServer(effect);
      if (name != null) {
        out.writeBytes(input, text + done, effect.start() - done);
        out.writeBytes(name);
        done = effect.end();
        if (statement != null && effect.type() == Effect.Type.DEALLOCATE) {
          session.carried().names().remove(bytes(effect.name()));
          server.forget(statement);
        }
      }
    }
    out.writeBytes(input, text + done, length - done).writeByte(0);
    PgWriter.end(out, start);
    input.skipBytes(total);
    server.expect(ReplyQueue.QUERY, session);
    session.groupSent();
  }

  /**
   * Prepares a statement on the server ahead of the client's next message, in a group of the node's
   * own.
   */
  private void makeKnown(ServerConnection server, PreparedStatement statement) {
    if (server.knows(statement)) {
      session.counters().preparedHit();
      return;
    }
    session.counters().preparedParsed();
    requests.flushGathered();
    Quiet quiet = new Quiet();
    if (statement.isSql()) {
      closeOnServer(server, server.preparing(statement));
      requests.flushGathered();
      server.query(
          "PREPARE "
              + new String(statement.serverName(), StandardCharsets.US_ASCII)
              + new String(statement.body(), StandardCharsets.UTF_8),
          new Quiet() {
            @Override
            protected void done(ServerConnection from, PgError error) {
              if (error != null) {
                from.forget(statement);
              } else {
                from.confirm(statement);
              }
              super.done(from, error);
            }
          });
      return;
    }
    ByteBuf out = requests.out(statement.body().length + 64);
    PreparedStatement evicted = server.parsing(new ServerConnection.PendingParse(statement, null));
    if (evicted != null) {
      PgWriter.closeStatement(out, evicted.serverName());
      server.expect(ReplyQueue.CLOSE_OURS, quiet);
    }
    PgWriter.parse(out, statement.serverName(), statement.body(), statement.body().length);
    server.expect(ReplyQueue.PARSE_OURS, quiet);
    PgWriter.empty(out, FrontendType.SYNC);
    server.expect(ReplyQueue.SYNC, quiet);
  }

  private void closeOnServer(ServerConnection server, PreparedStatement evicted) {
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

  // ---- extended protocol

  /** Sends, or answers, a whole Parse message. */
  boolean parse(ServerConnection server, int total) {
    ByteBuf input = requests.input();
    int at = input.readerIndex() + 5;
    int end = input.readerIndex() + total;
    int nameEnd = input.indexOf(at, end, (byte) 0);
    int textEnd = nameEnd < 0 ? -1 : input.indexOf(nameEnd + 1, end, (byte) 0);
    if (textEnd < 0) {
      session.protocolError("invalid string in message");
      return false;
    }
    int length = textEnd - nameEnd - 1;
    byte[] sql = loop.scratch(length);
    input.getBytes(nameEnd + 1, sql, 0, length);
    StatementFacts facts = sessions.classifier().classify(sql, 0, length, standardStrings());
    if (facts.kind() == StatementKind.PREPARE) {
      // The text of a prepared PREPARE is out of our reach when it runs: its name stays the
      // client's, on this connection.
      session.pin("PREPARE through the extended protocol");
    }
    forgetForeignSequences(server, facts);
    ByteBuf body = input.slice(nameEnd + 1, end - nameEnd - 1);
    if (namesAStatement(facts)) {
      body = renamedBody(server, facts, body, length);
    }
    if (nameEnd == at) {
      return parseUnnamed(server, body, total, facts);
    }
    byte[] name = new byte[nameEnd - at];
    input.getBytes(at, name);
    return parseNamed(server, name, body, total, facts);
  }

  /**
   * A Parse's body whose text names statements, with their names on the server; those are made
   * known to it first.
   */
  private ByteBuf renamedBody(
      ServerConnection server, StatementFacts facts, ByteBuf body, int length) {
    ByteBuf renamed = Unpooled.buffer(body.readableBytes() + 64);
    int done = 0;
    for (Effect effect : facts.effects()) {
      PreparedStatement statement = named(effect);
      byte[] name = nameOnServer(effect);
      if (statement != null) {
        if (statement.isSql() && !server.groupOpen()) {
          makeKnown(server, statement);
        } else {
          makeKnownInBatch(server, statement);
        }
      }
      if (name != null) {
        renamed.writeBytes(body, done, effect.start() - done).writeBytes(name);
        done = effect.end();
      }
    }
    return renamed.writeBytes(body, done, body.readableBytes() - done);
  }

  /**
   * @param body only read
   */
  private boolean parseUnnamed(
      ServerConnection server, ByteBuf body, int total, StatementFacts facts) {
    int bodyLength = body.readableBytes();
    releaseCached();
    if (session.vdb().settings().vdb().prepared().anonymousParse() == AnonymousParse.CACHE) {
      unnamedCached = statement(server, copy(body), false, facts);
      unnamedLength = -1;
      sendParse(server, unnamedCached, this::releaseCached, total);
      return true;
    }
    if (unnamedBody.length < bodyLength) {
      unnamedBody = new byte[Math.max(bodyLength, Math.min(bodyLength * 2, 1024))];
    }
    body.getBytes(body.readerIndex(), unnamedBody, 0, bodyLength);
    unnamedLength = bodyLength;
    unnamedFacts = facts;
    server.unnamed(this, ++unnamedVersion);
    server.parsing(unnamedParse);
    server.expect(ReplyQueue.PARSE, session);
    if (namesAStatement(facts)) {
      requests.cut();
      requests.input().skipBytes(total);
      PgWriter.parse(requests.out(bodyLength + 32), UNNAMED, unnamedBody, bodyLength);
    } else {
      requests.begin(total, false);
    }
    return true;
  }

  /**
   * The statement of this content. While another client's Parse of the same text is on its way,
   * nobody can say whether it will succeed: then this one gets a name of its own.
   */
  private PreparedStatement statement(
      ServerConnection server, byte[] content, boolean sql, StatementFacts facts) {
    long epoch = session.vdb().schemaEpoch();
    PreparedStatement shared = sessions.statements().acquire(content, sql, facts, scope(), epoch);
    if (!server.knows(shared) || server.confirmed(shared)) {
      return shared;
    }
    sessions.statements().release(shared);
    return sessions.statements().acquireAlone(content, sql, facts, scope(), epoch);
  }

  private static byte[] copy(ByteBuf body) {
    byte[] bytes = new byte[body.readableBytes()];
    body.getBytes(body.readerIndex(), bytes);
    return bytes;
  }

  private boolean parseNamed(
      ServerConnection server, byte[] name, ByteBuf body, int total, StatementFacts facts) {
    PreparedNames names = session.carried().names();
    PreparedStatement existing = names.get(name);
    if (existing != null) {
      refuseTakenName(server, total);
      return true;
    }
    if (names.size() >= session.vdb().settings().vdb().prepared().perClient()) {
      session.fatal(
          PgError.fatal("53400", "too many prepared statements")
              .withDetail(
                  "prepared.perClient is "
                      + session.vdb().settings().vdb().prepared().perClient()
                      + "."));
      return false;
    }
    PreparedStatement statement = statement(server, copy(body), false, facts);
    names.put(name, statement);
    sendParse(server, statement, () -> names.remove(name, statement), total);
    return true;
  }

  /**
   * The server itself says, in its place, that a name is taken: it is asked twice for a statement
   * of a name that nobody has.
   */
  private void refuseTakenName(ServerConnection server, int total) {
    requests.cut();
    requests.input().skipBytes(total);
    ByteBuf out = requests.out(128);
    PgWriter.closeStatement(out, TAKEN);
    server.expect(ReplyQueue.CLOSE_OURS, session);
    PgWriter.parse(out, TAKEN, EMPTY_STATEMENT, EMPTY_STATEMENT.length);
    server.parsing(new ServerConnection.PendingParse(null, null));
    server.expect(ReplyQueue.PARSE_OURS, session);
    PgWriter.parse(out, TAKEN, EMPTY_STATEMENT, EMPTY_STATEMENT.length);
    server.parsing(new ServerConnection.PendingParse(null, null));
    server.expect(ReplyQueue.PARSE, session);
  }

  /** Sends the Parse at the reader's position under the statement's own name, or answers it. */
  private void sendParse(
      ServerConnection server, PreparedStatement statement, Runnable undo, int total) {
    requests.cut();
    requests.input().skipBytes(total);
    if (server.confirmed(statement)) {
      session.counters().preparedHit();
      server.expect(ReplyQueue.PARSE_KNOWN, session);
      return;
    }
    session.counters().preparedParsed();
    ByteBuf out = requests.out(statement.body().length + 64);
    closeInBatch(server, out, server.parsing(new ServerConnection.PendingParse(statement, undo)));
    PgWriter.parse(out, statement.serverName(), statement.body(), statement.body().length);
    server.expect(ReplyQueue.PARSE, session);
  }

  private void closeInBatch(ServerConnection server, ByteBuf out, PreparedStatement evicted) {
    if (evicted != null) {
      PgWriter.closeStatement(out, evicted.serverName());
      server.expect(ReplyQueue.CLOSE_OURS, session);
    }
  }

  /**
   * Puts a Parse before the client's message, inside its batch, when the server lacks the
   * statement.
   */
  private void makeKnownInBatch(ServerConnection server, PreparedStatement statement) {
    if (server.knows(statement) || statement.isSql()) {
      session.counters().preparedHit();
      return;
    }
    session.counters().preparedParsed();
    requests.cut();
    ByteBuf out = requests.out(statement.body().length + 64);
    closeInBatch(server, out, server.parsing(new ServerConnection.PendingParse(statement, null)));
    PgWriter.parse(out, statement.serverName(), statement.body(), statement.body().length);
    server.expect(ReplyQueue.PARSE_OURS, session);
  }

  /**
   * Sends a Bind, its statement renamed; parameters may still be on their way.
   *
   * @return whether the names were there
   */
  boolean bind(ServerConnection server, long total) {
    ByteBuf input = requests.input();
    int at = input.readerIndex() + 5;
    int end = (int) Math.min(input.readerIndex() + total, input.writerIndex());
    int portalEnd = input.indexOf(at, end, (byte) 0);
    int nameEnd = portalEnd < 0 ? -1 : input.indexOf(portalEnd + 1, end, (byte) 0);
    if (nameEnd < 0) {
      if (end - at > MAX_NAMES || input.readableBytes() >= total) {
        session.protocolError("invalid string in message");
      }
      return false;
    }
    int nameLength = nameEnd - portalEnd - 1;
    StatementFacts bound = factsOf(input, portalEnd + 1, nameLength);
    if (bound != null && !bound.effects().isEmpty() && !session.listening().ready(bound)) {
      return false;
    }
    if (nameLength == 0) {
      bindUnnamed(server);
      if (unnamedCached == null) {
        server.expect(ReplyQueue.BIND, session);
        requests.begin(total, false);
        return true;
      }
    }
    PreparedStatement statement =
        nameLength == 0
            ? unnamedCached
            : session.carried().names().get(input, portalEnd + 1, nameLength);
    byte[] serverName;
    if (statement == null) {
      if (!startsWithPrefix(input, portalEnd + 1, nameLength)) {
        server.expect(ReplyQueue.BIND, session);
        requests.begin(total, false);
        return true;
      }
      serverName = strangersName(input, portalEnd + 1, nameLength);
    } else {
      forgetForeignSequences(server, statement.facts());
      if (statement.isSql() && !server.groupOpen()) {
        makeKnown(server, statement);
      }
      makeKnownInBatch(server, statement);
      noteEffectsOf(statement.facts());
      serverName = statement.serverName();
    }
    requests.cut();
    ByteBuf out = requests.out(end - input.readerIndex() + 32);
    int portalLength = portalEnd - at + 1;
    out.writeByte(FrontendType.BIND)
        .writeInt((int) (total - 1 - nameLength + serverName.length))
        .writeBytes(input, at, portalLength)
        .writeBytes(serverName);
    int consumed = 5 + portalLength + nameLength;
    input.skipBytes(consumed);
    server.expect(ReplyQueue.BIND, session);
    requests.begin(total - consumed, false);
    return true;
  }

  private StatementFacts factsOf(ByteBuf input, int nameAt, int nameLength) {
    if (nameLength == 0 && unnamedCached == null) {
      return unnamedLength < 0 ? null : unnamedFacts;
    }
    PreparedStatement statement =
        nameLength == 0 ? unnamedCached : session.carried().names().get(input, nameAt, nameLength);
    return statement == null ? null : statement.facts();
  }

  private void bindUnnamed(ServerConnection server) {
    if (unnamedCached != null || unnamedLength < 0) {
      return; // the server says that there is no unnamed statement
    }
    if (unnamedFacts != null) {
      forgetForeignSequences(server, unnamedFacts);
    }
    noteEffectsOf(unnamedFacts);
    if (!server.hasUnnamed(this, unnamedVersion)) {
      requests.cut();
      PgWriter.parse(requests.out(unnamedLength + 32), UNNAMED, unnamedBody, unnamedLength);
      server.unnamed(this, unnamedVersion);
      server.parsing(unnamedParse);
      server.expect(ReplyQueue.PARSE_OURS, session);
    }
  }

  private void noteEffectsOf(StatementFacts facts) {
    if (facts != null && (!facts.effects().isEmpty() || facts.kind() == StatementKind.DDL)) {
      session.carried().note(facts);
      noteReset(facts);
    }
  }

  /** Describe and Close of statements are renamed or answered; those of portals pass. */
  void describeOrClose(ServerConnection server, byte type, int total) {
    ByteBuf input = requests.input();
    int at = input.readerIndex() + 5;
    boolean close = type == FrontendType.CLOSE;
    if (total < 7 || input.getByte(at) != 'S') {
      server.expect(close ? ReplyQueue.CLOSE : ReplyQueue.DESCRIBE, session);
      requests.begin(total, false);
      return;
    }
    int length = total - 7;
    if (length == 0) {
      unnamedStatement(server, close, total);
      return;
    }
    PreparedStatement statement = session.carried().names().get(input, at + 1, length);
    if (close) {
      byte[] name = new byte[length];
      input.getBytes(at + 1, name);
      session.carried().names().remove(name);
      requests.cut();
      input.skipBytes(total);
      server.expect(ReplyQueue.CLOSE_KNOWN, session);
      return;
    }
    if (statement == null && !startsWithPrefix(input, at + 1, length)) {
      server.expect(ReplyQueue.DESCRIBE, session);
      requests.begin(total, false);
      return;
    }
    byte[] serverName =
        statement == null ? strangersName(input, at + 1, length) : statement.serverName();
    if (statement != null) {
      makeKnownInBatch(server, statement);
    }
    describe(server, serverName, total);
  }

  private void unnamedStatement(ServerConnection server, boolean close, int total) {
    if (close) {
      forgetUnnamed();
      server.unnamed(null, 0);
    } else if (unnamedCached != null) {
      makeKnownInBatch(server, unnamedCached);
      describe(server, unnamedCached.serverName(), total);
      return;
    } else {
      bindUnnamed(server);
    }
    server.expect(close ? ReplyQueue.CLOSE : ReplyQueue.DESCRIBE, session);
    requests.begin(total, false);
  }

  private void describe(ServerConnection server, byte[] serverName, int total) {
    requests.cut();
    requests.input().skipBytes(total);
    requests
        .out(serverName.length + 8)
        .writeByte(FrontendType.DESCRIBE)
        .writeInt(4 + 1 + serverName.length + 1)
        .writeByte('S')
        .writeBytes(serverName)
        .writeByte(0);
    server.expect(ReplyQueue.DESCRIBE, session);
  }

  /**
   * A client's unknown name that looks like one of ours must not reach a statement of somebody
   * else's.
   */
  private static boolean startsWithPrefix(ByteBuf input, int at, int length) {
    if (length < PREFIX.length) {
      return false;
    }
    for (int i = 0; i < PREFIX.length; i++) {
      if (input.getByte(at + i) != PREFIX[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] strangersName(ByteBuf input, int at, int length) {
    byte[] name = new byte[length + 1];
    name[0] = '_';
    input.getBytes(at, name, 1, length);
    return name;
  }

  /** After a simple query, a Close or a failed Parse there is no unnamed statement. */
  private void forgetUnnamed() {
    unnamedLength = -1;
    unnamedFacts = null;
    if (unnamedBody.length > 4096) {
      unnamedBody = UNNAMED;
    }
    releaseCached();
  }

  private void releaseCached() {
    if (unnamedCached != null) {
      sessions.statements().release(unnamedCached);
      unnamedCached = null;
    }
  }

  void release() {
    forgetUnnamed();
  }

  /** What names in a statement's text are resolved through. */
  private String scope() {
    String path = session.carried().variables().get("search_path");
    String role = session.carried().variables().get("role");
    return path == null && role == null
        ? session.pool().key().database()
        : session.pool().key().database() + '\0' + path + '\0' + role;
  }

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }
}
