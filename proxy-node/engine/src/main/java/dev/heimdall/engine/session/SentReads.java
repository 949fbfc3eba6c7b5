package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.prepared.ParsedNames;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps what a client has sent to the writer of a cluster and has had no answer to, as long as it
 * changes nothing. When the server is lost, this is read again in its order, as if it had just
 * come. What changes something, or may, and all that was sent behind it, is not: its client is told
 * so when what stands before it is answered.
 *
 * <p>Nothing is copied before there is a loss: the buffers in which it came are held.
 */
final class SentReads {
  /** What is longer up to its Sync is not kept. */
  private static final int MOST_BYTES = 32 * 1024;

  /** So much memory is held for one client that waits for answers. */
  private static final int MOST_HELD = 128 * 1024;

  private final ClientSession session;
  private final RequestReader requests;
  private final LoopContext loop;

  /** What was sent up to a Sync or as a Query, and is not answered, in its order. */
  private final ArrayDeque<SentGroup> groups = new ArrayDeque<>(0);

  /** The group of which the end has not been sent; null when there is none. */
  private SentGroup open;

  /** The buffer that was held last, and all that are held in bytes. */
  private ByteBuf newest;

  private int held;

  /** Of the answer to the first group. */
  private final WithheldAnswer withheld;

  /** What is about to be read again; null when nothing is. */
  private ByteBuf again;

  /** Why groups were lost that are not sent again; null when their client knows. */
  private PgError failure;

  /** How many, and whether the client has sent part of another. */
  private int failing;

  private boolean failingOpen;

  /** Whether a transaction begins with one of them that is to go on behind them. */
  private boolean failingBegun;

  SentReads(ClientSession session, RequestReader requests, LoopContext loop) {
    this.session = session;
    this.requests = requests;
    this.loop = loop;
    this.withheld = new WithheldAnswer(session);
  }

  WithheldAnswer withheld() {
    return withheld;
  }

  // ---- what is sent

  /**
   * The message at the reader's position is about to be handled.
   *
   * @return whether {@link #handled} is to follow
   */
  boolean handles(ByteBuf input, byte type, long total) {
    if (open == null) {
      if (!begins(type) || !mayBegin()) {
        return false;
      }
      open = new SentGroup(session.carried().sent());
      if (requests.replay().repeats()) {
        spoil(open); // its client has had the first of its answer
      }
    }
    if (type == FrontendType.FLUSH) {
      open.flushed = true; // its client may wait for what has come before it goes on
      if (first() == open) {
        withheld.give();
      }
    }
    if (total <= input.readableBytes()) { // else it waits, or goes in parts
      look(input, type, (int) total);
      if (open.reads && !hold(input, (int) total)) {
        spoil(open);
      }
    }
    return true;
  }

  /** Whether the message is better handled when the rest of it is here, too. */
  boolean awaitsRest(ByteBuf input, long total) {
    return open.reads && total > input.readableBytes() && open.length() + total <= MOST_BYTES;
  }

  private boolean begins(byte type) {
    return switch (type) {
      case FrontendType.QUERY,
          FrontendType.PARSE,
          FrontendType.BIND,
          FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE,
          FrontendType.SYNC ->
          true;
      default -> false;
    };
  }

  /** Whether what is sent next can be sent again if it turns out to be no more than reads. */
  private boolean mayBegin() {
    return session.vdb().pools().led()
        && session.status() == TransactionState.IDLE
        && !session.server().groupOpen()
        && !session.server().copyIn()
        && !session.lease().keepsServer()
        && !session.reads().away()
        && !session.sharing().active()
        && !session.transactionReplay().active();
  }

