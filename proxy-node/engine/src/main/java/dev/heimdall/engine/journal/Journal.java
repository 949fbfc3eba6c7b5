package dev.heimdall.engine.journal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Units that a client has sent and may have to send again: those that one server connection has had
 * and not answered, in their order, one that may be sent again by itself, and those of a
 * transaction that may be run again. A unit is kept once, for all of these, in one memory. Who
 * handles the client's messages says what each of them means for its unit and for those before it.
 */
public final class Journal {
  /** A longer unit is not kept. */
  private static final int MOST_BYTES = 32 * 1024;

  private final ArrayDeque<Unit> units = new ArrayDeque<>(0);
  private final HeldReply reply;
  private final UnitMemory memory;
  private final StandaloneUnit standalone;

  /** The unit of which the end has not been sent; null when there is none. */
  private Unit open;

  /**
   * @param reply the beginning of the answer to the first unit
   */
  public Journal(HeldReply reply, ByteBufAllocator allocator) {
    this.reply = reply;
    this.memory = new UnitMemory(allocator);
    this.standalone = new StandaloneUnit(memory);
  }

  /** Bytes that all take that is kept. */
  public int size() {
    return memory.size();
  }

  /** The beginning of the answer to the first unit. */
  public HeldReply reply() {
    return reply;
  }

  /** The unit that is kept because it may be sent again as a whole. */
  public StandaloneUnit standalone() {
    return standalone;
  }

  // ---- what is sent

  /** True if the end of a unit is to come that is noted here. */
  public boolean isOpen() {
    return open != null && open.noted;
  }

  /** True if that unit has messages that are kept. */
  public boolean openBegun() {
    return open.begun();
  }

  /**
   * A unit begins that can be read again if it turns out to be no more than reads.
   *
   * @param number that it will have among all that the client sends
   * @param written how many bytes have been written to the server connection before it
   * @param left how many of them may have left the node
   */
  public void begin(long number, long written, long left) {
    releaseLeft(left);
    if (open == null) {
      open = new Unit(number, Guard.READ);
      open.writtenBefore = written;
    }
    open.noted = true;
  }

  /** Releases units that may change something and have left the node: they are not read again. */
  private void releaseLeft(long left) {
    for (Iterator<Unit> i = units.descendingIterator(); i.hasNext(); ) {
      Unit unit = i.next();
      if (unit.guard != Guard.UNSENT) {
        return;
      }
      if (unit.writtenBefore < left) {
        give(unit);
      }
    }
  }

  /**
   * The client may wait for what has come of the open unit's answer before it goes on.
   *
   * @param done the number of the unit that is answered next
   */
  public void flushed(long done) {
    open.flushed = true;
    if (first(done) == open) {
      reply.deliver();
    }
  }

  /** The open unit parses the unnamed statement. */
  public void parsesUnnamed() {
    unnamedChanges();
    open.parsesUnnamed = true;
  }

  /** The open unit runs or describes a statement. */
  public void uses(boolean unnamed) {
    open.uses = true;
    open.usesUnnamed |= unnamed && !open.parsesUnnamed;
  }

  /**
   * Gives up units that have used the previous unnamed statement and would now find another one.
   */
  public void unnamedChanges() {
    for (Unit unit : units) {
      if (unit.usesUnnamed) {
        give(unit);
      }
    }
    if (open.usesUnnamed) {
      give(open);
    }
  }

  /** The open unit deallocates a name that it has not made itself, or any. */
  public void dropsNames() {
    units.forEach(this::give);
    if (open.uses) {
      give(open);
    }
  }

  /** True if the open unit has sent something itself that is found in its messages. */
  public boolean openContains(Unit.Search search) {
    return open.contains(search);
  }

  /** The statement that the open unit sends next is bound, and run by what it sends later. */
  public void binds() {
    open.binds = true;
  }

  /** The open unit runs what it has bound. */
  public void runs() {
    Guard run = open.whenRun;
    open.binds = false;
    open.whenRun = null;
    if (run != null) {
      becomes(run);
    }
  }

  /** A transaction block begins in the open unit, which changes nothing by that. */
  public void beginsBlock() {
    open.begins = true;
  }

  /** The open unit may change something: it can be read again as long as none of it has left. */
  public void changes() {
    mayChange(Guard.UNSENT);
  }

  /** The open unit may change something, and cannot be read again. */
  public void changesForGood() {
    mayChange(Guard.NONE);
  }

  private void mayChange(Guard guard) {
    if (!open.binds) {
      becomes(guard);
    } else if (open.whenRun != Guard.NONE) {
      open.whenRun = guard;
    }
  }

  private void becomes(Guard guard) {
    if (guard == Guard.NONE) {
      give(open);
    } else if (open.reads()) {
      open.guard = guard;
    }
  }

  /** The open unit cannot be read again. */
  public void spoil() {
    give(open);
  }

