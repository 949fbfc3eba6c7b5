package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.DeliveredPart;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.journal.UnitDestination;
import dev.heimdall.engine.journal.UnitMessages;
import dev.heimdall.engine.journal.UnitReader;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.QueryPath;
import dev.heimdall.engine.pipeline.ServerLeasing;
import dev.heimdall.engine.pool.PoolAnomaly;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;

/**
 * Reads what one client sends, message by message, and has each one handled. Without a server
 * connection nothing is consumed but what the session answers itself.
 */
final class RequestReader implements RequestControl, ServerLeasing, UnitReader {
  private static final int MAX_HELD_INPUT = 128 * 1024;

  /** So many of a client that were sent and not answered are not counted. */
  private static final int FEW_STATEMENTS = 64;

  /** So many bytes that are kept to be sent again are not counted. */
  private static final int LITTLE_KEPT = 16 * 1024;

  /** What one that was sent and not answered takes, about, of each that keeps it. */
  private static final long OF_STATEMENT = 100;

  /** A server that has no reason to answer them lets them pile up, those that the node answers. */
  private static final int MAX_UNANSWERED = 100_000;

  private static final ServerError ENDLESS_BATCH =
      ServerError.fatal("54000", "too many messages in a batch without a Sync")
          .withDetail(MAX_UNANSWERED + " Parse and Close messages have no answer yet.");

  /** Whether what has come is being handled; {@link #become} alone moves it. */
  private enum Turn {
    OVER,
    TAKEN,
    /** It is, and has to be once more: something was in the way that is no more. */
    REPEATED
  }

  private final ClientSession session;
  private final LimitSettings limits;
  private final ClientInput input;
  private final SentUnits sent;
  private final StatementLifecycle lifecycle;
  private final RequestHandler messages;
  private final QueryPath path;
  private final ReadingPause reading;

  private final RequestFormat format;

  private boolean streamEnded;
  private boolean skipToSync;
  private boolean blocked;
  private Turn turn = Turn.OVER;

  RequestReader(
      ClientSession session, LoopContext loop, LoopSessions sessions, LimitSettings limits) {
    this.session = session;
    this.limits = limits;
    this.format = session.dialect().requests();
    this.input =
        new ClientInput(format, session.channel().alloc(), session::server, session::fatal);
    this.sent =
        new SentUnits(
            session.pendingReplies(),
            this,
            input,
            format,
            session.dialect().errors(),
            session.loss(),
            destination(),
            session.carried().names(),
            session.dialect().replies(),
            piece -> session.pendingReplies().deliver(piece),
            session.vdb().settings().vdb().transactionReplay(),
            session.counters(),
            session.channel().alloc(),
            loop,
            session::failed);
    this.lifecycle = session.lifecycle();
    this.reading = new ReadingPause(session.channel().config());
    this.messages = session.dialect().handler(parts(loop, sessions));
    this.path = new QueryPath(messages, this);
  }

  private RequestParts parts(LoopContext loop, LoopSessions sessions) {
    return new RequestParts(
        session.statementPorts(),
        this,
        input,
        lifecycle,
        session.carried(),
        session.transaction(),
        session.resolution(),
        sent.alone(),
        sent.transaction(),
        session.writes(),
        session.lease().destinations(),
        session.foreign(),
        session.listening(),
        session.console(),
        session.memory(),
        sessions,
        loop,
        limits,
        session.login().capabilities(),
        session.login().admin(),
        () ->
            session
                .vdb()
                .rulesAndCatalogues()
                .catalogues()
                .current(session.pool().key().database()));
  }

  // ---- input

  void received(ByteBuf consumed) {
    if (session.state() == LeaseState.CLOSED
        || session.end().announced()
        || !session.channel().isActive()) {
      consumed.release();
      return;
    }
    input.add(consumed);
    process();
    if (!hasRoom()) {
      reading.pause();
    }
  }

  /**
   * Whether more of the client's input may be kept: little waits, or what waits is the beginning of
   * a message that must be read whole, so that nothing but its rest helps. That changes with the
   * session's state, so it is looked at after each attempt to handle what waits.
   */
  private boolean hasRoom() {
    return input.size() <= MAX_HELD_INPUT || awaitsRest();
  }

