package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;

/**
 * Reads what one client sends, message by message, and has each one handled. Without a server
 * connection nothing is consumed but what the session answers itself.
 */
final class RequestReader {
  private static final int MAX_HELD_INPUT = 128 * 1024;
  private static final int MAX_SMALL_MESSAGE = 64 * 1024;

  private final ClientSession session;
  private final LoopContext loop;
  private final LimitSettings limits;
  private final ClientInput input;
  private final ServerNames names;
  private final SequenceGuard sequences;
  private final SimpleStatements simple;
  private final UnnamedStatement unnamed;
  private final ExtendedStatements extended;
  private final BatchJudgement ahead;
  private final LocalBatch local;
  private final CopyAndCalls copies;
  private final BatchReplay replay;
  private final Course course;
  private final DelayedBegin begin;
  private final ForeignBatch foreign;
  private final QueryMessages queries;

  private boolean streamEnded;
  private boolean skipToSync;
  private boolean blocked;
  private boolean readingPaused;
  private boolean processing;
  private boolean again;
  private boolean flushSeen;

  RequestReader(
      ClientSession session, LoopContext loop, LoopSessions sessions, LimitSettings limits) {
    this.session = session;
    this.loop = loop;
    this.limits = limits;
    this.input = new ClientInput(session);
    this.names = new ServerNames(session, this, input, sessions);
    this.sequences = new SequenceGuard(session, input, names);
    this.copies = new CopyAndCalls(session, input, sequences);
    this.replay = new BatchReplay(session, this, sessions);
    this.course = new Course(session, sessions);
    this.unnamed = new UnnamedStatement(session, input, sessions.statements(), names, sequences);
    this.extended = new ExtendedStatements(session, this, sessions, names, sequences, unnamed);
    this.ahead = new BatchJudgement(session, input, loop, names, extended);
    this.local = new LocalBatch(session, input, names, course, unnamed, extended);
    this.begin = new DelayedBegin(session, input, sessions, names, unnamed);
    this.simple = new SimpleStatements(session, input, sessions, names, sequences, unnamed, course);
    ForeignStatements elsewhere = new ForeignStatements(session, input, course, unnamed);
    this.foreign =
        new ForeignBatch(session, this, sessions, limits, names, unnamed, extended, elsewhere);
    this.queries =
        new QueryMessages(
            session, this, new RuleCommands(session, input, course), simple, elsewhere);
  }

  // ---- input

  void received(ByteBuf consumed) {
    if (session.state() == ClientSession.State.CLOSED
        || session.end().announced()
        || !session.channel().isActive()) {
      consumed.release();
      return;
    }
    input.add(consumed);
    process();
    if (input.size() > MAX_HELD_INPUT && !needsMore()) {
      pauseReading();
    }
  }

  /** Whether the rest of a message that must be read whole is all that is waited for. */
  private boolean needsMore() {
    return !session.atConsole()
        && !session.transactionReplay().active()
        && !blocked
        && (session.state() == ClientSession.State.ACTIVE
            || session.state() == ClientSession.State.READY);
  }

  boolean blocked() {
    return blocked;
  }

  /**
   * Whether part of an extended-protocol batch has been read: its replies come before anything
   * else.
   */
  boolean batchOpen() {
    ServerConnection server = session.server();
    return server != null && server.groupOpen();
  }

  boolean streaming() {
    return input.streaming();
  }

  /** Handles what has come as far as the session's state allows. */
  void process() {
    if (processing) {
      again = true;
      return;
    }
    processing = true;
    try {
      do {
        again = false;
        blocked = false;
        run();
        finish();
      } while (again);
    } finally {
      processing = false;
    }
    if (streamEnded) {
      // A reply may have ended the statement while the rest of a message was still on its way to
      // the server.
      streamEnded = false;
      session.lease().settle();
    }
    if (readingPaused && !blocked && input.size() < MAX_HELD_INPUT) {
      ServerConnection server = session.server();
      if (server == null || server.writable()) {
        readingPaused = false;
        session.channel().config().setAutoRead(true);
      }
    }
  }

