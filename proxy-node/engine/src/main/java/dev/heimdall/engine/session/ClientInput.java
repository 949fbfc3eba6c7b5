package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.UnitInput;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Bytes that a client has sent and the node has not handled, and the part of them that goes to the
 * server. Whole runs of messages are passed on as they lie; what must be renamed or left out cuts
 * the run, and small pieces are gathered in one buffer with messages of our own making.
 */
public final class ClientInput implements UnitInput {
  private static final int SMALL_RUN = 2048;

  /** Beyond what any message may have that is read whole. */
  private static final int MOST_AT_ONCE = 1 << 30;

  private final RequestFormat format;
  private final ByteBufAllocator alloc;
  private final SessionContext session;

  private ByteBuf input;
  private long version;
  private boolean owned;

  /** Bytes that have not come of a message whose beginning was handled. */
  private long rest;

  private boolean dropRest;

  /**
   * Progress of a message that its handler takes in pieces: nothing but its end shows its length.
   */
  private enum Pieces {
    NONE,
    SENT,
    DROPPED
  }

  private Pieces pieces = Pieces.NONE;

  /** True if what comes up to the end of a batch is void. */
  private boolean skips;

  /** Bytes that wait behind what is being read again; null if nothing is, or nothing waits. */
  private ByteBuf aside;

  private boolean setAside;
  private int mark;
  private int runStart = -1;
  private ByteBuf out;

  ClientInput(SessionContext session, RequestFormat format) {
    this.session = session;
    this.format = format;
    this.alloc = session.channel().alloc();
  }

  // ---- what has come