  private boolean awaitsRest() {
    return !blocked
        && !session.atConsole()
        && !sent.transaction().active()
        && !session.listening().busy()
        && (session.state() == LeaseState.ACTIVE || session.state() == LeaseState.READY);
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

  /**
   * Whether only its client keeps the session on a server connection that would otherwise serve
   * others: it has sent part of a message, and nothing else is in the way. COPY data is not meant:
   * clients write it as they get it, in blocks that end anywhere.
   */
  boolean awaitsRestOfMessage() {
    ServerConnection server = session.server();
    if (server == null
        || session.state() != LeaseState.ACTIVE
        || reading.paused()
        || blocked
        || !input.incomplete()
        || server.copyIn()
        || session.inTransaction()
        || session.lease().keepsServer()) {
      return false;
    }
    // The reply of a function call is pending from its first byte on.
    return !session.busy()
        || (session.outstanding() == 1 && input.streaming() && !server.groupOpen());
  }

  private void become(Turn next) {
    turn = next;
  }

  /** Handles what has come as far as the session's state allows. */
  @Override
  public void process() {
    if (turn != Turn.OVER) {
      become(Turn.REPEATED);
      return;
    }
    try {
      do {
        become(Turn.TAKEN);
        blocked = false;
        run();
        finish();
      } while (sent.lost().goesOn() || turn == Turn.REPEATED);
    } finally {
      become(Turn.OVER);
    }
    if (streamEnded) {
      // A reply may have ended the statement while the rest of a message was still on its way to
      // the server.
      streamEnded = false;
      session.lease().settle();
    }
    resumeReading();
    countHeld();
  }

  /** How much the client makes the node keep of what it has sent. */
  void countHeld() {
    int kept = sent.size();
    int statements =
        session.carried().noted() + session.writes().noted() + lifecycle.running().size();
    session
        .memory()
        .input(
            input.held()
                + messages.held()
                + (kept > LITTLE_KEPT ? kept : 0)
                + (statements > FEW_STATEMENTS ? OF_STATEMENT * statements : 0));
  }

  private void resumeReading() {
    if (mayResume()) {
      reading.resume();
    }
  }

  private boolean mayResume() {
    ServerConnection server = session.server();
    return reading.paused() && !blocked && hasRoom() && (server == null || server.writable());
  }

  /** Called about ten times a second: nothing may be in the way of input that is not read. */
  void audit(long now) {
    if (reading.overlooked(mayResume(), now)) {
      session
          .vdb()
          .pools()
          .report(PoolAnomaly.READING, session.pool().key(), "client " + session.processId());
      process();
    }
  }

  private void run() {
    input.mark();
    while (input.bytes() != null) {
      if (sent.holdsBack()) {
        blocked = true;
        return;
      }
      LeaseState state = session.state();
      if (state != LeaseState.READY && state != LeaseState.ACTIVE
          || session.atConsole()
          || sent.transaction().holdsBack()) {
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
      long total = format.total(bytes);
      if (total == 0) {
        return;
      }
      byte type = format.type(bytes);
      if (total < 0 || !format.permits(type, total, limits.maxMessageSize())) {
        session.protocolError(
            "invalid message length "
                + format.claimed(bytes)
                + " of message type "
                + (type & 0xff));
        return;
      }
      if (!step(type, total)) {
        return;
      }
    }
  }

  private boolean step(byte type, long total) {
    if (lifecycle.side().busy()
        || session.foreign().busy()
        || (lifecycle.running().wouldOvertake() && !format.ofDialogue(type))) {
      blocked = true;
      return false;
    }
    if (skipToSync) {
      return skip(type, total);
    }
    if (session.state() == LeaseState.READY && !session.takesMore()) {
      // One who does not read its answers gets no more of them.
      blocked = true;
      reading.pause();
      return false;
    }
    return path.handle(type, total);
  }

  // ---- the server connection, as the path sees it

  @Override
  public ServerConnection ready() {
    return session.state() == LeaseState.ACTIVE ? session.server() : null;
  }

  @Override
  public boolean acquire() {
    return session.lease().need();
  }

  @Override
  public boolean admits(ServerConnection server) {
    if (session.transaction().heldBegin() != null) {
      messages.sendHeldBegin(session.server());
    }
    if (session.listening().busy()) {
      return false;
    }
    if (session.outstanding() >= limits.maxPipeline()) {
      blocked = true;
      reading.pause();
      return false;
    }
    if (session.server().statements().unanswered() > MAX_UNANSWERED) {
      session.fatal(ENDLESS_BATCH);
      return false;
    }
    if (session.status() == TransactionState.IDLE
        && !session.server().groupOpen()
        && session.carried().discardInFlight()) {
      blocked = true;
      return false;
    }
    return true;
  }

  private void takeRest() {
    boolean streams = input.streaming();
    int from = input.bytes().readerIndex();
    streamEnded = input.takeRest();
    if (streams) {
      int length = input.bytes().readerIndex() - from;
      sent.transaction().handledMore(input.bytes(), from, length);
    }
  }

  /** Forwards what may have to be sent again, alone or with others. */
  @Override
  public boolean forward(ServerConnection server, byte type, long total) {
    ByteBuf waiting = input.bytes();
    if (atWriter()) {
      session.server().flushLate();
    }
    if (sent.awaitsRest(waiting, type, total)) {
      return false;
    }
    keepAlone(type);
    if (!sent.keeps(waiting, session.sharing().active())) {
      return messages.forward(session.server(), type, total);
    }
    int at = waiting.readerIndex();
    long number = session.carried().sent();
    boolean goesOn = messages.forward(session.server(), type, total);
    if (!session.closed()) {
      boolean replaced = input.bytes() != waiting;
      int length = replaced ? (int) total : waiting.readerIndex() - at;
      sent.handled(type, waiting, at, length, total, number);
    }
    return goesOn;
  }

  /** Keeps the statement that is about to be sent, if it may have to be sent again by itself. */
  private void keepAlone(byte type) {
    if (!lifecycle.onItsWay() || !format.begins(type) || format.endsBatch(type)) {
      return;
    }
    if (session.reads().away()) {
      if (session.status() == TransactionState.IDLE) {
        sent.alone().keepForReplica(input.bytes());
      }
      return;
    }
    lifecycle.decision().retry().ifPresent(rule -> sent.alone().keepForRetry(input.bytes(), rule));
    if (session.vdb().pools().led() && lifecycle.repeatable() && !lifecycle.readsOnly()) {
      sent.alone().keepForFailover(input.bytes(), lifecycle.undoable());
    }
  }

  /** Whether what is sent goes to a cluster's writer, over a connection that nothing else needs. */
  private boolean atWriter() {
    return session.vdb().pools().led()
        && !session.server().copyIn()
        && !session.lease().keepsServer()
        && !session.reads().away()
        && !session.sharing().active()
        && !sent.transaction().active();
  }

  private UnitDestination destination() {
    return new UnitDestination() {
      @Override
      public boolean atWriter() {
        return RequestReader.this.atWriter();
      }

      @Override
      public long written() {
        return session.server().written();
      }

      @Override
      public long left() {
        return session.server().left();
      }
    };
  }

  /**
   * After a refused batch: everything up to its Sync is dropped, as a server does after an error.
   */
  private boolean skip(byte type, long total) {
    if (format.terminates(type)) {
      session.terminate();
      return false;
    }
    if (format.endsBatch(type)) {
      skipToSync = false;
      messages.skipped();
    } else {
      input.begin(total, true);
    }
    return true;
  }

  // ---- output

  /** What the client has sent and nobody has handled yet. */
  ClientInput input() {
    return input;
  }

  @Override
  public void block() {
    blocked = true;
  }

  private void finish() {
    ServerConnection server = session.server();
    if (server != null && input.send(server) && !server.writable()) {
      reading.pause();
    }
    if (server != null) {
      messages.handled(server);
    }
    input.keepRest();
    session.sharing().checkSent();
  }

  void serverWritable() {
    if (reading.paused()) {
      process();
    }
  }

  void clientWritable() {
    if (blocked) {
      process();
    }
  }

  StatementLifecycle lifecycle() {
    return lifecycle;
  }

  /** What was sent and is not settled. */
  SentUnits sent() {
    return sent;
  }

  @Override
  public void readAgain(ByteBuf consumed) {
    input.putInFront(consumed);
    process();
  }

  @Override
  public void refuseAgain(ByteBuf consumed, ServerError error) {
    input.putInFront(consumed);
    refuse(error);
  }

  /** What makes something of the client's messages. */
  RequestHandler handler() {
    return messages;
  }

  @Override
  public UnitMessages messages() {
    return messages;
  }

  /** An error's text with the names that the client knows, one character for each byte. */
  String inClientsNames(String text) {
    return messages.inClientsNames(text);
  }

  // ---- endings

  @Override
  public void refuse(ServerError error) {
    if (sent.transaction().active()) {
      sent.transaction().refused(error);
      return;
    }
    DeliveredPart part = sent.reply().part();
    if (part.isLeftOut() && session.outstanding() == 0) {
      if (part.cut()) {
        session.end().close(ConnectionLoss.AMID_MESSAGE);
        return;
      }
      sent.forget();
    }
    session.sharing().alone();
    session.reads().over();
    sent.alone().refused();
    lifecycle.abandon();
    session.loss().failHeldTransaction();
    ByteBuf reply = session.channel().alloc().buffer(256);
    session.encoder().error(error, reply);
    long total = input.waits() ? format.total(input.bytes()) : 0;
    if (total > 0) {
      if (format.standsAlone(format.type(input.bytes()))) {
        input.mark();
        input.begin(total, true);
        session.encoder().ready(session.status(), reply);
      } else {
        skipToSync = true;
      }
    }
    session.write(reply);
    process();
  }

  @Override
  public void skipToSync() {
    skipToSync = true;
  }

  @Override
  public boolean skips() {
    return skipToSync;
  }

  /**
   * A client that ends in the middle of a message leaves the server waiting for the rest: only
   * closing helps.
   */
  void endCutMessage(ServerConnection server) {
    if (streaming()) {
      server.close("its client has disconnected amid a message");
    }
  }

  void discardAll() {
    input.discard();
    lifecycle.abandon();
  }

  void release() {
    discardAll();
    sent.end();
    messages.forget();
    if (turn == Turn.OVER) {
      input.release();
    }
  }
}
