package dev.heimdall.engine.journal;

import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.TransactionReplaySettings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * Units of the journal that form a client's open transaction, with a checksum of the answer to
 * each: all that is needed to run it again and to find out if that makes a difference. Of a
 * transaction that cannot be run again it keeps nothing but the reason.
 */
public final class TransactionLog {
  /** Current stage; {@link #become} alone changes it. */
  private enum Stage {
    /** No transaction is open, or it is not known to be one. */
    NONE,
    /** Messages that may begin a transaction are being kept. */
    AWAITED,
    /** It is open, and is being kept. */
    OPEN,
    /**
     * It is open and being kept, and a ROLLBACK is unanswered: messages sent behind it are no part
     * of it.
     */
    ROLLING_BACK,
    /** It is being kept, and a statement was sent that may have ended it. */
    ENDED,
    /** It is open and cannot be run again. */
    GIVEN_UP
  }

  private final TransactionReplaySettings limits;
  private final Journal journal;
  private Stage stage = Stage.NONE;
  private Unreplayed reason;

  /** In their order; the last of them may have no end yet. */
  private final ArrayList<Unit> units = new ArrayList<>(0);

  /** Of their messages, in bytes. */
  private long size;

  private int sent;
  private int answered;
  private int statements;
  private long since;
  private byte[] heldBegin;
  private boolean heldForReplica;

  /** True if the unnamed statement is one that was parsed in the transaction, or none. */
  private boolean unnamedKnown;

  public TransactionLog(TransactionReplaySettings limits, Journal journal) {
    this.limits = limits;
    this.journal = journal;
  }

  private void become(Stage next) {
    stage = next;
    if (!keeps()) {
      units.forEach(journal::part);
      units.clear();
      size = 0;
    }
  }

  public boolean keeps() {
    return stage != Stage.NONE && stage != Stage.GIVEN_UP;
  }

  // ---- what is sent

  /** Prepares for a transaction that the next message may begin. */
  public void begin(long now) {
    become(Stage.NONE);
    become(Stage.AWAITED);
    reason = null;
    sent = 0;
    answered = 0;
    statements = 0;
    since = now;
    heldBegin = null;
    unnamedKnown = false;
  }

  /** A transaction begins with a BEGIN that was answered before. */
  public void begin(byte[] sql, boolean forReplica, long now) {
    begin(now);
    become(Stage.OPEN);
    heldBegin = sql;
    heldForReplica = forReplica;
  }

  /**
   * A statement is about to be sent.
   *
   * @param facts null where that is unknown
   * @param autocommits whether it is a transaction of its own where none is open; else one begins
   *     with it
   */
  public void statement(StatementFacts facts, boolean autocommits) {
    switch (stage) {
      case NONE, GIVEN_UP -> {
        return;
      }
      case AWAITED -> {
        if (facts == null || !(facts.kind() == StatementKind.BEGIN || begins(facts, autocommits))) {
          become(Stage.NONE);
          return;
        }
        become(Stage.OPEN);
      }
      case OPEN -> {
        if (facts == null || mayEnd(facts)) {
          become(Stage.ENDED);
        } else if (facts.kind() == StatementKind.ROLLBACK) {
          become(Stage.ROLLING_BACK);
        }
      }
      case ROLLING_BACK -> become(Stage.ENDED);
      case ENDED -> {}
    }
    if (facts != null) {
      for (Effect effect : facts.effects()) {
        switch (effect.type()) {
          case LISTEN, UNLISTEN, UNLISTEN_ALL -> giveUp(Unreplayed.LISTEN);
          default -> {}
        }
      }
    }
  }

  /** A statement is about to be bound of which this is known. */
  public void bound(StatementFacts facts, boolean autocommits, boolean unnamed) {
    statement(facts, autocommits);
    if (unnamed && !unnamedKnown) {
      giveUp(Unreplayed.UNNAMED);
    }
  }

  /**
   * True if a transaction may begin with it though it is no BEGIN: if none has, it is over soon.
   */
  private static boolean begins(StatementFacts facts, boolean autocommits) {
    return !autocommits && facts.kind() != StatementKind.ROLLBACK && !mayEnd(facts);
  }

  /** True if it can end the transaction block that it stands in; in MySQL, the next BEGIN does. */
  private static boolean mayEnd(StatementFacts facts) {
    return switch (facts.kind()) {
      case BEGIN, COMMIT, PREPARE_TRANSACTION, UNKNOWN -> true;
      case MULTI -> facts.transactionControlInside() || facts.commitsImplicitly();
      default -> facts.commitsImplicitly();
    };
  }

