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
 * Reads what one client sends, message by message, where the bytes lie. Whole runs are passed on as
 * they are; what must be renamed or left out cuts the run. Without a server connection nothing is
 * consumed but what the session answers itself.
 */
final class RequestReader {
  private static final int SMALL_RUN = 2048;

  /** A batch this large is sent on before its Sync has come. */
  private static final int MAX_HELD_BATCH = 32 * 1024;

  private static final int MAX_HELD_INPUT = 128 * 1024;
  private static final int MAX_SMALL_MESSAGE = 64 * 1024;

  private final ClientSession session;
  private final LoopContext loop;
  private final LimitSettings limits;
  private final ServerNames names;
  private final SequenceGuard sequences;
  private final SimpleStatements simple;
  private final ExtendedStatements extended;
  private final BatchReplay replay;
  private final Course course;
  private final DelayedBegin begin;
  private final RuleCommands ruleCommands;

  private ByteBuf input;
  private boolean owned;
  private long streaming;
  private boolean dropStreaming;
  private boolean streamEnded;
  private boolean skipToSync;
  private boolean blocked;
  private boolean readingPaused;
  private boolean processing;
  private boolean again;

  private int processStart;
  private int runStart = -1;
  private ByteBuf out;
  private boolean flushSeen;

  RequestReader(
      ClientSession session, LoopContext loop, LoopSessions sessions, LimitSettings limits) {
    this.session = session;
    this.loop = loop;
    this.limits = limits;
    this.names = new ServerNames(session, this, sessions);
    this.sequences = new SequenceGuard(session, this, names);
    this.replay = new BatchReplay(session, this, sessions);
    this.course = new Course(session, this, sessions);
    this.ruleCommands = new RuleCommands(session, this, course);
    this.extended =
        new ExtendedStatements(session, this, sessions, names, sequences, replay, course);
    this.begin = new DelayedBegin(session, this, sessions, names, extended);
    this.simple = new SimpleStatements(session, this, sessions, names, sequences, extended, course);
  }

  // ---- input

  void received(ByteBuf consumed) {
    if (session.state() == ClientSession.State.CLOSED
        || session.ending()
        || !session.channel().isActive()) {
      consumed.release();
      return;
    }
    if (input == null) {
      input = consumed;
      owned = false;
    } else {
      append(consumed);
    }
    process();
    if (input != null && input.readableBytes() > MAX_HELD_INPUT && !needsMore()) {
      pauseReading();
    }
  }

  private void append(ByteBuf consumed) {
    try {
      if (!owned) {
        own(consumed.readableBytes());
      }
      input.writeBytes(consumed);
    } finally {
      consumed.release();
    }
  }

  private void own(int extra) {
    ByteBuf copy = session.channel().alloc().buffer(input.readableBytes() + extra);
    copy.writeBytes(input);
    input.release();
    input = copy;
    owned = true;
  }

  /** Whether the rest of a message that must be read whole is all that is waited for. */
  private boolean needsMore() {
    return !session.atConsole()
        && !blocked
        && (session.state() == ClientSession.State.ACTIVE
            || session.state() == ClientSession.State.READY);
  }