  void add(ByteBuf consumed) {
    if (setAside) {
      addAside(consumed);
    } else if (input == null) {
      hold(consumed);
      owned = false;
    } else {
      append(consumed);
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

  /** Another buffer has what waits from here on. */
  private void hold(ByteBuf buffer) {
    input = buffer;
    version++;
  }

  /** Changes whenever positions in what waits mean something else. */
  public long version() {
    return version;
  }

  private void own(int extra) {
    ByteBuf copy = alloc.buffer(input.readableBytes() + extra);
    copy.writeBytes(input);
    input.release();
    hold(copy);
    owned = true;
  }

  /**
   * Puts messages that were read before in front of what waits. They are copied: what is read is
   * always a buffer of the same kind, which Java compiles better than slices among them.
   */
  void putInFront(ByteBuf consumed) {
    ByteBuf behind = input;
    hold(consumed);
    own(behind == null ? 0 : behind.readableBytes());
    if (behind != null) {
      append(behind);
    }
  }

  /** Makes what waits, and what comes, wait behind what is read again until it is put back. */
  @Override
  public void setAside() {
    if (input != null) {
      ByteBuf waits = input;
      hold(null);
      if (setAside) {
        waits.release(); // it was being read again
      } else {
        addAside(waits);
      }
    }
    setAside = true;
  }

  /** True if what comes waits behind what is read again. */
  @Override
  public boolean isSetAside() {
    return setAside;
  }

  private void addAside(ByteBuf consumed) {
    try {
      if (aside == null) {
        aside = alloc.buffer(consumed.readableBytes());
      }
      aside.writeBytes(consumed);
    } finally {
      consumed.release();
    }
  }

  /**
   * Has the reader read what was set aside, and nothing that is left of what was read again.
   *
   * @param inFront what to read before it, or null
   */
  @Override
  public void putBack(ByteBuf inFront) {
    if (setAside) {
      setAside = false;
      release(input);
      hold(aside);
      owned = input != null;
      aside = null;
      mark();
    }
    if (inFront != null) {
      putInFront(inFront);
      mark();
    }
  }

  private static void release(ByteBuf unread) {
    if (unread != null) {
      unread.release();
    }
  }

  /** Input with the next byte to read at its reader's position; null if there is none. */
  public ByteBuf bytes() {
    return input;
  }

  /** True if the client has sent something that waits. */
  @Override
  public boolean waits() {
    return input != null && input.isReadable();
  }

  /** Number of bytes that wait, without those that were set aside. */
  @Override
  public int unread() {
    return input == null ? 0 : input.readableBytes();
  }

  int size() {
    int read = input == null ? 0 : input.readableBytes();
    return aside == null ? read : read + aside.readableBytes();
  }

  /** Bytes of the buffers in which it waits. */
  long held() {
    long read = input == null ? 0 : input.capacity();
    return aside == null ? read : read + aside.capacity();
  }

  /** Bytes of the message whose beginning waits, as far as is known; 0 where none does. */
  long expected() {
    return midMessage() || unread() == 0 ? 0 : Math.max(format.total(input), format.least(input));
  }

  /** Has the rest of the message that waits come to lie in one buffer, without copies. */
  void makeRoom() {
    long missing = expected() - unread();
    if (missing > 0 && missing < MOST_AT_ONCE && input.maxFastWritableBytes() < missing) {
      own((int) missing);
    }
  }

  /** True if the message is here whole; one above the limit ends the session. */
  public boolean whole(long total, long limit) {
    if (total > limit) {
      session.fatal(
          ServerError.fatal(
                  Sqlstate.PROGRAM_LIMIT_EXCEEDED, "message of " + total + " bytes is too large")
              .withDetail("The limit for this kind of message is " + limit + " bytes."));
      return false;
    }
    return input.readableBytes() >= total;
  }

  /** True if what waits begins with a message, and nothing is known of it but its bytes. */
  boolean isPlain() {
    return !midMessage() && !skips && !setAside && runStart < 0 && out == null;
  }

  /** Gives away all that waits; null where nothing does. */
  ByteBuf takeAll() {
    ByteBuf all = input;
    hold(null);
    return all;
  }

  // ---- handling it

  /** From here on it is handled, up to {@link #keepRest}. */
  void mark() {
    if (input != null) {
      mark = input.readerIndex();
    }
  }

  /** Passes a message on, or drops it, as far as it is here; the rest follows as it comes. */
  public void begin(long total, boolean drop) {
    int here = (int) Math.min(total, input.readableBytes());
    rest = total - here;
    dropRest = drop;
    take(here, drop);
  }

  /** True if the rest of a message is still to come. */
  @Override
  public boolean midMessage() {
    return rest > 0 || pieces != Pieces.NONE;
  }

  /** True if its handler takes the rest of a message piece by piece. */
  boolean inPieces() {
    return pieces != Pieces.NONE;
  }

  /** The rest of the message whose beginning was handled follows in pieces, or is dropped so. */
  public void beginPieces(boolean drop) {
    pieces = drop ? Pieces.DROPPED : Pieces.SENT;
  }

  /** The last piece was handled. */
  public void endPieces() {
    pieces = Pieces.NONE;
  }

  /** True if the client has sent part of a message only, of which the server may have had some. */
  boolean incomplete() {
    if (midMessage()) {
      return true;
    }
    int here = unread();
    long total = here == 0 ? 0 : format.total(input);
    return here > 0 && (total == 0 || total > here);
  }

  /** True if the rest of a message that goes to the server is still to come. */
  public boolean streaming() {
    return (rest > 0 && !dropRest) || pieces == Pieces.SENT;
  }

  /** Handles what is here of a message's rest; says whether that is all of it. */
  boolean takeRest() {
    int step = (int) Math.min(rest, input.readableBytes());
    rest -= step;
    take(step, dropRest);
    return rest == 0;
  }

  /** The client has sent part of a batch; the rest up to its end is void. */
  void skipBatch() {
    skips = true;
  }

  /** The end of that batch has come. */
  void batchSkipped() {
    skips = false;
  }

  boolean skips() {
    return skips;
  }

  private void take(int size, boolean drop) {
    if (drop) {
      cut();
    } else if (runStart < 0) {
      runStart = input.readerIndex();
    }
    input.skipBytes(size);
  }

  /**
   * Puts another message in the place of the one at the reader's position, which is here whole.
   *
   * @param message is written at once
   * @param total length of the message that goes
   */
  public void replace(ByteBuf message, int total) {
    cut();
    int behind = input.readableBytes() - total;
    ByteBuf changed = alloc.buffer(message.readableBytes() + behind);
    changed.writeBytes(message).writeBytes(input, input.readerIndex() + total, behind);
    input.release();
    hold(changed);
    owned = true;
    mark = 0;
  }

  /** Leaves out the statement that waits, or what has not been handled of its batch. */
  @Override
  public void dropStatement() {
    if (waits()) {
      input.skipBytes(format.statement(input));
    }
  }

  // ---- what goes to the server

  /** Ends the run before the current message: what follows goes out in another form. */
  public void cut() {
    if (runStart >= 0) {
      int size = input.readerIndex() - runStart;
      if (size > SMALL_RUN) {
        sendOut();
        session.lease().server().write(input.retainedSlice(runStart, size));
      } else if (size > 0) {
        out(size).writeBytes(input, runStart, size);
      }
      runStart = -1;
    }
  }

  /** The buffer for messages of our own making, in their place among the client's. */
  public ByteBuf out(int size) {
    if (out == null) {
      out = session.lease().server().allocate(Math.max(size + 64, 256));
    }
    return out;
  }

  private void sendOut() {
    if (out != null) {
      ByteBuf full = out;
      out = null;
      session.lease().server().write(full);
    }
  }

  /** Sends what has been gathered, so that something of another owner can follow. */
  public void flushGathered() {
    cut();
    sendOut();
  }

  /** Sends all that has been gathered; says whether that was anything. */
  boolean send(ServerConnection server) {
    if (runStart < 0 && out == null) {
      return false;
    }
    if (out == null && runStart == mark && !input.isReadable()) {
      ByteBuf all = input;
      hold(null);
      runStart = -1;
      server.write(all.readerIndex(mark));
    } else {
      flushGathered();
    }
    return true;
  }

  /** Releases what has been handled; keeps what waits in a buffer of its own. */
  void keepRest() {
    if (input == null) {
      return;
    }
    if (!input.isReadable()) {
      release();
    } else if (!owned || input.readerIndex() > mark) {
      own(0);
    }
  }

  // ---- the end

  /** Nothing of it is handled any more; what was gathered goes to the server, if there is one. */
  void discard() {
    if (session.lease().server() != null) {
      flushGathered(); // replies to it are expected already
    }
    if (input != null) {
      input.skipBytes(input.readableBytes());
    }
    release(aside);
    aside = null;
    runStart = -1;
    if (out != null) {
      out.release();
      out = null;
    }
  }

  void release() {
    release(input);
    hold(null);
  }
}
