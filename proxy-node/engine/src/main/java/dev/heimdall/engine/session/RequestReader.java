package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.DeliveredPart;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.journal.UnitMessages;
import dev.heimdall.engine.journal.UnitReader;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.sharing.PipelineSharing;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.Losses;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;

/**
 * Reads what one client sends, message by message, and has each one handled. Without a server
 * connection nothing is consumed but what the session answers itself.
 */
final class RequestReader implements ClientRequests, UnitReader {
  private static final int MAX_HELD_INPUT = 128 * 1024;

  /** State of the handling of what has come; {@link #become} alone changes it. */
  private enum Turn {
    OVER,
    TAKEN,
    /** It is, and has to be once more: something was in the way that is no more. */
    REPEATED
  }

  private final ServedSession session;
  private final RequestFormat format;
  private final LimitSettings limits;
  private final ClientInput input;
  private final ClientOutput output;
  private final ReadingPause reading;
  private final StatementLifecycle lifecycle;
  private final ClientTransaction transaction;
  private final ReplicaReads reads;
  private final PendingReplies pending;
  private final ServerLease lease;
  private final PipelineSharing sharing;
  private final Listening listening;
  private final ForeignCalls foreign;
  private final ConsoleCommands console;
  private final Losses losses;
  private final SessionEnd end;
  private final LoopContext loop;

  /** State of the client between two processes. */
  enum Travel {
    HERE,
    /** On its way: nothing of it is handled. */
    BETWEEN,
    /** On its way, and the other process has all that it has sent: it is not read. */
    OFFERED
  }

  private Travel travel = Travel.HERE;

  private boolean streamEnded;
  private boolean blocked;

  /** True if what the node keeps was counted since the answer that came last. */
  private boolean counted;

  private Turn turn = Turn.OVER;

  RequestReader(ServedSession session, ReadingPause reading) {
    this.session = session;
    this.format = session.requestFormat();
    this.limits = session.vdb().settings().vdb().limits();
    this.input = session.input();
    this.output = session.output();
    this.reading = reading;
    this.lifecycle = session.lifecycle();
    this.transaction = session.transaction();
    this.reads = session.reads();
    this.pending = session.pending();
    this.lease = session.lease();
    this.sharing = session.pipelines();
    this.listening = session.listening();
    this.foreign = session.foreign();
    this.console = session.console();
    this.losses = session.losses();
    this.end = session.end();
    this.loop = session.loop();
  }

  // ---- input

  void received(ByteBuf consumed) {
    if (lease.closed() || end.announced() || !output.connected()) {
      consumed.release();
      return;
    }
    if (travel == Travel.OFFERED) {
      // The transport was at the end of what the client has sent when it was stopped: the rest may
      // be read by the other process, and half of it must not be handled.
      consumed.release();
      end.close();
      return;
    }
    if (!input.waits()) {
      pending.asked();
    }
    input.add(consumed);
    process();
    if (!hasRoom()) {
      reading.pause();
    }
  }

  /**
   * True if more of the client's input may be kept: little waits, or what waits is the beginning of
   * a message that must be read whole, so that nothing but its rest helps. That changes with the
   * session's state, so it is looked at after each attempt to handle what waits.
   */
  private boolean hasRoom() {
    return !session.held().waits()
        && (input.size() <= MAX_HELD_INPUT || (awaitsRest() && !session.control().last().begun()));
  }

  /** True if nothing but more of the client's input would have any of it handled. */
  boolean awaitsRest() {
    return !blocked
        && !console.busy()
        && !session.sent().transaction().active()
        && !listening.busy()
        && (lease.state() == LeaseState.ACTIVE || lease.state() == LeaseState.READY);
  }

  boolean blocked() {
    return blocked;
  }

