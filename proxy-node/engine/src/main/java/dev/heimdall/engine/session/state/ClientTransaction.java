package dev.heimdall.engine.session.state;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.TransactionState;
import java.nio.charset.StandardCharsets;

/**
 * The transaction that a client sees: its status, since when it is open, the BEGIN that was
 * answered without a server, and whether it has changed definitions.
 */
public final class ClientTransaction {
  private final PoolMetrics counters;

  /** Of the transaction that is open, or begins next; null before anybody has asked for it. */
  private TransactionReads reads;

  private boolean didMore;
  private TransactionState status = TransactionState.IDLE;
  private long since;

  /** True if its server may have begun or ended one without a word. */
  private boolean inDoubt;

  private boolean definitionsPending;
  private byte[] heldBegin;
  private boolean heldForReplica;

  /** True if the BEGIN of the transaction that is open was answered here and may say READ ONLY. */
  private boolean begunToRead;

  /** The group with the last ROLLBACK of a whole transaction; or -1. */
  private long rollback = -1;

  /** The group with the last BEGIN behind which no end of its transaction was sent; or -1. */
  private long begun = -1;

  /** The group with the last end of a transaction; or -1. */
  private long ended = -1;

  /** The last group with something behind the end of a transaction; or -1. */
  private long behindEnd = -1;

  /** The last group that may have committed something of the transaction before it; or -1. */
  private long committing = -1;

  public ClientTransaction(PoolMetrics counters) {
    this.counters = counters;
  }

  /** As ReadyForQuery has it. */
  public TransactionState status() {
    return status;
  }

  public boolean open() {
    return status.inBlock();
  }

  /** Facts about its reads: the way it was begun, and its server's report on it. */
  public TransactionReads reads() {
    if (reads == null) {
      reads = new TransactionReads();
    }
    return reads;
  }

  /** Notes that a statement is sent that is not known to do nothing but read. */
  public void doesMore() {
    didMore = true;
  }

  /** True if what was sent since none was open has only read. */
  public boolean onlyReads() {
    return !didMore && (reads == null || !reads.inDoubt());
  }

  /** None is open, and nothing is unanswered: what is sent next may begin another one. */
  public void rests() {
    didMore = false;
    reads = null;
  }

  /** True if one is open, or may be by what was sent and is not answered. */
  public boolean mayBeOpen() {
    return status != TransactionState.IDLE || begun >= 0;
  }

  /** Since when it is open, by the loop's clock. */
  public long since() {
    return since;
  }

  /** Doubt, or none, that the last answer leaves about where it stands. */
  public void inDoubt(boolean now) {
    inDoubt = now;
  }

  /** True if it is over for certain. */
  public boolean isOver(TransactionState next) {
    return next == TransactionState.IDLE && !inDoubt;
  }

  /** True if what is sent next may be a transaction of its own. */
  public boolean mayBeOver() {
    return status == TransactionState.IDLE || inDoubt;
  }

  /** True if it has changed definitions that no other session can see yet. */
  public boolean definitionsPending() {
    return definitionsPending;
  }

  /**
   * A statement is being sent.
   *
   * @param facts null where that is unknown
   * @param group of messages that it belongs to, counted by the session
   */
  public void sent(StatementFacts facts, long group) {
    if (ended == group) {
      behindEnd = group;
    }
    if (facts == null) {
      committing = group;
      return;
    }
    switch (facts.kind()) {
      case BEGIN -> {
        if (mayBeOpen()) {
          committing = group; // in MySQL, which begins another one then
        }
        begun = group;
      }
      case COMMIT -> {
        begun = facts.chain() ? begun : -1;
        ended = group;
        committing = group;
      }
      case ROLLBACK -> {
        begun = facts.chain() ? begun : -1;
        ended = group;
        rollback = group;
      }
      case PREPARE_TRANSACTION -> {
        begun = -1;
        ended = group;
        committing = group;
      }
      case CALL, EXECUTE, BLOCK, UNKNOWN -> {
        begun = facts.commitsImplicitly() ? -1 : begun;
        committing = group;
      }
      case MULTI -> {
        if (facts.transactionControlInside()
            || facts.commitsImplicitly()
            || facts.redefining() != Redefining.NOT) {
          committing = group;
        }
        if (facts.chain()) {
          begun = group;
        } else if (facts.ends() || facts.commitsImplicitly()) {
          begun = -1;
          ended = group;
        }
      }
      default -> {
        if (facts.commitsImplicitly()) {
          begun = -1;
          committing = group;
        }
      }
    }
  }

  /**
   * The group that ends the transaction, from this one on, behind which none was begun; -1 for
   * none. One that a COMMIT AND CHAIN would begin does not come of a COMMIT that fails.
   */
  public long endedSince(long group) {
    return ended >= group && begun < ended ? ended : -1;
  }

  /**
   * True if nothing that was sent from this group on commits anything of a transaction that was
   * open before.
   */
  public boolean commitsNothingSince(long group) {
    return committing < group;
  }

  /** The unit that began the block in which the client is, or will be; negative when none. */
  public long begun() {
    return begun;
  }

