package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.journal.BatchReplay;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.prepared.NameUndo;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import dev.heimdall.engine.prepared.UnansweredNames;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.StatementOutcome;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.AnonymousParse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sends one client's Parse messages, or answers them: each statement under its own name on the
 * server, with the text that rules want, and not at all where the server has it already.
 */
final class ParseMessages {
  private static final byte[] UNNAMED = new byte[0];

  private static final byte[] TAKEN = StatementNames.TAKEN.getBytes(StandardCharsets.US_ASCII);

  private static final Effect PREPARED_BY_PREPARED =
      new Effect(
          Effect.Type.PIN,
          new PinReason("PREPARE through the extended protocol", true, true, false));

  private static final long ROOM_AGAIN_MILLIS = 20;

  /** No text and no parameter types. */
  private static final byte[] EMPTY_STATEMENT = new byte[3];

  private final HandledClient client;
  private final TransactionReplay notes;
  private final LoggedInSession owner;
  private final ClientRequests requests;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final NameResolution resolution;
  private final ClientInput pending;
  private final LoopContext loop;
  private final LoopSessions sessions;
  private final ServerNames names;
  private final SequenceGuard sequences;
  private final BatchReplay replays;
  private final StatementLifecycle lifecycle;
  private final UnnamedStatement unnamed;
  private final LocalPortal local;

  /** The text of the Parse that is being read is a rule's. */
  private boolean transformed;

  /** The statement of the Parse that is being read has a result that a rule gives. */
  private boolean answered;

  /** As what the Parse that is being read is read. */
  private LexerMode parsedIn = LexerMode.STANDARD;

  /**
   * True if the read that is being parsed may be run by another server than the one that describes
   * it, which its shape then decides.
   */
  private boolean runsElsewhere;

  /** Since when the Parse at the reader's position waits for room; 0 where none does. */
  private long waitingSince;

  private final UnansweredNames unanswered = new UnansweredNames();

  ParseMessages(
      RequestParts parts,
      ServerNames names,
      SequenceGuard sequences,
      UnnamedStatement unnamed,
      LocalPortal local) {
    this.notes = parts.notes();
    this.client = parts.client();
    this.owner = client.owner();
    this.requests = parts.control();
    this.carried = parts.carried();
    this.transaction = parts.transaction();
    this.resolution = parts.resolution();
    this.pending = parts.input();
    this.loop = parts.loop();
    this.sessions = parts.sessions();
    this.names = names;
    this.sequences = sequences;
    this.replays = parts.replay();
    this.lifecycle = parts.lifecycle();
    this.unnamed = unnamed;
    this.local = local;
  }

  /**
   * Sends, or answers, a whole Parse message.
   *
   * @param mayRunElsewhere whether it is a read that another server may run
   */
  boolean parse(ServerConnection server, int total, boolean mayRunElsewhere) {
    runsElsewhere = mayRunElsewhere;
    ByteBuf input = pending.bytes();
    int at = input.readerIndex() + 5;
    int end = input.readerIndex() + total;
    int nameEnd = input.indexOf(at, end, (byte) 0);
    int textEnd = nameEnd < 0 ? -1 : input.indexOf(nameEnd + 1, end, (byte) 0);
    if (textEnd < 0 || nameEnd - at > BatchShape.MAX_NAMES) {
      client.protocolError("invalid string in message");
      return false;
    }
    int length = textEnd - nameEnd - 1;
    if (nameEnd == at && awaitsRoom(end - nameEnd - 1, length)) {
      return false;
    }
    byte[] sql = loop.scratch(length);
    input.getBytes(nameEnd + 1, sql, 0, length);
    forgetAnswered(server);
    answered = false;
    if (!lifecycle.judges()) {
      parsedIn = names.lexerMode(sql, 0, length);
      StatementFacts facts = sessions.classifier().classify(sql, 0, length, parsedIn);
      return parse(server, total, nameEnd, length, facts, null);
    }
    int[] types = BindParameters.types(input, textEnd + 1, end);
    LexerMode mode = names.lexerMode(sql, 0, length);
    if (!lifecycle.preview(sql, length, mode, types)) {
      requests.block();
      return false;
    }
    QueryPipeline previewed = lifecycle.previewed();
    ServerError refusal = NextStatement.refusal(previewed.decision());
    answered = refusal == null && previewed.decision().result().isPresent();
    Optional<String> transform =
        refusal != null || replays.repeats() ? Optional.empty() : lifecycle.transformed();
    if (!notes.ruled(outcome(previewed.decision(), refusal, transform))) {
      return true;
    }
    if (refusal != null) {
      names.undoRejected(server, previewed.effects(), transaction);
      local.raise(server, refusal, total);
      return true;
    }
    ClassifiedText last = (ClassifiedText) unnamed.lastSource();
    ClassifiedText examined =
        previewed.isOf(last)
            ? last
            : previewed.keep(new ClassifiedText(), Arrays.copyOf(sql, length), length, mode);
    parsedIn = mode;
    if (transform.isEmpty()) {
      return parse(server, total, nameEnd, length, previewed.effects(), examined);
    }
    byte[] changed = transform.get().getBytes(StandardCharsets.UTF_8);
    int nameLength = nameEnd - at;
    TextChange.apply(pending, FrontendType.PARSE, nameLength + 1, changed, length, total);
    StatementFacts facts =
        sessions
            .classifier()
            .classify(changed, 0, changed.length, names.lexerMode(changed, 0, changed.length));
    transformed = true;
    try {
      return parse(
          server,
          total + changed.length - length,
          pending.bytes().readerIndex() + 5 + nameLength,
          changed.length,
          facts,
          examined);
    } finally {
      transformed = false;
    }
  }