  /**
   * True if only its client keeps the session on a server connection that would otherwise serve
   * others: it has sent part of a message, and nothing else is in the way. COPY data is not meant:
   * clients write it as they get it, in blocks that end anywhere.
   */
  boolean awaitsRestOfMessage() {
    ServerConnection server = lease.server();
    if (server == null
        || lease.state() != LeaseState.ACTIVE
        || reading.paused()
        || blocked
        || !input.incomplete()
        || server.copyIn()
        || transaction.open()
        || lease.keepsServer()) {
      return false;
    }
    // The reply of a function call is pending from its first byte on.
    return !pending.awaited()
        || (pending.outstanding() == 1 && input.streaming() && !server.groupOpen());
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
    if (nothingToDo()) {
      blocked = false;
      countHeld();
      return;
    }
    try {
      do {
        become(Turn.TAKEN);
        blocked = false;
        run();
        finish();
      } while (session.sent().lost().goesOn() || turn == Turn.REPEATED);
    } finally {
      become(Turn.OVER);
    }
    if (streamEnded) {
      // A reply may have ended the statement while the rest of a message was still on its way to
      // the server.
      streamEnded = false;
      lease.settle();
    }
    resumeReading();
    countHeld();
    if (session.held().roomy()) {
      input.makeRoom();
    }
  }

  /** True if the client has sent nothing, is read, and has nothing that goes to a server. */
  private boolean nothingToDo() {
    return input.bytes() == null
        && lease.server() == null
        && !reading.paused()
        && !session.sent().lost().underWay();
  }

  /** The client is there from now on. */
  void become(Travel next) {
    travel = next;
  }

  @Override
  public void holdReading() {
    blocked = true;
    reading.pause();
  }

  /**
   * Goes on, because what kept the client's statements waiting is over. Where that is the end of
   * the session's server connection, the session hears of it next, and goes on then.
   */
  @Override
  public void resume() {
    assert loop.inLoop();
    ServerConnection server = lease.server();
    if (!lease.closed() && (server == null || !server.closed())) {
      process();
    }
  }

  /** Counts how much the client makes the node keep of what it has sent. */
  private void countHeld() {
    if (!lease.closed()) {
      session.held().count(input.size() > 0 && awaitsRest());
    }
    counted = true;
  }

  /** A group is about to be answered, of which the node keeps something. */
  void answering() {
    counted = false;
  }

  /** It is answered: what the node keeps is counted, unless what came of that has counted it. */
  void answered() {
    if (!counted) {
      countHeld();
    }
  }

  /** There is room for the large statement that the client has begun to send. */
  void roomGiven() {
    if (!lease.closed()) {
      session.held().given();
      process();
    }
  }

  /** True if the client is not read because there is no room for its large statement. */
  boolean awaitsRoom() {
    return session.held().waits();
  }

  /** True if others wait for the room of a large statement that the client has stopped to send. */
  boolean stopsAmidLarge(boolean resting) {
    return session.held().awaited(resting);
  }

  private void resumeReading() {
    if (mayResume()) {
      reading.resume();
    }
  }

  private boolean mayResume() {
    ServerConnection server = lease.server();
    return reading.paused()
        && travel == Travel.HERE
        && !blocked
        && hasRoom()
        && (server == null || server.writable());
  }

  /** True if nothing is in the way of input that is not read, and was not for a while. */
  boolean overlooks(long now) {
    return reading.overlooked(mayResume(), now);
  }