  private void run() {
    input.mark();
    while (input.bytes() != null) {
      if (input.waits() && replay.holdsBack()) {
        blocked = true;
        return;
      }
      ClientSession.State state = session.state();
      if (state != ClientSession.State.READY && state != ClientSession.State.ACTIVE
          || session.atConsole()
          || session.transactionReplay().holdsBack()) {
        return;
      }
      if (input.midMessage()) {
        if (!input.waits()) {
          return;
        }
        takeRest();
        continue;
      }
      ByteBuf bytes = input.bytes();
      if (bytes.readableBytes() < 5) {
        return;
      }
      byte type = bytes.getByte(bytes.readerIndex());
      int length = bytes.getInt(bytes.readerIndex() + 1);
      if (length < 4 || length > limits.maxMessageSize()) {
        session.protocolError(
            "invalid message length " + length + " of message type " + (type & 0xff));
        return;
      }
      if (!step(type, length + 1L)) {
        return;
      }
    }
  }

  private boolean step(byte type, long total) {
    if (course.side().busy() || session.foreign().busy()) {
      blocked = true;
      return false;
    }
    if (skipToSync) {
      return skip(type, total);
    }
    if (session.state() == ClientSession.State.READY && !session.takesMore()) {
      // One who does not read its answers gets no more of them.
      blocked = true;
      pauseReading();
      return false;
    }
    if (session.state() == ClientSession.State.READY && !withoutServer(type, total)) {
      return false;
    }
    if (session.server() == null || session.state() != ClientSession.State.ACTIVE) {
      return session.state() == ClientSession.State.READY;
    }
    if (session.transaction().heldBegin() != null) {
      simple.sendHeldBegin(session.server());
    }
    if (session.listening().busy()) {
      return false;
    }
    if (session.outstanding() >= limits.maxPipeline()) {
      blocked = true;
      pauseReading();
      return false;
    }
    return keptWithServer(type, total);
  }

  private void takeRest() {
    boolean streams = input.streaming();
    int from = input.bytes().readerIndex();
    streamEnded = input.takeRest();
    if (streams) {
      int length = input.bytes().readerIndex() - from;
      session.transactionReplay().handledMore(input.bytes(), from, length);
    }
  }

  /** Handles what may have to be sent again with the rest of its transaction. */
  private boolean keptWithServer(byte type, long total) {
    TransactionReplay replay = session.transactionReplay();
    if (!replay.keeps(session.server())) {
      return withServer(type, total);
    }
    long sent = session.carried().sent();
    ByteBuf waiting = input.bytes();
    ByteBuf before = waiting.retainedDuplicate();
    try {
      boolean goesOn = withServer(type, total);
      if (!session.closed()) {
        boolean replaced = input.bytes() != waiting;
        int length = replaced ? (int) total : waiting.readerIndex() - before.readerIndex();
        if (length > 0) {
          replay.handled(type, before, length, sent);
        }
      }
      return goesOn;
    } finally {
      before.release();
    }
  }

  /**
   * After a refused batch: everything up to its Sync is dropped, as a server does after an error.
   */
  private boolean skip(byte type, long total) {
    if (type == FrontendType.TERMINATE) {
      session.terminate();
      return false;
    }
    if (type == FrontendType.SYNC && input.size() >= 5) {
      skipToSync = false;
      if (foreign.open()) {
        foreign.sync();
      } else {
        answerSync();
      }
    } else {
      input.begin(total, true);
    }
    return true;
  }

  // ---- without a server connection

  private void answerSync() {
    input.bytes().skipBytes(5);
    ByteBuf reply = session.channel().alloc().buffer(6);
    PgWriter.ready(reply, session.status());
    session.write(reply);
  }