  /**
   * True if an unnamed statement waits for others to give up theirs, for as long as one may wait
   * for a server connection.
   */
  private boolean awaitsRoom(int size, int length) {
    long needed = lifecycle.judges() ? size + (long) length : size;
    if (unnamed.mayBe(needed)) {
      waitingSince = 0;
      return false;
    }
    long now = loop.now();
    waitingSince = waitingSince == 0 ? now : waitingSince;
    if (now - waitingSince > client.queueTimeout().toNanos() || !unnamed.waitsFor(needed)) {
      return false; // refused, further on
    }
    requests.block();
    loop.later(client::resumeReading, ROOM_AGAIN_MILLIS, TimeUnit.MILLISECONDS, client::failed);
    return true;
  }

  private int outcome(Decision decision, ServerError refusal, Optional<String> transform) {
    if (refusal != null) {
      return StatementOutcome.REFUSED;
    }
    return answered
        ? StatementOutcome.result(decision)
        : transform.map(StatementOutcome::text).orElse(StatementOutcome.AS_IT_IS);
  }

  /**
   * @param nameEnd the zero byte behind the name
   * @param length of the text
   * @param read what the text does
   * @param examined what the pipeline found of the text that the client sent; null where not
   *     determined
   */
  private boolean parse(
      ServerConnection server,
      int total,
      int nameEnd,
      int length,
      StatementFacts read,
      ClassifiedText examined) {
    // The text of a prepared PREPARE is out of our reach when it runs: its name stays the client's,
    // on that connection.
    StatementFacts facts =
        read.kind() == StatementKind.PREPARE ? read.with(PREPARED_BY_PREPARED) : read;
    ByteBuf input = pending.bytes();
    int at = input.readerIndex() + 5;
    int end = input.readerIndex() + total;
    int weight = ClassifiedText.weight(examined);
    if (nameEnd == at && !unnamed.hasRoomFor(end - nameEnd - 1, weight, server.groupOpen())) {
      client.refuseUnnamed();
      return false;
    }
    if (nameEnd == at && answered) {
      byte[] content = copy(input.slice(nameEnd + 1, end - nameEnd - 1));
      answerParse(server, unnamed.becomes(server, content, facts), total);
      unnamed.source(examined, weight);
      return true;
    }
    sequences.beforeParse(server, facts, examined != null && lifecycle.previewedReadsSequences());
    ByteBuf body = input.slice(nameEnd + 1, end - nameEnd - 1);
    boolean edited = names.own().renames(facts) || names.startValues().concern(facts.effects());
    if (edited) {
      body = editedBody(server, facts, body);
    }
    if (nameEnd == at) {
      switch (unnamedAs(facts, input, total)) {
        case RECURRING -> parseRecurring(server, body, total, facts);
        case CONTENT_NAME -> parseByContent(server, body, total, facts);
        case TEXT -> parseText(server, body, total, facts, edited);
      }
      unnamed.source(examined, weight);
      return true;
    }
    byte[] name = new byte[nameEnd - at];
    input.getBytes(at, name);
    return parseNamed(server, name, body, total, facts, examined);
  }

  /** Nothing that comes is about what was parsed last any more. */
  void groupEnded() {
    runsElsewhere = false;
  }

  /** True if what was parsed last may be run elsewhere. */
  boolean runsElsewhere() {
    return runsElsewhere;
  }

  /** Form of an unnamed statement on the server connection. */
  private enum UnnamedAs {
    /** A statement with a content name, which is planned as one that was just parsed. */
    RECURRING,
    /** A statement with a content name, like a named one. */
    CONTENT_NAME,
    /** The connection's own unnamed statement. */
    TEXT
  }