  /**
   * Keeps the message at the reader's position when it is sent.
   *
   * @param number that its unit will have
   */
  public void keep(ByteBuf input, long number) {
    Unit unit = journal.join(input, number);
    if (unit == null) {
      giveUp(Unreplayed.LATE_START);
    } else if (!open()) {
      units.add(unit);
    } else if (units.get(sent) != unit) {
      giveUp(Unreplayed.CUT);
      journal.part(unit);
    }
  }

  /** So much of a message of the unit that is open, or was until then, was handled. */
  public void handled(int length) {
    size += length;
    if (size > limits.maxSize()) {
      giveUp(Unreplayed.SIZE);
    }
  }

  /** More of a message was handled whose beginning was. */
  public void handledMore(ByteBuf from, int at, int length) {
    if (keeps()) {
      journal.handledMore(from, at, length);
      handled(length);
    }
  }

  /** The unnamed statement is one of the transaction's own from here on, or none. */
  public void unnamedKnown() {
    unnamedKnown = true;
  }

  /** A statement was sent. */
  public void count() {
    if (++statements > limits.maxStatements()) {
      giveUp(Unreplayed.STATEMENTS);
    }
  }

  /** Ends a group of messages with those kept so far. */
  public void groupSent() {
    if (keeps() && ++sent > limits.maxStatements()) {
      giveUp(Unreplayed.STATEMENTS);
    }
  }

  // ---- what is answered

  /**
   * The next group was answered.
   *
   * @param sum of its answer
   * @param status of the transaction now
   * @param last whether nothing more is unanswered
   * @return whether the transaction is over
   */
  public boolean answered(byte[] sum, TransactionState status, boolean last) {
    if (stage == Stage.NONE) {
      return false;
    }
    if (status == TransactionState.IDLE) {
      if (last) {
        become(Stage.NONE);
        return true;
      }
      giveUp(Unreplayed.LATE_START);
      return false;
    }
    if (keeps() && answered == sent) {
      giveUp(Unreplayed.CUT);
    } else if (keeps()) {
      if (last && stage == Stage.ROLLING_BACK) {
        become(Stage.OPEN);
      }
      Unit unit = units.get(answered++);
      unit.sum = sum;
      journal.keepFor(unit);
    }
    return false;
  }

  /** The transaction cannot be run again. */
  public void giveUp(Unreplayed why) {
    if (keeps()) {
      reason = why;
      become(Stage.GIVEN_UP);
    }
  }

  /** There is no transaction. */
  public void end() {
    become(Stage.NONE);
  }

  // ---- what is to be sent again

  /** Reason that the transaction cannot be run again from what is kept of it; null when it can. */
  public Unreplayed obstacle(long now) {
    return switch (stage) {
      case NONE -> Unreplayed.LATE_START;
      case GIVEN_UP -> reason;
      case AWAITED -> Unreplayed.LATE_START;
      case ENDED -> Unreplayed.COMMIT;
      case OPEN, ROLLING_BACK -> now - since > limits.maxTime().toNanos() ? Unreplayed.AGE : null;
    };
  }

  public byte[] heldBegin() {
    return heldBegin;
  }

  public boolean heldForReplica() {
    return heldForReplica;
  }

  /** Groups that were answered. */
  public int answered() {
    return answered;
  }

  /** Groups that were sent and not answered. */
  public int unanswered() {
    return sent - answered;
  }

  /** True if messages were sent that no group's end has followed. */
  public boolean open() {
    return units.size() > sent;
  }

  /** The messages of a group, or what there is of one that has not ended. */
  public ByteBuf group(int group) {
    return journal.messages(units.get(group));
  }

  public boolean same(int group, byte[] sum) {
    return Arrays.equals(units.get(group).sum, sum);
  }

  /**
   * The messages from this group on, which are not kept any more: they will be sent anew.
   *
   * @param unread so many bytes of the group before, which were not sent again either
   * @param number of the unit that is open then
   */
  public ByteBuf cut(int group, int unread, long number) {
    ByteBuf rest = journal.cut(units, group, unread);
    size -= rest.readableBytes();
    sent = Math.min(sent, unread > 0 ? group - 1 : group);
    if (open()) {
      journal.goOn(units.get(sent), number);
    }
    if (sent <= answered && stage == Stage.ROLLING_BACK) {
      become(Stage.OPEN);
    }
    return rest;
  }

  // ---- for people

  /** Describes how much is kept, or the reason that nothing is. */
  @Override
  public String toString() {
    return switch (stage) {
      case NONE -> "no transaction is kept";
      case GIVEN_UP -> "no: " + reason.words();
      default -> "kept: " + statements + " statements, " + size + " bytes";
    };
  }
}