  /** Keeps the message of this length at the reader's position for the open unit, if it may. */
  public void keep(ByteBuf input, int total) {
    if (open.mayBeRead() && (open.length() + total > MOST_BYTES || !memory.hasRoom(input))) {
      give(open);
    }
    hold(input);
  }

  private void hold(ByteBuf input) {
    if (open.isKept()) {
      memory.hold(open, input, input.readerIndex());
    }
  }

  /** True if a message of the open unit is better handled when the rest of it is here, too. */
  public boolean awaitsRest(int here, long total) {
    return open.reads() && total > here && open.length() + total <= MOST_BYTES;
  }

  /**
   * A message of the open unit was handled.
   *
   * @param length so much of it; nothing, if it waits
   * @param ends whether it has ended the unit
   */
  public void handled(int length, long total, boolean ends) {
    if (open == null) {
      return;
    }
    if (length > 0 && length < total) {
      give(open);
    }
    if (open.isKept()) {
      open.add(length);
      memory.limit(open);
    }
    if (ends) {
      if (open.noted) {
        units.add(open);
      }
      open = null;
    }
  }

  /** Releases the open unit after an operator's message, which no server has had. */
  public void handledHere() {
    if (open != null && !open.begun() && !open.ofTransaction) {
      release(open);
      open = null;
    }
  }

  /**
   * Takes back the last sent unit, which is going to be sent once more: the caller drops the
   * waiting part of its answer.
   */
  public void takeBack() {
    Unit last = units.pollLast();
    if (last != null) {
      release(last);
    }
    reply.begin();
  }

  /** It is not read again. */
  private void give(Unit unit) {
    unit.guard = Guard.NONE;
    if (!unit.ofTransaction) {
      memory.release(unit);
    }
  }

  private void release(Unit unit) {
    give(unit);
    unit.noted = false;
  }

  // ---- what is kept with its transaction

  /**
   * Keeps the message at the reader's position with its transaction when it is sent.
   *
   * @param number that its unit will have
   * @return its unit; null when the beginning of that is not kept
   */
  Unit join(ByteBuf input, long number) {
    if (open == null) {
      open = new Unit(number, Guard.NONE);
    } else if (open.begun() && !open.ofTransaction) {
      return null;
    }
    open.ofTransaction = true;
    hold(input);
    return open;
  }

  /** More of the message was handled that is kept with its transaction. */
  void handledMore(ByteBuf input, int at, int length) {
    if (open != null && open.ofTransaction) {
      memory.hold(open, input, at);
      open.add(length);
      memory.limit(open);
    }
  }

  /** It was answered, and is kept with its transaction for as long as that lasts. */
  void keepFor(Unit unit) {
    memory.copy(unit);
  }

  /** The messages of a unit; they are the caller's to release. */
  ByteBuf messages(Unit unit) {
    ByteBuf messages = memory.buffer(unit.length());
    unit.writeTo(messages);
    return messages;
  }

  /**
   * The messages of a transaction from one of its units on, which are not kept with it any more.
   *
   * @param unread so many bytes of the unit before, likewise
   */
  ByteBuf cut(List<Unit> transaction, int from, int unread) {
    ByteBuf rest = memory.buffer(unread);
    if (unread > 0) {
      Unit begun = transaction.get(from - 1);
      begun.writeTo(rest, begun.length() - unread);
      begun.cutTo(begun.length() - unread);
    }
    List<Unit> behind = transaction.subList(from, transaction.size());
    for (Unit unit : behind) {
      unit.writeTo(rest);
      part(unit);
    }
    behind.clear();
    return rest;
  }

  /** It is not kept with its transaction any more. */
  void part(Unit unit) {
    unit.ofTransaction = false;
    if (!unit.mayBeRead()) {
      memory.release(unit);
    }
    if (unit == open && !unit.noted) {
      open = null;
    }
  }

  /** A unit of a transaction that was run again goes on. */
  void goOn(Unit unit, long number) {
    unit.number = number;
    open = unit;
  }

  // ---- what is answered

  /** The unit whose answer comes next; null when it is none that was noted. */
  private Unit first(long done) {
    Unit first = units.isEmpty() ? open : units.peek();
    return first != null && first.noted && first.number == done ? first : null;
  }

  /** True if the unit that is answered next is noted. */
  public boolean answersNoted(long done) {
    return first(done) != null;
  }

  /** True if its answer may wait until more of it is here. */
  public boolean mayHold(long done) {
    Unit first = first(done);
    return first != null && first.reads() && !first.flushed;
  }

  /**
   * A unit was answered.
   *
   * @param done its number
   */
  public void answered(long done) {
    reply.deliver();
    reply.part().end();
    reply.begin();
    while (!units.isEmpty() && units.peek().number <= done) {
      release(units.poll());
    }
  }

  // ---- what is lost