  private UnnamedAs unnamedAs(StatementFacts facts, ByteBuf input, int total) {
    AnonymousParse policy = client.settings().prepared().anonymousParse();
    if (!resolution.isSettled() || names.own().keepsNames()) {
      runsElsewhere = false;
      return UnnamedAs.TEXT;
    }
    runsElsewhere &= !transformed && policy != AnonymousParse.FORWARD;
    if (runsElsewhere) {
      return UnnamedAs.CONTENT_NAME;
    }
    if (!transformed
        && (replays.repeats() || policy == AnonymousParse.AUTO)
        && replays.mayRemember(facts, () -> recurring(input, total))) {
      return UnnamedAs.RECURRING;
    }
    return policy == AnonymousParse.CACHE ? UnnamedAs.CONTENT_NAME : UnnamedAs.TEXT;
  }

  /**
   * The length of the batch that begins with this Parse, if it can be sent again as a whole and its
   * text is one that comes back; else 0. A description would be told twice.
   */
  private int recurring(ByteBuf input, int parse) {
    int length = BatchShape.standingAlone(input, false, BatchReplay.MAX_BATCH);
    return length > 0 && sessions.recurring().seenBefore(input, parse) ? length : 0;
  }

  /**
   * A Parse's body whose text names statements, with their names on the server, or takes defaults
   * that are the client's own; the statements are made known to it first.
   */
  private ByteBuf editedBody(ServerConnection server, StatementFacts facts, ByteBuf body) {
    TextEdits edits = new TextEdits();
    for (Effect effect : facts.effects()) {
      PreparedStatement statement = names.own().named(effect);
      byte[] name = names.own().nameOnServer(effect);
      if (statement != null) {
        if (statement.isSql() && !server.groupOpen()) {
          names.makeKnown(server, statement);
        } else {
          names.makeKnownInBatch(server, statement);
        }
      }
      if (name != null) {
        edits.replace(effect.start(), effect.end(), name);
      }
    }
    names.startValues().nullsForDefaults(edits, facts);
    ByteBuf edited = Unpooled.buffer(body.readableBytes() + 64);
    edits.write(edited, body, body.readerIndex(), body.readableBytes(), names.unicode());
    return edited;
  }

  /**
   * A text that comes again and again stays prepared; the server plans it as one that was just
   * parsed, and if it has become stale the batch is sent once more.
   *
   * @param body only read
   */
  private void parseRecurring(
      ServerConnection server, ByteBuf body, int total, StatementFacts facts) {
    int length = body.readableBytes();
    byte[] content = loop.scratch(length);
    body.getBytes(body.readerIndex(), content, 0, length);
    PreparedStatement statement = names.own().anonymous(content, length, facts);
    NameUndo undo = unnamed.becomes(server, statement);
    boolean again = replays.sendingAgain();
    if (!again) {
      replays.keep(pending.bytes());
    }
    if (!again && !server.statements().worn(statement)) {
      sendParse(server, statement, undo, total);
      return;
    }
    pending.cut();
    pending.bytes().skipBytes(total);
    names.parseInBatch(server, statement, undo, again ? ReplyQueue.PARSE_OURS : ReplyQueue.PARSE);
  }

  private void parseByContent(
      ServerConnection server, ByteBuf body, int total, StatementFacts facts) {
    PreparedStatement statement =
        names.own().statement(server.statements(), copy(body), Origin.NAMED, facts);
    NameUndo undo = unnamed.becomes(server, statement);
    if (sendParse(server, statement, undo, total)) {
      names.shapes().parsed(server, statement, UNNAMED);
    }
  }

  /**
   * @param body only read
   */
  private void parseText(
      ServerConnection server, ByteBuf body, int total, StatementFacts facts, boolean edited) {
    int length = body.readableBytes();
    String settings = resolution.isSettled() ? resolution.scope() : null;
    unnamed.becomes(server, body, facts, parsedIn, settings);
    server.expect(ReplyQueue.PARSE, owner);
    if (edited || transformed) {
      pending.cut();
      pending.bytes().skipBytes(total);
      PgWriter.parse(pending.out(length + 32), UNNAMED, unnamed.text(), length);
    } else {
      pending.begin(total, false);
    }
  }