  private boolean withoutServer(byte type, long total) {
    if (foreign.open()) {
      if (ForeignBatch.hasMessages(type)) {
        return foreign.message(type, total);
      }
      foreign.end();
    }
    switch (type) {
      case FrontendType.QUERY -> {
        if (!input.whole(total, limits.maxStatementSize())) {
          return false;
        }
        return queries.withoutServer((int) total);
      }
      case FrontendType.PARSE,
          FrontendType.BIND,
          FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE -> {
        if (!input.batchReady()) {
          return false;
        }
        if (!course.ruled() && begin.answer()) {
          return true;
        }
        if (!ahead.go()) {
          blocked = true;
          return false;
        }
        PgError refusal = course.refusal();
        if (refusal != null && session.status() == 'I') {
          course.settled();
          refuse(refusal);
          return false;
        }
        return local.answer() || foreignOrHome(type, total);
      }
      case FrontendType.FUNCTION_CALL -> {
        return session.lease().need();
      }
      case FrontendType.SYNC -> {
        if (session.loss().transactionLost()) {
          return session.lease().need();
        }
        answerSync();
        return true;
      }
      case FrontendType.FLUSH,
          FrontendType.COPY_DATA,
          FrontendType.COPY_DONE,
          FrontendType.COPY_FAIL -> {
        input.begin(total, true);
        return true;
      }
      case FrontendType.TERMINATE -> {
        session.terminate();
        return false;
      }
      default -> {
        unknownType(type);
        return false;
      }
    }
  }

  private boolean foreignOrHome(byte type, long total) {
    return switch (foreign.begin(type, total)) {
      case HERE -> true;
      case WAIT -> {
        blocked = true;
        yield false;
      }
      case NO -> session.lease().need();
    };
  }

  private void unknownType(byte type) {
    session.protocolError("invalid frontend message type " + (type & 0xff));
  }

  // ---- with a server connection

  private boolean withServer(byte type, long total) {
    ServerConnection server = session.server();
    if (!mayBegin(server, type)) {
      blocked = true;
      return false;
    }
    switch (type) {
      case FrontendType.QUERY -> {
        if (!input.whole(total, limits.maxStatementSize())) {
          return false;
        }
        return queries.withServer(server, (int) total);
      }
      case FrontendType.BIND -> {
        keepForRetry();
        return extended.bind(server, total);
      }
      case FrontendType.EXECUTE -> {
        if (!input.whole(total, MAX_SMALL_MESSAGE)) {
          return false;
        }
        extended.execute(server, (int) total);
        return true;
      }
      case FrontendType.SYNC -> {
        if (!server.copyIn()) {
          server.expect(ReplyQueue.SYNC, session);
          session.groupSent();
        }
        input.begin(total, false);
        names.afterGroup(server);
        return true;
      }
      case FrontendType.DESCRIBE, FrontendType.CLOSE -> {
        if (!input.whole(total, MAX_SMALL_MESSAGE)) {
          return false;
        }
        return extended.describeOrClose(server, type, (int) total);
      }
      case FrontendType.PARSE -> {
        if (!input.whole(total, limits.maxStatementSize())) {
          return false;
        }
        keepForRetry();
        return extended.parse(server, (int) total);
      }
      default -> {
        return rare(server, type, total);
      }
    }
  }

  /**
   * A batch that begins outside a transaction first hears what rules say to its first statement:
   * they may want it elsewhere than what is still on its way, or be ready to send it again.
   */
  private boolean mayBegin(ServerConnection server, byte type) {
    return switch (type) {
      case FrontendType.PARSE,
          FrontendType.BIND,
          FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE ->
          server.groupOpen()
              || server.copyIn()
              || (session.status() != 'I' && !session.reads().ending())
              || (!course.ruled() && !session.reads().away())
              || (ahead.go() && !queries.leaves());
      case FrontendType.FUNCTION_CALL -> !session.lease().destinations().awaitsDeparture();
      default -> true;
    };
  }

  /** The statement that is about to be sent is kept, if a rule may want it sent again. */
  void keepForRetry() {
    if (!course.onItsWay()) {
      return;
    }
    if (session.reads().away()) {
      if (session.status() == 'I') {
        replay.keepForReplica(input.bytes());
      }
      return;
    }
    course.decision().retry().ifPresent(rule -> replay.keepForRetry(input.bytes(), rule));
    if (session.vdb().pools().led() && course.repeatable()) {
      replay.keepForFailover(input.bytes(), course.readsOnly());
    }
  }

