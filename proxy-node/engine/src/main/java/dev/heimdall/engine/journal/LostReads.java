package dev.heimdall.engine.journal;

import dev.heimdall.engine.journal.Journal.Segment;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads again, in its order and as if it had just come, what changes nothing of what was lost with
 * its server connection, and that of which nothing had left the node. What else changes something,
 * or may, is not: its client is sent an error, in its place among the answers of the others.
 */
public final class LostReads {
  /** Current stage; {@link #become} alone changes it. */
  private enum Stage {
    /** Nothing was lost that is read again. */
    NONE,
    /** Lost units are about to be read again. */
    LOST,
    /** It is being read again, and what the client sends waits. */
    READING
  }

  private final UnitPosition position;
  private final UnitReader reader;
  private final UnitInput input;
  private final LostClient client;
  private final BatchReplay replay;
  private final TransactionReplay transaction;
  private final Journal journal;
  private final DeliveredPart part;
  private final LoopContext loop;
  private final Consumer<Throwable> failed;

  private Stage stage = Stage.NONE;

  /** Messages that are about to be read again. */
  private ByteBuf again;

  /** Segments to be handled after them. */
  private final ArrayDeque<Segment> behind = new ArrayDeque<>(0);

  /** Reason for the loss of units that are not read again. */
  private ServerError failure;

  /**
   * Number of the last failing units that belong to a transaction that began with one of them, or
   * with a unit that has no end yet; negative when there is none.
   */
  private int failedInBlock;

  /** True if the client has sent part of a unit that is not read again. */
  private boolean failedOpen;

  public LostReads(
      UnitContext session, BatchReplay replay, TransactionReplay transaction, Journal journal) {
    this.position = session.position();
    this.reader = session.reader();
    this.input = session.input();
    this.client = session.client();
    this.replay = replay;
    this.transaction = transaction;
    this.journal = journal;
    this.part = journal.reply().part();
    this.loop = session.loop();
    this.failed = session.failed();
  }

  private void become(Stage next) {
    stage = next;
  }

  /**
   * The server connection is lost, over which nothing but what was noted was in progress that the
   * session depends on.
   *
   * @param cut whether it has cut a message of its answer
   * @param begun the unit that began the block in which the client is; negative when none did
   * @param error for what is not read again
   * @return whether that is taken care of
   */
  public boolean survive(ReplySource from, boolean cut, long begun, ServerError error) {
    Delivery delivered = journal.reply().delivery(from.due());
    boolean deliveredAny = delivered != Delivery.NOTHING;
    if (!mayGoOn()) {
      return false;
    }
    long done = position.done();
    long end = done + position.outstanding();
    long unsent = journal.firstUnsent(from.left());
    // A block whose beginning has not left begins anew; so does one of which nothing else was sent.
    boolean inBlock =
        begun >= done
            && begun < unsent
            && !(begun == end - 1 && delivered == Delivery.NOTHING && journal.lastReads(begun));
    List<Segment> plan =
        journal.lost(
            done,
            position.outstanding(),
            inBlock ? begun : end + 1,
            begun >= done && !inBlock ? begun : unsent,
            unsent,
            delivered,
            client.mayGoOn());
    Set<Long> numbers = new HashSet<>();
    plan.forEach(segment -> numbers.addAll(segment.numbers()));
    boolean openLost = position.unitOpen() && !numbers.contains(end);
    boolean continues = deliveredAny && numbers.contains(done);
    boolean amidMessage = deliveredAny && (cut || part.cut()) && !continues;
    if (numbers.isEmpty()
        || amidMessage
        || (stage != Stage.NONE && (openLost || !readsAllAgain(plan)))) {
      plan.forEach(LostReads::release);
      return false;
    }
    if (continues) {
      part.leaveOut(error);
    } else {
      part.end();
    }
    journal.reply().drop();
    replay.forget();
    transaction.takeBack();
    client.unanswered(numbers, !openLost);
    journal.takeAllBack();
    for (Segment segment : plan) {
      if (segment.again() != null) {
        reader.messages().freeNames(segment.again());
      }
    }
    if (stage == Stage.NONE) {
      failure = error;
      failedInBlock = inBlock ? (int) (end - begun) : -1;
      failedOpen = openLost;
      behind.addAll(plan.subList(1, plan.size()));
    }
    become(Stage.LOST);
    client.fail(error, plan.get(0).failed(), false);
    again = plan.get(0).again();
    client.ready();
    loop.soon(this::readAgain, failed);
    return true;
  }

  /** True if what the client sends next may follow what is read again. */
  boolean mayGoOn() {
    return !input.midMessage() && !reader.skips();
  }

  /** True if all but the beginning is read again, in one go. */
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
      return; // the client has disconnected
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
    reader.readAgain(messages);
  }

  /**
   * True if what the client sends may follow what is read again as if nothing had been. What waits
   * aside since it was lost before is put back behind it.
   */
  private boolean nothingFailsBehind() {
    return !input.isSetAside()
        && behind.size() == 1
        && behind.peek().failed() == 0
        && !failedOpen
        && failedInBlock < 0;
  }

  /** True if nothing is to be read until what is lost is being read again. */
  public boolean holdsBack() {
    return stage == Stage.LOST;
  }

  /** True if some of what was lost is not answered. */
  public boolean underWay() {
    return stage != Stage.NONE;
  }

  /**
   * Continues with the lost units that follow, after those last read again are answered.
   *
   * @return whether there may be more to be read
   */
  public boolean goesOn() {
    if (stage != Stage.READING
        || input.waits()
        || position.outstanding() > 0
        || position.unitOpen()
        || position.closed()) {
      return false;
    }
    Segment next = behind.peek();
    if (next.again() != null) {
      behind.poll();
      client.fail(failure, next.failed(), false);
      reader.readAgain(next.again());
      return true;
    }
    if (failedInBlock >= 0 && !client.leavesServer()) {
      return false;
    }
    behind.poll();
    client.fail(failure, next.failed() - Math.max(0, failedInBlock), false);
    if (failedInBlock >= 0) {
      client.failTransaction();
    }
    client.fail(failure, Math.max(0, failedInBlock), failedOpen);
    over();
    input.putBack(null);
    return true;
  }

  private void over() {
    become(Stage.NONE);
    failure = null;
    behind.clear();
  }

  /** The session has ended. */
  public void end() {
    if (again != null) {
      again.release();
      again = null;
    }
    behind.forEach(LostReads::release);
    over();
  }
}
