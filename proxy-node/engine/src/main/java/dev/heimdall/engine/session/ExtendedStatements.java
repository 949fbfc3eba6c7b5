package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.PreparedStatement;
import dev.heimdall.engine.backend.PreparedStatement.Origin;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerStatements;
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

/**
 * Sends one client's extended-protocol messages, its statements under their names on the server.
 */
final class ExtendedStatements {
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
  private final ServerNames names;
  private final SequenceGuard sequences;
  private final ServerStatements.PendingParse unnamedParse;
  private byte[] unnamedBody = UNNAMED;
  private int unnamedLength = -1;
  private long unnamedVersion;
  private StatementFacts unnamedFacts;
  private PreparedStatement unnamedCached;
  private final Runnable releaseCached = this::releaseCached;
  private final BatchReplay replays;
  private final Course course;

  ExtendedStatements(
      ClientSession session,
      RequestReader requests,
      LoopSessions sessions,
      ServerNames names,
      SequenceGuard sequences,
      BatchReplay replays,
      Course course) {
    this.course = course;
    this.replays = replays;
    this.session = session;
    this.requests = requests;
    this.loop = sessions.context();
    this.sessions = sessions;
    this.names = names;
    this.sequences = sequences;
    this.unnamedParse = new ServerStatements.PendingParse(null, this::forgetUnnamed);
  }

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
    StatementFacts facts = sessions.classifier().classify(sql, 0, length, names.standardStrings());
    if (facts.kind() == StatementKind.PREPARE) {
      // The text of a prepared PREPARE is out of our reach when it runs: its name stays the
      // client's, on this connection.
      session.pin("PREPARE through the extended protocol");
    }
    sequences.beforeParse(server, facts);
    ByteBuf body = input.slice(nameEnd + 1, end - nameEnd - 1);
    if (names.namesAStatement(facts)) {
      body = renamedBody(server, facts, body, length);
    }
    if (nameEnd == at) {
      if (replays.mayReplay(server, input, total, facts)) {
        parseAnonymous(server, body, total, facts);
        return true;
      }
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
      PreparedStatement statement = names.named(effect);
      byte[] name = names.nameOnServer(effect);
      if (statement != null) {
        if (statement.isSql() && !server.groupOpen()) {
          names.makeKnown(server, statement);
        } else {
          names.makeKnownInBatch(server, statement);
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
   * A text that comes again and again stays prepared; the server plans it as one that was just
   * parsed, and if it has become stale the batch is sent once more.
   *
   * @param body only read
   */
  private void parseAnonymous(
      ServerConnection server, ByteBuf body, int total, StatementFacts facts) {
    releaseCached();
    int length = body.readableBytes();
    byte[] content = loop.scratch(length);
    body.getBytes(body.readerIndex(), content, 0, length);
    unnamedCached = names.anonymous(content, length, facts);
    unnamedLength = -1;
    boolean again = replays.sendingAgain();
    if (!again) {
      replays.keep(requests.input());
    }
    if (!again && !server.statements().worn(unnamedCached)) {
      sendParse(server, unnamedCached, releaseCached, total);
      return;
    }
    requests.cut();
    requests.input().skipBytes(total);
    names.parseInBatch(
        server, unnamedCached, releaseCached, again ? ReplyQueue.PARSE_OURS : ReplyQueue.PARSE);
  }

  /**
   * @param body only read
   */
  private boolean parseUnnamed(
      ServerConnection server, ByteBuf body, int total, StatementFacts facts) {
    int bodyLength = body.readableBytes();
    releaseCached();
    if (session.vdb().settings().vdb().prepared().anonymousParse() == AnonymousParse.CACHE) {
      unnamedCached = names.statement(server, copy(body), Origin.NAMED, facts);
      unnamedLength = -1;
      sendParse(server, unnamedCached, releaseCached, total);
      return true;
    }
    if (unnamedBody.length < bodyLength) {
      unnamedBody = new byte[Math.max(bodyLength, Math.min(bodyLength * 2, 1024))];
    }
    body.getBytes(body.readerIndex(), unnamedBody, 0, bodyLength);
    unnamedLength = bodyLength;
    unnamedFacts = facts;
    server.statements().unnamed(this, ++unnamedVersion);
    server.statements().parsing(unnamedParse);
    server.expect(ReplyQueue.PARSE, session);
    if (names.namesAStatement(facts)) {
      requests.cut();
      requests.input().skipBytes(total);
      PgWriter.parse(requests.out(bodyLength + 32), UNNAMED, unnamedBody, bodyLength);
    } else {
      requests.begin(total, false);
    }
    return true;
  }

  private static byte[] copy(ByteBuf body) {
    byte[] bytes = new byte[body.readableBytes()];
    body.getBytes(body.readerIndex(), bytes);
    return bytes;
  }

  private boolean parseNamed(
      ServerConnection server, byte[] name, ByteBuf body, int total, StatementFacts facts) {
    PreparedNames own = session.carried().names();
    PreparedStatement existing = own.get(name);
    if (existing != null) {
      refuseTakenName(server, total);
      return true;
    }
    if (own.size() >= session.vdb().settings().vdb().prepared().perClient()) {
      session.fatal(
          PgError.fatal("53400", "too many prepared statements")
              .withDetail(
                  "prepared.perClient is "
                      + session.vdb().settings().vdb().prepared().perClient()
                      + "."));
      return false;
    }
    PreparedStatement statement = names.statement(server, copy(body), Origin.NAMED, facts);
    own.put(name, statement);
    sendParse(server, statement, () -> own.remove(name, statement), total);
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
    server.statements().parsing(new ServerStatements.PendingParse(null, null));
    server.expect(ReplyQueue.PARSE_OURS, session);
    PgWriter.parse(out, TAKEN, EMPTY_STATEMENT, EMPTY_STATEMENT.length);
    server.statements().parsing(new ServerStatements.PendingParse(null, null));
    server.expect(ReplyQueue.PARSE, session);
  }

  /** Sends the Parse at the reader's position under the statement's own name, or answers it. */
  private void sendParse(
      ServerConnection server, PreparedStatement statement, Runnable undo, int total) {
    requests.cut();
    requests.input().skipBytes(total);
    if (server.statements().confirmed(statement)) {
      session.counters().preparedHit();
      server.statements().parsing(new ServerStatements.PendingParse(null, undo));
      server.expect(ReplyQueue.PARSE_KNOWN, session);
      return;
    }
    names.parseInBatch(server, statement, undo, ReplyQueue.PARSE);
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
      sequences.beforeRun(server, statement.facts());
      if (statement.isSql() && !server.groupOpen()) {
        names.makeKnown(server, statement);
      }
      names.makeKnownInBatch(server, statement);
      if (statement.isAnonymous()) {
        server.statements().bound(statement);
      }
      names.noteEffectsOf(statement.facts());
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
      sequences.beforeRun(server, unnamedFacts);
    }
    names.noteEffectsOf(unnamedFacts);
    if (!server.statements().hasUnnamed(this, unnamedVersion)) {
      requests.cut();
      PgWriter.parse(requests.out(unnamedLength + 32), UNNAMED, unnamedBody, unnamedLength);
      server.statements().unnamed(this, unnamedVersion);
      server.statements().parsing(unnamedParse);
      server.expect(ReplyQueue.PARSE_OURS, session);
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
      names.makeKnownInBatch(server, statement);
    }
    describe(server, serverName, total);
  }

  private void unnamedStatement(ServerConnection server, boolean close, int total) {
    if (close) {
      forgetUnnamed();
      server.statements().unnamed(null, 0);
    } else if (unnamedCached != null) {
      names.makeKnownInBatch(server, unnamedCached);
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
  void forgetUnnamed() {
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
}