  /**
   * True if the block that is open will have been committed if this group has ended it without an
   * error. Of one that does more than to end it, it is taken for granted.
   */
  public boolean commits(long group) {
    return status == TransactionState.OPEN && rollback < group;
  }

  /**
   * True if all that this group does, which is being answered, is within one transaction: the one
   * that is open, or that begins in it. One that is ended in it, with something behind, is not
   * enough: that may be a transaction of its own.
   */
  public boolean encloses(long group) {
    return (open() || begun == group) && behindEnd != group;
  }

  /** True if a client that hears no more of what it sent from this group on is in a transaction. */
  public boolean begunSince(long group) {
    return begun >= group;
  }

  /**
   * A group of messages is answered: what that means for the time that transactions take.
   *
   * @param micros what the group took
   * @param tracked whether the group itself counts; a transaction around it counts in any case
   */
  public void count(TransactionState next, long micros, long now, boolean tracked) {
    boolean inside = open() || next != TransactionState.IDLE;
    if (inside && tracked) {
      counters.queryInTransaction();
    }
    if (next == TransactionState.IDLE && (inside || tracked)) {
      counters.transactionFinished(open() ? (now - since) / 1000 : micros);
    } else if (next != TransactionState.IDLE && !open()) {
      since = now;
    }
  }

  /**
   * The server has said where the transaction stands now.
   *
   * @param definitionsChanged by the statements that were answered
   * @return whether others see changed definitions from now on
   */
  public boolean move(TransactionState next, boolean definitionsChanged) {
    boolean shown = next == TransactionState.IDLE && definitionsPending;
    definitionsPending =
        next != TransactionState.IDLE && (definitionsChanged || definitionsPending);
    status = next;
    begunToRead &= open();
    return shown;
  }

  /** Its server connection is lost: an open one has failed, and changes nothing. */
  public void lost() {
    definitionsPending = false;
    if (open()) {
      status = TransactionState.FAILED;
    }
  }

  /** Ends the transaction as one that has changed nothing, whatever the server reports. */
  public void undone() {
    definitionsPending = false;
    begun = -1;
    dropHeldBegin();
  }

  /** It has failed, whatever the server says. */
  public void failed() {
    definitionsPending = false;
    heldBegin = null;
    status = TransactionState.FAILED;
  }

  /**
   * It is going to be run again from its beginning.
   *
   * @param held the BEGIN that was answered without a server; null when it was not
   */
  public void rewind(byte[] held, boolean forReplica) {
    definitionsPending = false;
    heldBegin = held;
    begunToRead = held != null && mayOnlyRead(held);
    heldForReplica = forReplica;
    rests(); // what its server has said is not what the next one says
    reads().runsAgain();
    status = held == null ? TransactionState.IDLE : TransactionState.OPEN;
    if (held != null) {
      reads().begins(new String(held, StandardCharsets.UTF_8), null);
    }
  }

  /**
   * Answers a BEGIN without a server; it is sent ahead of the first statement that needs one.
   *
   * @param in the catalogue of that moment; null for none
   * @param forReplica whether a rule lets a replica have the transaction, if it only reads
   */
  public void holdBegin(byte[] sql, Catalogue.Edition in, boolean forReplica, long now) {
    heldBegin = sql;
    begunToRead = mayOnlyRead(sql);
    heldForReplica = forReplica;
    status = TransactionState.OPEN;
    since = now;
    reads().begins(new String(sql, StandardCharsets.UTF_8), in);
  }

  /**
   * A statement of a transaction is answered without a server; if none is open it begins one, as
   * autocommit is off.
   *
   * @param begin what begins it at a server
   * @param in the catalogue by which the statement was judged
   */
  public void beginHeld(String begin, Catalogue.Edition in, long now) {
    if (!open()) {
      holdBegin(begin.getBytes(StandardCharsets.UTF_8), in, false, now);
    }
  }

  /** A statement that this catalogue has judged goes to a server; it begins one if none is open. */
  public void opensIn(Catalogue.Edition in) {
    if (!open()) {
      reads().opens(in);
    }
  }

  public byte[] heldBegin() {
    return heldBegin;
  }

  /** True if one is open that no server may know of. */
  public boolean withoutServer() {
    return heldBegin != null || status == TransactionState.FAILED;
  }

  /** In doubt it may. */
  private static boolean mayOnlyRead(byte[] begin) {
    for (int i = 0; i < begin.length - 3; i++) {
      if ((begin[i] | 0x20) == 'o'
          && (begin[i + 1] | 0x20) == 'n'
          && (begin[i + 2] | 0x20) == 'l'
          && (begin[i + 3] | 0x20) == 'y') {
        return true;
      }
    }
    return false;
  }

  /**
   * True if the BEGIN of the transaction that is open may say that it only reads and was answered
   * without a server, wherever it is by now.
   */
  public boolean begunToRead() {
    return begunToRead;
  }

  public boolean heldForReplica() {
    return heldForReplica;
  }

  /** The transaction ended before any statement needed a server. */
  public void dropHeldBegin() {
    heldBegin = null;
    begunToRead = false;
    status = TransactionState.IDLE;
    rests();
  }

  public byte[] takeHeldBegin() {
    byte[] sql = heldBegin;
    heldBegin = null;
    return sql;
  }
}
