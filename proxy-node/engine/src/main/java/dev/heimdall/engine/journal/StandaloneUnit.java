package dev.heimdall.engine.journal;

import dev.heimdall.engine.journal.Recovery.Attempt;
import dev.heimdall.model.ActionParameters;
import io.netty.buffer.ByteBuf;

/**
 * The unit of a client that is kept because it may be sent again as a whole: nothing was unanswered
 * when it was sent, and nothing follows it before it is answered. It is known by its number, so
 * that no other unit's answer is ever taken for its own.
 */
public final class StandaloneUnit {
  /** Current stage; {@link #become} alone changes it. */
  private enum Stage {
    /** None is kept. */
    NONE,
    /** Its end was not sent, or not sent again. */
    KEPT,
    /** It was sent to its end. */
    SENT,
    /** Its answer failed; what comes of that is dropped, and it is going to be sent again. */
    RECOVERING
  }

  private final UnitMemory memory;
  private Stage stage = Stage.NONE;

  /** Its bytes, and for what they are kept; null when none is kept. */
  private Unit unit;

  /** By which it is tried again; null where no rule wants that. */
  private ActionParameters.Retry rule;

  /** True if a part of it was answered from what is remembered of its statement. */
  private boolean remembered;

  /** Current recovery of its answer, or the last one. */
  private Recovery recovery = Recovery.FAIL;

  /** Number of times that it was sent again. */
  private int tries;

  StandaloneUnit(UnitMemory memory) {
    this.memory = memory;
  }

  private void become(Stage next) {
    stage = next;
    if (next == Stage.NONE) {
      if (unit != null) {
        memory.release(unit);
      }
      unit = null;
      rule = null;
      remembered = false;
    }
  }

  /**
   * Keeps what is about to be sent for the first time.
   *
   * @param messages so many bytes at the reader's position
   * @param number that it will have among all that the client sends
   */
  public void keep(ByteBuf messages, int length, long number, Guard guard) {
    become(Stage.NONE);
    unit = new Unit(number, guard);
    memory.hold(unit, messages, messages.readerIndex());
    unit.add(length);
    recovery = Recovery.FAIL;
    tries = 0;
    become(Stage.KEPT);
  }

  /** It is kept because a rule may want it tried again. */
  public void retriedBy(ActionParameters.Retry by) {
    rule = by;
  }

  /** A part of what is kept was answered from what is remembered of its statement. */
  public void remember() {
    remembered = true;
  }

  public boolean isKept() {
    return unit != null;
  }

  /** For what it is kept; {@link Guard#NONE} where none is. */
  public Guard guard() {
    return unit == null ? Guard.NONE : unit.guard;
  }

  /** True if its answer is looked after: it is kept for more than what is remembered of it. */
  public boolean isGuarded() {
    return unit != null && unit.guard != Guard.REMEMBERED;
  }

  public boolean isRemembered() {
    return remembered;
  }

  /** By which it is tried again; null where no rule wants that. */
  public ActionParameters.Retry rule() {
    return rule;
  }

  public int tries() {
    return tries;
  }

  /** True if it is the unit of this number. */
  public boolean is(long number) {
    return unit != null && unit.number == number;
  }

  /** A unit was sent to its end. */
  public void sent() {
    if (stage == Stage.KEPT) {
      become(Stage.SENT);
    }
  }

  /** True if not all of it was sent, or sent again. */
  public boolean isUnsent() {
    return stage == Stage.KEPT;
  }

  /** True if what the client has sent behind it must wait for its answer. */
  public boolean holdsBack() {
    return stage == Stage.SENT || stage == Stage.RECOVERING;
  }

  // ---- when its answer fails to come

  private static Attempt attempt(Guard guard, Delivery delivered, boolean permitted) {
    return new Attempt(guard, guard == Guard.REPLICA_READ, delivered, permitted);
  }

  /** True if it is sent again elsewhere if its connection is lost before any of its answer came. */
  boolean goesElsewhere() {
    Attempt attempt = attempt(guard(), Delivery.NOTHING, true);
    return Recovery.of(attempt, Cause.CONNECTION_LOST) == Recovery.ELSEWHERE;
  }

  /**
   * Its answer will not be the one that its client is sent, unless nothing can be done about that.
   *
   * @param delivered what its client has had of the answer that it would have twice
   * @param permitted whether what limits repetitions permits one more
   * @return whether something is done about it
   */
  public boolean fails(Cause cause, Delivery delivered, boolean permitted) {
    Guard guard = remembered && cause == Cause.STALE_PLAN ? Guard.REMEMBERED : unit.guard;
    boolean once = cause != Cause.READ_ONLY_SERVER || recovery != Recovery.AT_WRITER;
    recovery = Recovery.of(attempt(guard, delivered, permitted && once), cause);
    if (recovery != Recovery.FAIL) {
      become(Stage.RECOVERING);
    } else if (isRecovering()) {
      become(Stage.SENT);
    }
    return isRecovering();
  }

  /** True if its answer failed, and something is being done about that. */
  public boolean isRecovering() {
    return stage == Stage.RECOVERING;
  }

  /** Recovery of its answer. */
  public Recovery recovery() {
    return isRecovering() ? recovery : Recovery.FAIL;
  }

  /** The next try begins. */
  public void count() {
    tries++;
  }

  /**
   * It is going to be sent again, and is kept.
   *
   * @param number that it will have
   * @return its messages
   */
  public ByteBuf again(long number) {
    unit.number = number;
    become(Stage.KEPT);
    return unit.messages();
  }

  /** It is not kept any more; its messages are the caller's. */
  public ByteBuf takeOut() {
    ByteBuf messages = unit.messages();
    become(Stage.NONE);
    return messages;
  }

  /** It was answered, or will never be. */
  public void forget() {
    become(Stage.NONE);
  }
}