  /** Whether the client has sent something that waits. */
  boolean hasInput() {
    return input != null && input.isReadable();
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
    return streaming > 0 && !dropStreaming;
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
      session.settle();
    }
    if (readingPaused && !blocked && (input == null || input.readableBytes() < MAX_HELD_INPUT)) {
      ServerConnection server = session.server();
      if (server == null || server.writable()) {
        readingPaused = false;
        session.channel().config().setAutoRead(true);
      }
    }
  }

  private void run() {
    if (input != null) {
      processStart = input.readerIndex();
    }
    while (input != null) {
      if (input.isReadable() && replay.holdsBack()) {
        blocked = true;
        return;
      }
      ClientSession.State state = session.state();
      if (state != ClientSession.State.READY && state != ClientSession.State.ACTIVE
          || session.atConsole()) {
        return;
      }
      int readable = input.readableBytes();
      if (streaming > 0) {
        if (readable == 0) {
          return;
        }
        int step = (int) Math.min(streaming, readable);
        streaming -= step;
        take(step, dropStreaming);
        streamEnded = streaming == 0;
        continue;
      }
      if (readable < 5) {
        return;
      }
      byte type = input.getByte(input.readerIndex());
      int length = input.getInt(input.readerIndex() + 1);
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
    if (course.side().busy()) {
      blocked = true;
      return false;
    }
    if (skipToSync) {
      return skip(type, total);
    }
    if (session.state() == ClientSession.State.READY && !session.channel().isWritable()) {
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
    if (session.heldBegin() != null) {
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
    return withServer(type, total);
  }

  /**
   * After a refused batch: everything up to its Sync is dropped, as a server does after an error.
   */
  private boolean skip(byte type, long total) {
    if (type == FrontendType.TERMINATE) {
      session.terminate();
      return false;
    }
    if (type == FrontendType.SYNC && input.readableBytes() >= 5) {
      input.skipBytes(5);
      skipToSync = false;
      ByteBuf reply = session.channel().alloc().buffer(6);
      PgWriter.ready(reply, session.status());
      session.write(reply);
    } else {
      begin(total, true);
    }
    return true;
  }

  // ---- without a server connection

  private boolean withoutServer(byte type, long total) {
    switch (type) {
      case FrontendType.QUERY -> {
        if (!whole(total, limits.maxStatementSize())) {
          return false;
        }
        if (simple.isForConsole((int) total)) {
          simple.toConsole((int) total);
          return true;
        }
        if (ruleCommands.recognises((int) total)) {
          blocked = !ruleCommands.answer((int) total);
          return !blocked;
        }
        if (!simple.judge((int) total)) {
          blocked = true;
          return false;
        }
        if (simple.answerLocally((int) total)) {
          return true;
        }
        if (course.defers()) {
          switch (simple.defer((int) total)) {
            case WAIT -> {
              blocked = true;
              return false;
            }
            case DONE -> {
              return true;
            }
            case SEND -> {}
          }
        }
        return session.needServer();
      }
      case FrontendType.PARSE,
          FrontendType.BIND,
          FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE -> {
        if (!batchReady()) {
          return false;
        }
        if (!course.ruled() && begin.answer()) {
          return true;
        }
        if (!extended.judgeBatch()) {
          blocked = true;
          return false;
        }
        PgError refusal = course.refusal();
        if (refusal != null && session.status() == 'I') {
          course.settled();
          refuse(refusal);
          return false;
        }
        return session.needServer();
      }
      case FrontendType.FUNCTION_CALL -> {
        return session.needServer();
      }
      case FrontendType.SYNC -> {
        if (session.transactionLost()) {
          return session.needServer();
        }
        input.skipBytes(5);
        ByteBuf reply = session.channel().alloc().buffer(6);
        PgWriter.ready(reply, session.status());
        session.write(reply);
        return true;
      }
      case FrontendType.FLUSH,
          FrontendType.COPY_DATA,
          FrontendType.COPY_DONE,
          FrontendType.COPY_FAIL -> {
        begin(total, true);
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

  private void unknownType(byte type) {
    session.protocolError("invalid frontend message type " + (type & 0xff));
  }

  /** Whether the extended-protocol messages that wait end in one that asks for an answer. */
  private boolean batchReady() {
    int at = input.readerIndex();
    int end = input.writerIndex();
    while (end - at >= 5) {
      switch (input.getByte(at)) {
        case FrontendType.SYNC,
            FrontendType.FLUSH,
            FrontendType.QUERY,
            FrontendType.FUNCTION_CALL,
            FrontendType.TERMINATE -> {
          return true;
        }
        default -> {}
      }
      int length = input.getInt(at + 1);
      if (length < 4 || length >= end - at) {
        break;
      }
      at += length + 1;
    }
    return end - input.readerIndex() > MAX_HELD_BATCH;
  }

  // ---- with a server connection

  private boolean withServer(byte type, long total) {
    ServerConnection server = session.server();
    switch (type) {
      case FrontendType.QUERY -> {
        if (!whole(total, limits.maxStatementSize())) {
          return false;
        }
        if (simple.isForConsole((int) total)) {
          if (session.outstanding() > 0) {
            blocked = true; // its reply comes after those that are owed
            return false;
          }
          simple.toConsole((int) total);
          return true;
        }
        if (ruleCommands.recognises((int) total)) {
          blocked = session.outstanding() > 0 || !ruleCommands.answer((int) total);
          return !blocked;
        }
        if (!simple.judge((int) total) || session.awaitsDeparture()) {
          blocked = true;
          return false;
        }
        if (!session.listening().ready(course.effects())) {
          return false;
        }
        keepForRetry();
        simple.query(server, (int) total);
        return true;
      }
      case FrontendType.BIND -> {
        keepForRetry();
        return extended.bind(server, total);
      }
      case FrontendType.EXECUTE -> {
        if (!whole(total, MAX_SMALL_MESSAGE)) {
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
        begin(total, false);
        names.afterGroup(server);
        return true;
      }
      case FrontendType.DESCRIBE, FrontendType.CLOSE -> {
        if (!whole(total, MAX_SMALL_MESSAGE)) {
          return false;
        }
        extended.describeOrClose(server, type, (int) total);
        return true;
      }
      case FrontendType.PARSE -> {
        if (!whole(total, limits.maxStatementSize())) {
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

  private void keepForRetry() {
    if (course.onItsWay()) {
      course.decision().retry().ifPresent(rule -> replay.keepForRetry(input, rule));
    }
  }

  private boolean rare(ServerConnection server, byte type, long total) {
    switch (type) {
      case FrontendType.FLUSH -> {
        begin(total, false);
        flushSeen = true;
        return true;
      }
      case FrontendType.COPY_DATA -> {
        // Some clients send data before the server has asked for it; a server that does not copy
        // ignores it.
        begin(total, !expectsCopy(server));
        return true;
      }
      case FrontendType.COPY_DONE, FrontendType.COPY_FAIL -> {
        if (!whole(total, MAX_SMALL_MESSAGE)) {
          return false;
        }
        boolean copies = expectsCopy(server);
        begin(total, !copies);
        if (copies) {
          server.copyInEnded();
        }
        return true;
      }
      case FrontendType.FUNCTION_CALL -> {
        if (input.readableBytes() < Math.min(total, 9)) {
          return false;
        }
        if (total >= 9) {
          sequences.beforeCall(server, input.getInt(input.readerIndex() + 5));
        }
        server.expect(ReplyQueue.FUNCTION, session);
        session.groupSent();
        begin(total, false);
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

  private boolean expectsCopy(ServerConnection server) {
    return server.copyIn() || session.outstanding() > 0 || server.groupOpen();
  }

  /** Whether the message is here whole; one above the limit ends the session. */
  private boolean whole(long total, long limit) {
    if (total > limit) {
      session.fatal(
          PgError.fatal("54000", "message of " + total + " bytes is too large")
              .withDetail("The limit for this kind of message is " + limit + " bytes."));
      return false;
    }
    return input.readableBytes() >= total;
  }

  // ---- output

  ByteBuf input() {
    return input;
  }

  /** Passes a message on, or drops it, as far as it is here; the rest follows as it comes. */
  void begin(long total, boolean drop) {
    int here = (int) Math.min(total, input.readableBytes());
    streaming = total - here;
    dropStreaming = drop;
    take(here, drop);
  }

  /** What waits cannot be handled now; whoever is in the way has the session come again. */
  void block() {
    blocked = true;
  }

  /**
   * Puts another text into the message at the reader's position.
   *
   * @param before bytes of the message's body in front of the text
   * @param length of the text that goes
   * @param total of the message so far
   */
  void replaceText(byte type, int before, byte[] text, int length, int total) {
    cut();
    int from = input.readerIndex();
    int rest = input.readableBytes() - 5 - before - length;
    ByteBuf changed = session.channel().alloc().buffer(5 + before + text.length + rest);
    changed.writeByte(type).writeInt(total - 1 + text.length - length);
    changed.writeBytes(input, from + 5, before).writeBytes(text);
    changed.writeBytes(input, from + 5 + before + length, rest);
    input.release();
    input = changed;
    owned = true;
    processStart = 0;
  }

  private void take(int size, boolean drop) {
    if (drop) {
      cut();
    } else if (runStart < 0) {
      runStart = input.readerIndex();
    }
    input.skipBytes(size);
  }

  /** Ends the run before the current message: what follows goes out in another form. */
  void cut() {
    if (runStart >= 0) {
      int size = input.readerIndex() - runStart;
      if (size > SMALL_RUN) {
        sendOut();
        session.server().write(input.retainedSlice(runStart, size));
      } else if (size > 0) {
        out(size).writeBytes(input, runStart, size);
      }
      runStart = -1;
    }
  }

  /** The buffer for messages of our own making, in their place among the client's. */
  ByteBuf out(int size) {
    if (out == null) {
      out = session.server().allocate(Math.max(size + 64, 256));
    }
    return out;
  }

  private void sendOut() {
    if (out != null) {
      ByteBuf full = out;
      out = null;
      session.server().write(full);
    }
  }

  /** Sends what has been gathered, so that something of another owner can follow. */
  void flushGathered() {
    cut();
    sendOut();
  }

  private void finish() {
    ServerConnection server = session.server();
    if (server != null && (runStart >= 0 || out != null)) {
      if (out == null && runStart == processStart && !input.isReadable()) {
        ByteBuf all = input;
        input = null;
        runStart = -1;
        server.write(all.readerIndex(processStart));
      } else {
        flushGathered();
      }
      if (!server.writable()) {
        pauseReading();
      }
    }
    if (flushSeen && server != null) {
      flushSeen = false;
      server.answerKnown();
    }
    keepRest();
  }

  private void keepRest() {
    if (input == null) {
      return;
    }
    if (!input.isReadable()) {
      input.release();
      input = null;
    } else if (!owned || input.readerIndex() > processStart) {
      own(0);
    }
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

  /** Puts messages that were read before in front of what waits. */
  void readAgain(ByteBuf consumed) {
    ByteBuf rest = input;
    input = consumed;
    owned = false;
    if (rest != null) {
      append(rest);
    }
    process();
  }

  void forgetSequences(ServerConnection server) {
    sequences.forget(server);
  }

  // ---- endings

  /** The first statement or batch that waits gets this error instead of being sent. */
  void refuse(PgError error) {
    course.abandon();
    ByteBuf reply = session.channel().alloc().buffer(256);
    error.encode(reply);
    if (input != null && input.readableBytes() >= 5) {
      byte type = input.getByte(input.readerIndex());
      long total = 1L + input.getInt(input.readerIndex() + 1);
      if (type == FrontendType.QUERY || type == FrontendType.FUNCTION_CALL) {
        processStart = input.readerIndex();
        begin(total, true);
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
    if (session.server() != null) {
      flushGathered(); // replies to it are expected already
    }
    if (input != null) {
      input.skipBytes(input.readableBytes());
    }
    runStart = -1;
    course.abandon();
    if (out != null) {
      out.release();
      out = null;
    }
  }

  void release() {
    discardAll();
    replay.forget();
    extended.release();
    if (input != null && !processing) {
      input.release();
      input = null;
    }
  }
}
