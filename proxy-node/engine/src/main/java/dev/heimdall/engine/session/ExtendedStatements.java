package dev.heimdall.engine.session;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.action.Parameter;
import dev.heimdall.engine.backend.PreparedStatement;
import dev.heimdall.engine.backend.PreparedStatement.Origin;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerStatements;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.Examined;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.rules.Decision;
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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
  private final ServerStatements.PendingName unnamedParse;
  private byte[] unnamedBody = UNNAMED;
  private int unnamedLength = -1;
  private long unnamedVersion;
  private StatementFacts unnamedFacts;
  private Examined unnamedExamined;
  private PreparedStatement unnamedCached;
  private final Runnable releaseCached = this::releaseCached;
  private final BatchReplay replays;
  private final Course course;

  /** The portal that we answer for, and what for; null when there is none. */
  private byte[] localPortal;

  private String localTag;

  /** The text of the Parse that is being read is a rule's. */
  private boolean transformed;

  /** Names whose Parse the server may not have answered yet. */
  private final Set<String> unanswered = new HashSet<>(0);

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
    this.unnamedParse = new ServerStatements.PendingName(null, this::forgetUnnamed);
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
    forgetAnswered(server);
    if (!course.judges()) {
      StatementFacts facts =
          sessions.classifier().classify(sql, 0, length, names.standardStrings());
      return parse(server, total, nameEnd, length, facts, null);
    }
    if (!course.preview(sql, length, names.standardStrings())) {
      requests.block();
      return false;
    }
    QueryPipeline previewed = course.previewed();
    PgError refusal = Course.refusal(previewed.decision());
    if (refusal != null) {
      raise(server, refusal, total);
      return true;
    }
    Examined examined =
        previewed.isOf(unnamedExamined)
            ? unnamedExamined
            : previewed.keep(
                new Examined(), Arrays.copyOf(sql, length), length, names.standardStrings());
    if (previewed.decision().transformed().isEmpty()) {
      return parse(server, total, nameEnd, length, previewed.effects(), examined);
    }
    byte[] changed = previewed.decision().transformed().get().getBytes(StandardCharsets.UTF_8);
    int nameLength = nameEnd - at;
    requests.replaceText(FrontendType.PARSE, nameLength + 1, changed, length, total);
    StatementFacts facts =
        sessions.classifier().classify(changed, 0, changed.length, names.standardStrings());
    transformed = true;
    try {
      return parse(
          server,
          total + changed.length - length,
          requests.input().readerIndex() + 5 + nameLength,
          changed.length,
          facts,
          examined);
    } finally {
      transformed = false;
    }
  }

  /**
   * @param nameEnd the zero byte behind the name
   * @param length of the text
   * @param examined what the pipeline found of the text that the client sent; null where nobody
   *     asked
   */
  private boolean parse(
      ServerConnection server,
      int total,
      int nameEnd,
      int length,
      StatementFacts facts,
      Examined examined) {
    ByteBuf input = requests.input();
    int at = input.readerIndex() + 5;
    int end = input.readerIndex() + total;
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
      unnamedExamined = examined;
      if (!transformed && replays.mayReplay(server, input, total, facts)) {
        parseAnonymous(server, body, total, facts);
        return true;
      }
      return parseUnnamed(server, body, total, facts);
    }
    byte[] name = new byte[nameEnd - at];
    input.getBytes(at, name);
    return parseNamed(server, name, body, total, facts, examined);
  }

  /** The server itself says the error, so that it fails the batch and keeps its place. */
  private void raise(ServerConnection server, PgError error, long total) {
    requests.begin(total, true);
    names.runInBatch(server, ServerNames.raising(error));
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
    int length = body.readableBytes();
    byte[] content = loop.scratch(length);
    body.getBytes(body.readerIndex(), content, 0, length);
    PreparedStatement next = names.anonymous(content, length, facts);
    releaseCached(); // after the other: often it is the same
    unnamedCached = next;
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
    if (transformed || names.namesAStatement(facts)) {
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
      ServerConnection server,
      byte[] name,
      ByteBuf body,
      int total,
      StatementFacts facts,
      Examined examined) {
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
    PreparedStatement statement =
        transformed
            ? names.alone(copy(body), facts)
            : names.statement(server, copy(body), Origin.NAMED, facts);
    statement.source(examined);
    own.put(name, statement);
    unanswered.add(new String(name, StandardCharsets.ISO_8859_1));
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
    server.statements().parsing(new ServerStatements.PendingName(null, null));
    server.expect(ReplyQueue.PARSE_OURS, session);
    PgWriter.parse(out, TAKEN, EMPTY_STATEMENT, EMPTY_STATEMENT.length);
    server.statements().parsing(new ServerStatements.PendingName(null, null));
    server.expect(ReplyQueue.PARSE, session);
  }

  /** Sends the Parse at the reader's position under the statement's own name, or answers it. */
  private void sendParse(
      ServerConnection server, PreparedStatement statement, Runnable undo, int total) {
    requests.cut();
    requests.input().skipBytes(total);
    if (server.statements().confirmed(statement)) {
      session.counters().preparedHit();
      server.statements().parsing(new ServerStatements.PendingName(null, undo));
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
    Examined examined = examinedOf(input, portalEnd + 1, nameLength);
    if (examined != null && course.judges()) {
      if (!course.judge(examined)) {
        requests.block();
        return false;
      }
      if (answeredByRule(server, total, at, portalEnd)) {
        return true;
      }
      if (course.defers()) {
        if (input.readableBytes() < total) {
          return false;
        }
        Boolean done = deferred(server, (int) total, at, portalEnd, nameEnd);
        if (done != null) {
          return done;
        }
      }
    }
    StatementFacts bound = factsOf(input, portalEnd + 1, nameLength);
    if (bound != null && !bound.effects().isEmpty() && !session.listening().ready(bound)) {
      return false;
    }
    if (examined != null) {
      course.sent(server);
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

  private Examined examinedOf(ByteBuf input, int nameAt, int nameLength) {
    if (nameLength == 0) {
      return unnamedCached == null && unnamedLength < 0 ? null : unnamedExamined;
    }
    PreparedStatement statement = session.carried().names().get(input, nameAt, nameLength);
    return statement == null ? null : (Examined) statement.source();
  }

  /** Whether a rule's refusal or result took the place of the Bind at the reader's position. */
  private boolean answeredByRule(ServerConnection server, long total, int portalAt, int portalEnd) {
    localPortal = null;
    PgError refusal = course.refusal();
    if (refusal != null) {
      course.sent(server);
      raise(server, refusal, total);
      return true;
    }
    Decision decision = course.decision();
    if (decision.result().isPresent()) {
      answerLocally(server, total, portalAt, portalEnd, decision.result().getAsInt());
      return true;
    }
    return false;
  }

  /** The Bind's portal is ours from now on: as if it had been about so many rows. */
  private void answerLocally(
      ServerConnection server, long total, int portalAt, int portalEnd, long rows) {
    localPortal = new byte[portalEnd - portalAt];
    requests.input().getBytes(portalAt, localPortal);
    Examined examined = course.examined();
    localTag =
        ResultTag.of(
            course.effects(), Unpooled.wrappedBuffer(examined.sql()), 0, examined.length(), rows);
    course.sent(server);
    server.expect(ReplyQueue.BIND_KNOWN, session);
    requests.begin(total, true);
  }

  /** Whether the Bind's statement was put off; null when it is to be sent. */
  private Boolean deferred(
      ServerConnection server, int total, int portalAt, int portalEnd, int nameEnd) {
    ByteBuf input = requests.input();
    int end = input.readerIndex() + total;
    List<Parameter> parameters =
        BindParameters.read(input, nameEnd + 1, end, types(input, portalEnd + 1, nameEnd));
    if (parameters == null) {
      return null; // the server says what is wrong
    }
    Examined examined = course.examined();
    String sql = new String(examined.sql(), 0, examined.length(), StandardCharsets.UTF_8);
    switch (course.defer(sql, examined.standardStrings(), parameters)) {
      case WAIT -> {
        requests.block();
        return false;
      }
      case DONE -> {
        Executed outcome = course.deferred();
        if (outcome.succeeded()) {
          answerLocally(server, total, portalAt, portalEnd, outcome.rows());
        } else {
          course.sent(server);
          raise(server, SideActions.failure(outcome), total);
        }
        return true;
      }
      default -> {
        return null;
      }
    }
  }

  private int[] types(ByteBuf input, int nameAt, int nameEnd) {
    if (nameEnd == nameAt && unnamedCached == null) {
      return BindParameters.types(unnamedBody, Math.max(0, unnamedLength));
    }
    PreparedStatement statement =
        nameEnd == nameAt
            ? unnamedCached
            : session.carried().names().get(input, nameAt, nameEnd - nameAt);
    return statement == null
        ? new int[0]
        : BindParameters.types(statement.body(), statement.body().length);
  }

  /** Whether a message about a portal, whole at the reader's position, is about one of ours. */
  private boolean isLocal(ByteBuf input, int nameAt) {
    if (localPortal == null) {
      return false;
    }
    for (int i = 0; i < localPortal.length; i++) {
      if (input.getByte(nameAt + i) != localPortal[i]) {
        return false;
      }
    }
    return input.getByte(nameAt + localPortal.length) == 0;
  }

  /** Sends an Execute, or answers it. */
  void execute(ServerConnection server, int total) {
    if (isLocal(requests.input(), requests.input().readerIndex() + 5)) {
      session.promiseTag(localTag);
      server.expect(ReplyQueue.EXECUTE_KNOWN, session);
      requests.begin(total, true);
      return;
    }
    server.expect(ReplyQueue.EXECUTE, session);
    requests.begin(total, false);
  }

  /**
   * Before a batch gets a server connection: what rules say to the first statement that it runs.
   *
   * @return whether the batch may go on
   */
  boolean judgeBatch() {
    if (course.onItsWay() || !course.ruled()) {
      return true;
    }
    ByteBuf input = requests.input();
    int parsed = -1;
    int at = input.readerIndex();
    int end = input.writerIndex();
    while (end - at >= 5) {
      byte type = input.getByte(at);
      int length = input.getInt(at + 1);
      if (length < 4 || length >= end - at || type == FrontendType.SYNC) {
        return true;
      }
      if (type == FrontendType.PARSE) {
        parsed = at;
      } else if (type == FrontendType.BIND) {
        return judgeBind(at, at + 1 + length, parsed);
      }
      at += length + 1;
    }
    return true;
  }

  private boolean judgeBind(int bind, int end, int parse) {
    ByteBuf input = requests.input();
    int portalEnd = input.indexOf(bind + 5, end, (byte) 0);
    int nameEnd = portalEnd < 0 ? -1 : input.indexOf(portalEnd + 1, end, (byte) 0);
    if (nameEnd < 0) {
      return true; // the error comes when it is read
    }
    boolean go = true;
    if (parse >= 0 && sameName(input, parse + 5, portalEnd + 1)) {
      int parseEnd = parse + 1 + input.getInt(parse + 1);
      int textAt = input.indexOf(parse + 5, parseEnd, (byte) 0) + 1;
      int textEnd = input.indexOf(textAt, parseEnd, (byte) 0);
      if (textEnd < 0) {
        return true;
      }
      byte[] sql = loop.scratch(textEnd - textAt);
      input.getBytes(textAt, sql, 0, textEnd - textAt);
      go = course.judge(sql, 0, textEnd - textAt, names.standardStrings(), true);
    } else {
      Examined examined = examinedOf(input, portalEnd + 1, nameEnd - portalEnd - 1);
      go = examined == null || course.judge(examined);
    }
    return go;
  }

  private static boolean sameName(ByteBuf input, int first, int second) {
    for (int i = 0; ; i++) {
      byte b = input.getByte(first + i);
      if (b != input.getByte(second + i)) {
        return false;
      }
      if (b == 0) {
        return true;
      }
    }
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
    if (!close && total >= 7 && input.getByte(at) == 'P' && isLocal(input, at + 1)) {
      server.expect(ReplyQueue.DESCRIBE_KNOWN, session);
      requests.begin(total, true);
      return;
    }
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
      forgetAnswered(server);
      // Whether one just parsed will exist is not known: it is then better closed than there.
      boolean settled =
          statement != null && !unanswered.contains(new String(name, StandardCharsets.ISO_8859_1));
      server
          .statements()
          .parsing(
              new ServerStatements.PendingName(
                  null, settled ? () -> names.reopen(name, statement) : null));
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

  private void forgetAnswered(ServerConnection server) {
    if (!unanswered.isEmpty() && session.outstanding() == 0 && !server.groupOpen()) {
      unanswered.clear();
    }
  }

  /**
   * The client's unnamed statement is this one, which no server has seen.
   *
   * @param body text, zero byte and parameter types
   */
  void unnamed(byte[] body, StatementFacts facts) {
    releaseCached();
    unnamedBody = body;
    unnamedLength = body.length;
    unnamedFacts = facts;
    unnamedVersion++;
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