  /** The text of the unnamed statement is sent to a server that does not have it. */
  void unnamedReadAnew(ServerConnection server) {
    int length = 0;
    while (length < unnamed.length() && unnamed.text()[length] != 0) {
      length++;
    }
    if (names.lexing().mayBeReadOtherwise(unnamed.readIn(), unnamed.text(), length)) {
      names.mayDoAnything(server);
    }
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
      ClassifiedText examined) {
    PreparedNames own = carried.names();
    PreparedStatement existing = own.get(name);
    if (existing == null && awaitsClose(server, name)) {
      requests.block();
      return false;
    }
    if (existing != null) {
      if (client.outstanding() > 0 && !server.copyIn()) {
        requests.block(); // what has given it the name may fail yet
        return false;
      }
      boolean there = existing.isClientNamed() && server.statements().knows(existing);
      byte[] content = answered ? EMPTY_STATEMENT : copy(body);
      refuseTakenName(server, name, there ? name : TAKEN, content, total);
      return true;
    }
    ServerError refusal = own.refusesAnother(client.settings().prepared().perClient());
    if (refusal != null) {
      client.fatal(refusal);
      return false;
    }
    runsElsewhere &= !transformed && !answered;
    PreparedStatement statement =
        transformed || answered
            ? names.own().alone(name, copy(body), facts)
            : names.own().statement(name, server.statements(), copy(body), Origin.NAMED, facts);
    statement.source(examined);
    own.put(name, statement);
    UnansweredNames.Sent sent = unanswered.add(name, carried.sent(), carried.done());
    NameUndo undo =
        () -> {
          sent.refuse();
          own.remove(name, statement);
        };
    if (answered) {
      answerParse(server, undo, total);
    } else if (sendParse(server, statement, undo, total)) {
      names.shapes().parsed(server, statement, name);
    }
    return true;
  }

  /**
   * The server itself says, in its place, that a name is taken. So it finds whatever else is wrong,
   * in its order.
   *
   * @param there a name that another statement has there; {@link #TAKEN} gets one first
   */
  private void refuseTakenName(
      ServerConnection server, byte[] name, byte[] there, byte[] content, int total) {
    pending.cut();
    pending.bytes().skipBytes(total);
    ByteBuf out = pending.out(128);
    if (there == TAKEN) {
      names.closeOurs(server, out, TAKEN, null);
      PgWriter.parse(out, TAKEN, EMPTY_STATEMENT, EMPTY_STATEMENT.length);
      server.statements().parsing(null, null);
      server.expect(ReplyQueue.PARSE_OURS, owner);
    }
    PgWriter.parse(out, there, content, content.length);
    PreparedNames own = carried.names();
    server.statements().parsing(null, () -> own.refused(name));
    server.expect(ReplyQueue.PARSE, owner);
  }

  /**
   * Sends the Parse at the reader's position under the statement's own name, or answers it.
   *
   * @return whether it was sent
   */
  private boolean sendParse(
      ServerConnection server, PreparedStatement statement, NameUndo undo, int total) {
    names.forgetMisread(server, statement);
    // In a shared pipeline another's Parse may be on its way; should it fail, the batch runs again.
    boolean there =
        client.sharing()
            ? server.statements().knows(statement)
            : server.statements().confirmed(statement);
    // In a failed transaction the server refuses it, and the name stays free. Whether it will have
    // failed is not known while something is unanswered.
    boolean known = there && !client.mayHaveFailed();
    if (known) {
      client.counters().preparedHit();
      answerParse(server, undo, total);
      return false;
    }
    pending.cut();
    pending.bytes().skipBytes(total);
    names.parseInBatch(server, statement, undo, ReplyQueue.PARSE);
    return true;
  }

  /** Answers the Parse at the reader's position in its place. */
  private void answerParse(ServerConnection server, NameUndo undo, int total) {
    pending.cut();
    pending.bytes().skipBytes(total);
    server.statements().parsing(null, undo);
    server.expect(ReplyQueue.PARSE_KNOWN, owner);
  }

  /**
   * Returns the undo for a skipped Close of a name that means this statement: the name keeps its
   * meaning, unless its Parse, which the server may not have answered, is rejected before.
   */
  NameUndo reopening(byte[] name, PreparedStatement statement) {
    UnansweredNames.Sent parse = unanswered.get(name, carried.done());
    return () -> {
      if (parse == null || !parse.refused()) {
        names.own().reopen(name, statement);
      }
    };
  }

  /** True if a name that has no meaning now may have one when the server has answered. */
  boolean awaitsClose(ServerConnection server, byte[] name) {
    return names.own().isClosing()
        && !server.copyIn()
        && names.own().mayReopen(name, carried.sent(), carried.done());
  }

  /** About how many bytes the names take whose Parse may not be answered. */
  long unansweredWeight() {
    return unanswered.weight() + names.own().closingWeight();
  }

  void forgetAnswered(ServerConnection server) {
    if ((unanswered.size() > 0 || names.own().isClosing() || unnamed.hasFormers())
        && client.outstanding() == 0
        && !server.groupOpen()) {
      unnamed.forgetFormers();
      unanswered.clear();
      names.own().allAnswered();
    }
  }
}