  private boolean rare(ServerConnection server, byte type, long total) {
    switch (type) {
      case FrontendType.FLUSH -> {
        input.begin(total, false);
        flushSeen = true;
        return true;
      }
      case FrontendType.COPY_DATA -> {
        copies.data(server, total);
        return true;
      }
      case FrontendType.COPY_DONE, FrontendType.COPY_FAIL -> {
        if (!input.whole(total, MAX_SMALL_MESSAGE)) {
          return false;
        }
        copies.end(server, total);
        return true;
      }
      case FrontendType.FUNCTION_CALL -> {
        return copies.call(server, total);
      }
      case FrontendType.TERMINATE -> {
        session.terminate();
        return false;
      }
      default -> {
        unknownType(type);
        return false;
      }
    }
  }

  // ---- output

  /** What the client has sent and nobody has handled yet. */
  ClientInput input() {
    return input;
  }

  /** What waits cannot be handled now; whoever is in the way has the session come again. */
  void block() {
    blocked = true;
  }

  private void finish() {
    ServerConnection server = session.server();
    if (server != null && input.send(server) && !server.writable()) {
      pauseReading();
    }
    if (flushSeen && server != null) {
      flushSeen = false;
      server.answerKnown();
    }
    input.keepRest();
    session.sharing().checkSent();
  }

  private void pauseReading() {
    if (!readingPaused) {
      readingPaused = true;
      session.channel().config().setAutoRead(false);
    }
  }

  void serverWritable() {
    if (readingPaused) {
      process();
    }
  }

  void clientWritable() {
    if (blocked) {
      process();
    }
  }

  Course course() {
    return course;
  }

  BatchReplay replay() {
    return replay;
  }

  /** Reads messages that were read before once more, in front of what waits. */
  void readAgain(ByteBuf consumed) {
    input.putInFront(consumed);
    process();
  }

  ExtendedStatements extended() {
    return extended;
  }

  /** An error's text with the names that the client knows, one character for each byte. */
  String inClientsNames(String text) {
    return unnamed.inClientsNames(session.carried().names().inClientsNames(text));
  }

  /** What was to be undone if a Parse on its way fails is not: the session has left it behind. */
  void undoNothing(ServerConnection server) {
    unnamed.undoNothing(server);
  }

  void forgetSequences(ServerConnection server) {
    sequences.forget(server);
  }

  // ---- endings

  /** The first statement or batch that waits gets this error instead of being sent. */
  void refuse(PgError error) {
    if (session.transactionReplay().active()) {
      session.transactionReplay().refused(error);
      return;
    }
    session.sharing().alone();
    session.reads().over();
    course.abandon();
    ByteBuf reply = session.channel().alloc().buffer(256);
    error.encode(reply);
    if (input.size() >= 5) {
      ByteBuf bytes = input.bytes();
      byte type = bytes.getByte(bytes.readerIndex());
      long total = 1L + bytes.getInt(bytes.readerIndex() + 1);
      if (type == FrontendType.QUERY || type == FrontendType.FUNCTION_CALL) {
        input.mark();
        input.begin(total, true);
        PgWriter.ready(reply, session.status());
      } else {
        skipToSync = true;
      }
    }
    session.write(reply);
    process();
  }

  /** The client has sent part of a batch; the rest up to its Sync is void. */
  void skipToSync() {
    skipToSync = true;
  }

  /** Whether what the client sends up to its next Sync is void. */
  boolean skips() {
    return skipToSync;
  }

  /**
   * A client that ends in the middle of a message leaves the server waiting for the rest: only
   * closing helps.
   */
  void endCutMessage(ServerConnection server) {
    if (streaming()) {
      server.close("its client is gone amid a message");
    }
  }

  void discardAll() {
    input.discard();
    course.abandon();
  }

  void release() {
    discardAll();
    replay.forget();
    unnamed.forget();
    if (!processing) {
      input.release();
    }
  }
}