  private void run() {
    SentUnits sent = session.sent();
    input.mark();
    while (input.waits()) {
      if (travel != Travel.HERE || sent.holdsBack()) {
        blocked = true;
        return;
      }
      LeaseState state = lease.state();
      if (state != LeaseState.READY && state != LeaseState.ACTIVE
          || console.busy()
          || sent.transaction().holdsBack()) {
        return;
      }
      if (input.midMessage()) {
        if (!takeRest()) {
          return;
        }
        continue;
      }
      ByteBuf bytes = input.bytes();
      long total = format.total(bytes);
      if (total == 0) {
        input.whole(format.least(bytes), limits.maxMessageSize());
        return;
      }
      byte type = awaitsData() ? format.typeOfData(bytes) : format.type(bytes);
      if (total < 0 || !format.permits(type, total, limits.maxMessageSize())) {
        end.protocolError(
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

  private boolean awaitsData() {
    return lease.server() != null && lease.server().copyIn();
  }

  private boolean step(byte type, long total) {
    if (lifecycle.side().busy()
        || foreign.busy()
        || (lifecycle.running().wouldOvertake() && !format.ofDialogue(type))) {
      blocked = true;
      return false;
    }
    if (input.skips()) {
      return skip(type, total);
    }
    if (lease.state() == LeaseState.READY && !output.takesMore()) {
      // One who does not read its answers gets no more of them.
      blocked = true;
      reading.pause();
      return false;
    }
    return session.path().handle(type, total);
  }

  private boolean takeRest() {
    if (input.inPieces()) {
      boolean goesOn = session.handler().takePiece(lease.server());
      streamEnded |= !input.inPieces();
      return goesOn;
    }
    boolean streams = input.streaming();
    int from = input.bytes().readerIndex();
    streamEnded = input.takeRest();
    if (streams) {
      int length = input.bytes().readerIndex() - from;
      session.sent().transaction().handledMore(input.bytes(), from, length);
    }
    return true;
  }

  /**
   * After a refused batch: everything up to its Sync is dropped, as a server does after an error.
   */
  private boolean skip(byte type, long total) {
    if (format.terminates(type)) {
      session.control().last().begin();
      return false;
    }
    if (format.endsBatch(type)) {
      input.batchSkipped();
      session.handler().skipped();
    } else {
      input.begin(total, true);
    }
    return true;
  }

  // ---- output

  /** Input that the client has sent and the node has not handled. */
  ClientInput input() {
    return input;
  }

  @Override
  public ByteBuf waiting() {
    return input.bytes();
  }

  @Override
  public boolean streaming() {
    return input.streaming();
  }

  @Override
  public boolean midMessage() {
    return input.midMessage();
  }

  @Override
  public void block() {
    blocked = true;
  }

  private void finish() {
    ServerConnection server = lease.server();
    if (server != null && input.send(server) && !server.writable()) {
      reading.pause();
    }
    if (server != null) {
      session.handler().handled(server);
    }
    input.keepRest();
    sharing.checkSent();
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

  /** Handler of the client's messages. */
  RequestHandler handler() {
    return session.handler();
  }

  @Override
  public UnitMessages messages() {
    return session.handler();
  }

  /** An error's text with the names that the client knows, one character for each byte. */
  String inClientsNames(String text) {
    return session.handler().inClientsNames(text);
  }

  // ---- endings

  @Override
  public void refuse(ServerError error) {
    if (session.sent().transaction().active()) {
      session.sent().transaction().refused(error);
      return;
    }
    DeliveredPart part = session.sent().reply().part();
    if (part.isLeftOut() && pending.outstanding() == 0) {
      if (part.cut()) {
        end.close(SessionEnd.AMID_MESSAGE);
        return;
      }
      session.sent().forget();
    }
    sharing.alone();
    reads.over();
    session.sent().alone().refused();
    boolean ends = losses.mayEnd() && input.waits() && session.handler().endsTransaction();
    lifecycle.abandon(error);
    losses.rejected(ends);
    pending.refused();
    ByteBuf reply = output.alloc().buffer(256);
    output.encoder().error(error, reply);
    long total = input.waits() && !input.inPieces() ? format.total(input.bytes()) : 0;
    if (total > 0) {
      if (format.standsAlone(format.type(input.bytes()))) {
        session.handler().refused();
        input.mark();
        input.begin(total, true);
        output.encoder().ready(transaction.status(), reply);
      } else {
        input.skipBatch();
      }
    }
    output.write(reply);
    process();
  }

  /** True if a statement waits of which all is here and nothing is handled. */
  boolean waitsWhole() {
    return input.waits() && !input.midMessage() && format.total(input.bytes()) > 0;
  }

  @Override
  public void skipToSync() {
    input.skipBatch();
  }

  @Override
  public boolean skips() {
    return input.skips();
  }

  /**
   * A client that ends in the middle of a message leaves the server waiting for the rest: only
   * closing helps.
   */
  @Override
  public void endCutMessage(ServerConnection server) {
    if (input.streaming()) {
      server.close("its client has disconnected amid a message");
    }
  }

  void discardAll() {
    input.discard();
    lifecycle.abandon();
  }

  void release() {
    discardAll();
    session.sent().end();
    session.held().end();
    session.handler().forget();
    if (turn == Turn.OVER) {
      input.release();
    }
  }
}