  /**
   * Step of the recovery of units whose connection is lost: one after the other, errors for some
   * and then others read again.
   *
   * @param failed so many get an error first
   * @param numbers of those that are read again behind these
   * @param again their messages; null where none are
   */
  public record Segment(int failed, List<Long> numbers, ByteBuf again) {}

  /**
   * Plans the recovery of the units from the first unanswered one on, in their order. The last
   * segment has errors or nothing.
   *
   * @param done the number of the first one
   * @param outstanding how many were sent to their end
   * @param block the number from which on they belong to a transaction that began with one of them;
   *     or beyond their end
   * @param begun the unit that began a block which begins anew; units that began others are not
   *     read again once they have left
   * @param unsent the first of which nothing has left the node; or beyond their end
   * @param delivered what the client has had of the first answer
   * @param permitted whether what was lost may be tried again
   */
  public List<Segment> lost(
      long done,
      int outstanding,
      long block,
      long begun,
      long unsent,
      Delivery delivered,
      boolean permitted) {
    List<Segment> segments = new ArrayList<>();
    List<Unit> again = new ArrayList<>();
    int failed = 0;
    long end = done + outstanding;
    for (long number = done; number <= end; number++) {
      Unit unit = number == end ? open : find(number);
      if (number < block
          && unit != null
          && unit.number == number
          && (!unit.begins || number >= begun)
          && readAgain(
              unit,
              number >= unsent ? Cause.NEVER_SENT : Cause.CONNECTION_LOST,
              number > done ? Delivery.NOTHING : delivered,
              permitted)) {
        again.add(unit);
      } else if (number < end) {
        if (!again.isEmpty()) {
          segments.add(segment(failed, again));
          again.clear();
          failed = 0;
        }
        failed++;
      }
    }
    if (!again.isEmpty()) {
      segments.add(segment(failed, again));
      failed = 0;
    }
    segments.add(new Segment(failed, List.of(), null));
    return segments;
  }

  /** True if this is the last unit of which anything was sent, and it changes nothing. */
  boolean lastReads(long number) {
    Unit last = units.peekLast();
    return last != null && last.number == number && last.reads() && (open == null || !open.begun());
  }

  /**
   * True if all that is unanswered is read again if the connection is lost before any of it is, and
   * what has no end yet, for instance because the server is asked about it first.
   *
   * @param outstanding units that were sent to their end
   */
  boolean readsOnly(int outstanding) {
    if (units.size() != outstanding
        || outstanding == 0 && open == null
        || open != null && !goesAgain(open)) {
      return false;
    }
    for (Unit unit : units) {
      if (!goesAgain(unit)) {
        return false;
      }
    }
    return true;
  }

  private static boolean goesAgain(Unit unit) {
    return !unit.begins && readAgain(unit, Cause.CONNECTION_LOST, Delivery.NOTHING, true);
  }

  /**
   * The number of the first unit of which nothing has left the node, with those behind it.
   *
   * @param left so many bytes of all that was written to the server connection may have
   */
  long firstUnsent(long left) {
    if (open != null && open.writtenBefore < left) {
      return Long.MAX_VALUE;
    }
    long first = open == null ? Long.MAX_VALUE : open.number;
    for (Iterator<Unit> i = units.descendingIterator(); i.hasNext(); ) {
      Unit unit = i.next();
      if (unit.writtenBefore < left) {
        break;
      }
      first = unit.number;
    }
    return first;
  }

  private static boolean readAgain(Unit unit, Cause cause, Delivery delivered, boolean permitted) {
    return switch (Recovery.of(unit.attempt(delivered, permitted), cause)) {
      case READ_AGAIN, CONTINUE -> true;
      default -> false;
    };
  }

  private Unit find(long number) {
    for (Unit unit : units) {
      if (unit.number == number) {
        return unit;
      }
    }
    return null;
  }

  private Segment segment(int failed, List<Unit> again) {
    ByteBuf messages = memory.buffer(again.stream().mapToInt(Unit::length).sum());
    again.forEach(unit -> unit.writeTo(messages));
    return new Segment(failed, again.stream().map(unit -> unit.number).toList(), messages);
  }

  /** Nothing of what was sent is read again when it is lost; its answers go on as they come. */
  public void giveUp() {
    reply.deliver();
    releaseAll();
  }

  /**
   * Forgets all sent units, which are no longer answered; waiting bytes go to a client that is
   * still there.
   */
  public void forget(boolean clientThere) {
    if (clientThere) {
      reply.deliver();
    } else {
      reply.drop();
    }
    reply.part().end();
    reply.begin();
    releaseAll();
  }

  /**
   * Takes back all sent units, which are no longer answered and will be read again as far as
   * planned.
   */
  void takeAllBack() {
    reply.drop();
    reply.begin();
    releaseAll();
  }

  private void releaseAll() {
    units.forEach(this::release);
    units.clear();
    if (open != null) {
      release(open);
      open = null;
    }
  }
}