  /** What the message means for itself and those before it, if they have to be read again. */
  private void look(ByteBuf input, byte type, int total) {
    int at = input.readerIndex();
    switch (type) {
      case FrontendType.QUERY -> {
        if (open.begun()) {
          spoil(open); // it ends what has no Sync
        }
        unnamedChanges();
      }
      case FrontendType.PARSE -> {
        if (input.getByte(at + 5) == 0) {
          unnamedChanges();
          open.parsesUnnamed = true;
        } else if (ParsedNames.taken(input, at, session.carried().names())) {
          spoil(open);
        }
      }
      case FrontendType.BIND -> {
        int portalEnd = input.indexOf(at + 5, at + total, (byte) 0);
        uses(portalEnd < 0 ? 0 : input.getByte(portalEnd + 1));
      }
      case FrontendType.DESCRIBE -> {
        if (total > 6 && input.getByte(at + 5) == 'S') {
          uses(input.getByte(at + 6));
        }
      }
      case FrontendType.CLOSE -> {
        if (total > 6 && input.getByte(at + 5) == 'S') {
          if (input.getByte(at + 6) == 0) {
            unnamedChanges();
          } else if (session.carried().names().get(input, at + 6, total - 7) != null
              && !open.prepares(input, at + 6, total - 7)) {
            spoilBefore(); // what the group itself has prepared, it will prepare again
          }
        }
      }
      case FrontendType.EXECUTE, FrontendType.FLUSH, FrontendType.SYNC -> {}
      default -> spoil(open);
    }
  }

  /** A statement is used whose name begins so. */
  private void uses(byte name) {
    open.uses = true;
    open.usesUnnamed |= name == 0 && !open.parsesUnnamed;
  }

  /** What has used the unnamed statement of before would find another one. */
  private void unnamedChanges() {
    for (SentGroup group : groups) {
      if (group.usesUnnamed) {
        spoil(group);
      }
    }
    if (open.usesUnnamed) {
      spoil(open);
    }
  }

  /** A name goes that groups before this one, or this one itself, may have used. */
  private void spoilBefore() {
    groups.forEach(this::spoil);
    if (open.uses) {
      spoil(open);
    }
  }

  private boolean hold(ByteBuf input, int total) {
    if (open.length() + total > MOST_BYTES) {
      return false;
    }
    if (open.continues(input)) {
      return true;
    }
    int more = input == newest ? 0 : input.capacity();
    if (held + more > MOST_HELD) {
      return false;
    }
    held += more;
    newest = input;
    open.hold(input, more);
    return true;
  }

  /** A statement is being sent of which this is known. */
  void statement(boolean reads, boolean dropsNames) {
    if (open == null) {
      return;
    }
    if (!reads) {
      spoil(open);
    }
    if (dropsNames) {
      spoilBefore();
    }
  }

  /** The group is not sent again. */
  private void spoil(SentGroup group) {
    group.reads = false;
    release(group);
  }

  private void release(SentGroup group) {
    held -= group.release();
    if (held == 0) {
      newest = null;
    }
  }

  /**
   * The message was handled.
   *
   * @param length so much of it; nothing, if it waits
   * @param sent whether it has ended a group
   */
  void handled(int length, long total, boolean sent) {
    if (open == null) {
      return;
    }
    if (length == total && open.reads) {
      open.add(length);
    } else if (length > 0) {
      spoil(open);
    }
    if (sent) {
      groups.add(open);
      open = null;
    }
  }

  /** What was sent last is going to be read once more, for another reason. */
  void takeBack() {
    SentGroup last = groups.pollLast();
    if (last != null) {
      release(last);
    }
    withheld.give();
    withheld.begin();
  }

  // ---- what is answered

  /** The group whose answer comes next; null when it is none that was noted. */
  private SentGroup first() {
    SentGroup first = groups.isEmpty() ? open : groups.peek();
    return first != null && first.number == session.carried().done() ? first : null;
  }

  /**
   * Takes what the server says first of a read, so that the client has nothing of it yet, as long
   * as that is little and comes without its end.
   */
  boolean takes(ByteBuf consumed, ServerConnection from) {
    SentGroup first = first();
    return first != null
        && withheld.takes(
            consumed,
            first.reads
                && !first.flushed
                && session.status() == TransactionState.IDLE
                && !from.due()
                && withheld.hasRoom(consumed.readableBytes()));
  }

  /** The next group was answered, before that is counted. */
  void answered() {
    withheld.give();
    withheld.begin();
    while (!groups.isEmpty() && groups.peek().number <= session.carried().done()) {
      release(groups.poll());
    }
  }

  // ---- what is lost

