package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.journal.Journal.Segment;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads again, in its order and as if it had just come, what changes nothing of what was lost with
 * its server connection. What changes something, or may, is not: its client is sent an error, in
 * its place among the answers of the others.
 */
final class LostReads {
  /** Where it stands; {@link #become} alone moves it. */
  private enum Stage {
    /** Nothing was lost that is read again. */
    NONE,
    /** What is lost is about to be read again. */
    LOST,
    /** It is being read again, and what the client sends waits. */
    READING
  }

  private final ClientSession session;
  private final RequestReader requests;
  private final ClientInput input;
  private final Journal journal;
  private final LoopContext loop;

  private Stage stage = Stage.NONE;

  /** What is about to be read again. */
  private ByteBuf again;

  /** What is to be done behind it. */
  private final ArrayDeque<Segment> behind = new ArrayDeque<>(0);

  /** Why units were lost that are not read again. */
  private ServerError failure;

  /**
   * How many of those that fail last belong to a transaction that began with one of them, or with
   * what has no end yet; negative when none did.
   */
  private int failedInBlock;

  /** Whether the client has sent part of a unit that is not read again. */
  private boolean failedOpen;

  LostReads(
      ClientSession session,
      RequestReader requests,
      ClientInput input,
      Journal journal,
      LoopContext loop) {
    this.session = session;
    this.requests = requests;
    this.input = input;
    this.journal = journal;
    this.loop = loop;
  }

  private void become(Stage next) {
    stage = next;
  }

  /**
   * The server connection is lost, over which nothing but what was noted was under way that the
   * session depends on.
   *
   * @param error for what is not read again
   * @return whether that is taken care of
   */
  boolean survive(ServerConnection from, ServerError error) {
    boolean delivered = journal.reply().delivered() || from.due();
    if (input.midMessage() || requests.skips() || (delivered && from.cutReply())) {
      return false;
    }
    long done = session.carried().done();
    long end = done + session.outstanding();
    long begun = session.transaction().begun();
    List<Segment> plan =
        journal.lost(
            done,
            session.outstanding(),
            begun < done ? end + 1 : begun,
            delivered,
            session.loss().mayGoOn(),
            session.channel().alloc());
    Set<Long> numbers = new HashSet<>();
    plan.forEach(segment -> numbers.addAll(segment.numbers()));
    boolean openLost = from.groupOpen() && !numbers.contains(end);
    if (numbers.isEmpty() || (stage != Stage.NONE && (openLost || !readsAllAgain(plan)))) {
      plan.forEach(LostReads::release);
      return false;
    }
    journal.reply().drop();
    requests.replay().forget();
    requests.course().takeBack(numbers, !openLost);
    session.transactionReplay().takeBack();
    session.carried().keepReported();
    session.owed().forget();
    session.carried().lost();
    session.lease().captureLost();
    session.listening().lost();
    journal.forget(true);
    for (Segment segment : plan) {
      if (segment.again() != null) {
        requests.handler().freeNames(segment.again());
      }
    }
    if (stage == Stage.NONE) {
      failure = error;
      failedInBlock = begun < done ? -1 : (int) (end - begun);
      failedOpen = openLost;
      behind.addAll(plan.subList(1, plan.size()));
    }
    become(Stage.LOST);
    if (plan.get(0).failed() > 0) {
      requests.course().side().end();
    }
    fail(error, plan.get(0).failed());
    again = plan.get(0).again();
    session.lease().become(LeaseState.READY);
    loop.soon(this::readAgain, session::failed);
    return true;
  }

  /** Whether all but the beginning is read again, in one go. */
  private static boolean readsAllAgain(List<Segment> plan) {
    return plan.size() == 2 && plan.get(1).failed() == 0;
  }

  private static void release(Segment segment) {
    if (segment.again() != null) {
      segment.again().release();
    }
  }

  private void readAgain() {
    if (stage != Stage.LOST) {
      return; // the client is gone
    }
    ByteBuf messages = again;
    again = null;
    if (nothingFailsBehind()) {
      over();
    } else {
      become(Stage.READING);
      if (!input.isSetAside()) {
        input.setAside();
      }
    }
    requests.readAgain(messages);
  }

  /** Whether what the client sends may follow what is read again as if nothing had been. */
  private boolean nothingFailsBehind() {
    return behind.size() == 1 && behind.peek().failed() == 0 && !failedOpen && failedInBlock < 0;
  }

  /** Whether nothing is to be read until what is lost is being read again. */
  boolean holdsBack() {
    return stage == Stage.LOST;
  }

  /** Whether some of what was lost is not answered. */
  boolean underWay() {
    return stage != Stage.NONE;
  }

  /**
   * What was read again last is answered: goes on with what was lost behind it.
   *
   * @return whether there may be more to be read
   */
  boolean goesOn() {
    if (stage != Stage.READING
        || input.waits()
        || session.outstanding() > 0
        || requests.batchOpen()
        || session.closed()) {
      return false;
    }
    Segment next = behind.peek();
    if (next.again() != null) {
      behind.poll();
      fail(failure, next.failed());
      requests.readAgain(next.again());
      return true;
    }
    if (failedInBlock >= 0 && !leavesConnection()) {
      return false;
    }
    behind.poll();
    fail(failure, next.failed() - Math.max(0, failedInBlock));
    if (failedInBlock >= 0) {
      session.loss().failTransaction();
      fail(failure, failedInBlock);
    }
    if (failedOpen) {
      ByteBuf out = session.channel().alloc().buffer(256);
      session.encoder().error(failure, out);
      session.write(out);
      requests.skipToSync();
    }
    over();
    input.putBack(null);
    return true;
  }

  private void over() {
    become(Stage.NONE);
    failure = null;
    behind.clear();
  }

  /**
   * The client is in a transaction that no server knows of: what it sends next is not to go over
   * the connection that the reads were read again on.
   *
   * @return whether that is so; not as long as that connection is being made ready for something
   */
  private boolean leavesConnection() {
    if (session.state() == LeaseState.ACTIVE) {
      session.lease().putDown();
    }
    return session.state() == LeaseState.READY;
  }

  private void fail(ServerError error, int count) {
    if (count > 0) {
      ByteBuf out = session.channel().alloc().buffer(256);
      for (int i = 0; i < count; i++) {
        session.encoder().failure(error, session.status(), out);
      }
      session.write(out);
    }
  }

  /** The session has ended. */
  void end() {
    if (again != null) {
      again.release();
      again = null;
    }
    behind.forEach(LostReads::release);
    over();
  }
}