  /**
   * The server connection is lost, over which nothing but this was under way that the session
   * depends on.
   *
   * @param error what is told of what is not sent again
   * @return whether that is taken care of
   */
  boolean survivesLoss(ServerConnection from, PgError error) {
    SentGroup first = first();
    boolean told = withheld.given() || from.due();
    if (first == null
        || !first.reads
        || !session.loss().mayGoOn()
        || requests.input().midMessage()
        || requests.skips()
        || (told && from.cutReply())) {
      return false;
    }
    long done = session.carried().done();
    long begin = told ? done + 1 : done;
    List<SentGroup> repeated = repeated(begin);
    long end = begin + repeated.size();
    boolean wholly = end - done == session.outstanding();
    boolean openToo = wholly && open != null && open.reads && open.number == end;
    boolean openLost = from.groupOpen() && !openToo;
    if ((repeated.isEmpty() && !openToo) || (failure != null && (!wholly || openLost))) {
      return false;
    }
    if (openToo) {
      repeated.add(open);
    }
    ByteBuf batch = session.channel().alloc().buffer();
    repeated.forEach(group -> group.writeTo(batch));
    int behind = session.outstanding() - (int) (end - done);
    boolean begun = session.transaction().begunSince(done);
    withheld.drop();
    requests.replay().forget();
    requests.course().takeBack(begin, openToo ? end : end - 1, !openLost);
    session.transactionReplay().takeBack();
    session.carried().keepReported();
    session.owed().forget();
    session.carried().lost();
    session.lease().captureLost();
    session.listening().lost();
    forget();
    ParsedNames.free(batch, session.carried().names());
    again = batch;
    if (told) {
      requests.course().side().end();
      tell(error, 1);
    }
    if (behind > 0 || openLost) {
      failure = error;
      failing = behind;
      failingOpen = openLost;
      failingBegun = begun;
    }
    session.lease().become(ClientSession.State.READY);
    loop.soon(this::sendAgain, session::failed);
    return true;
  }

  /** What can be sent again from this group on, up to what cannot. */
  private List<SentGroup> repeated(long from) {
    List<SentGroup> repeated = new ArrayList<>();
    for (SentGroup group : groups) {
      if (group.number >= from) {
        if (!group.reads || group.number != from + repeated.size()) {
          break;
        }
        repeated.add(group);
      }
    }
    return repeated;
  }

  private void sendAgain() {
    ByteBuf batch = again;
    again = null;
    if (batch == null) {
      return; // the client is gone
    }
    if (failure != null && !requests.input().isSetAside()) {
      requests.input().setAside();
    }
    requests.readAgain(batch);
  }

  /** Whether nothing is to be read until what is lost is being read again. */
  boolean holdsBack() {
    return again != null;
  }

  /** Whether the client is still to be told of what was lost. */
  boolean underWay() {
    return again != null || failure != null;
  }

  /**
   * What was read again is answered, and the client is told of what was lost behind it.
   *
   * @return whether that is so; then there may be more to be read
   */
  boolean tellsOfLost() {
    if (failure == null
        || again != null
        || requests.input().waits()
        || session.outstanding() > 0
        || requests.batchOpen()
        || session.closed()) {
      return false;
    }
    if (failingBegun && !failTransaction()) {
      return false;
    }
    PgError error = failure;
    failure = null;
    tell(error, failing);
    if (failingOpen) {
      ByteBuf out = session.channel().alloc().buffer(256);
      error.encode(out);
      session.write(out);
      requests.skipToSync();
    }
    requests.input().putBack(null);
    return true;
  }

  /**
   * The client is in a transaction that no server knows of: what it sends next is not to go over
   * the connection that the reads were read again on.
   *
   * @return whether that is so; not as long as that connection is being made ready for something
   */
  private boolean failTransaction() {
    if (session.state() == ClientSession.State.ACTIVE) {
      session.lease().putDown();
    }
    boolean free = session.state() == ClientSession.State.READY;
    if (free) {
      failingBegun = false;
      session.loss().failTransaction();
    }
    return free;
  }

  private void tell(PgError error, int count) {
    if (count > 0) {
      ByteBuf out = session.channel().alloc().buffer(256);
      for (int i = 0; i < count; i++) {
        error.encode(out);
        PgWriter.ready(out, session.status());
      }
      session.write(out);
    }
  }

  /** Nothing of what was sent is sent again. */
  void forget() {
    withheld.giveOrDrop();
    withheld.begin();
    groups.forEach(this::release);
    groups.clear();
    if (open != null) {
      release(open);
      open = null;
    }
  }

  /** The session has ended. */
  void end() {
    forget();
    failure = null;
    if (again != null) {
      again.release();
      again = null;
    }
  }
}
