package dev.heimdall.engine.journal;

import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.TransactionReplaySettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/**
 * What a client has sent in its open transaction, group by group, with a checksum of what each was
 * answered: all that is needed to run it again and to find out whether that makes a difference. Of
 * a transaction that cannot be run again it keeps nothing but the reason.
 */
public final class TransactionLog {
  /** Where it stands; {@link #become} alone moves it. */
  private enum Stage {
    /** No transaction is open, or it is not known to be one. */
    NONE,
    /** What may begin one is being kept. */
    AWAITED,
    /** It is open, and is being kept. */
    OPEN,
    /** The same, and a ROLLBACK is unanswered: what is sent behind it is no part of it. */
    ROLLING_BACK,
    /** It is being kept, and a statement was sent that may have ended it. */
    ENDED,
    /** It is open and cannot be run again. */
    GIVEN_UP
  }

  /** Bytes of the checksum of an answer. */
  public static final int SUM_LENGTH = 32;

  private static final int FIRST_SIZE = 512;

  private final TransactionReplaySettings limits;
  private final ByteBufAllocator allocator;
  private Stage stage = Stage.NONE;
  private Unreplayed reason;
  private ByteBuf bytes;

  /** Where the groups end that were sent. */
  private int[] ends = new int[4];

  private byte[] sums = new byte[4 * SUM_LENGTH];
  private int sent;
  private int answered;
  private int statements;
  private long since;
  private byte[] heldBegin;
  private boolean heldForReplica;

  /** Whether the unnamed statement is one that was parsed in the transaction, or none. */
  private boolean unnamedKnown;

  public TransactionLog(TransactionReplaySettings limits, ByteBufAllocator allocator) {
    this.limits = limits;
    this.allocator = allocator;
  }

  private void become(Stage next) {
    stage = next;
    if (!keeps() && bytes != null) {
      bytes.release();
      bytes = null;
    }
  }

  public boolean keeps() {
    return stage != Stage.NONE && stage != Stage.GIVEN_UP;
  }

  // ---- what is sent

  /** What is sent next may begin a transaction. */
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
    if (ends.length > 64) {
      ends = new int[4];
      sums = new byte[4 * SUM_LENGTH];
    }
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
   * @param facts null where nobody knows what it is
   */
  public void statement(StatementFacts facts) {
    switch (stage) {
      case NONE, GIVEN_UP -> {
        return;
      }
      case AWAITED -> {
        if (facts == null || facts.kind() != StatementKind.BEGIN) {
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
  public void bound(StatementFacts facts, boolean unnamed) {
    statement(facts);
    if (unnamed && !unnamedKnown) {
      giveUp(Unreplayed.UNNAMED);
    }
  }

  /** Whether it can end the transaction block that it is known to stand in. */
  private static boolean mayEnd(StatementFacts facts) {
    return switch (facts.kind()) {
      case COMMIT, PREPARE_TRANSACTION, UNKNOWN -> true;
      case MULTI -> facts.transactionControlInside() || facts.commitsImplicitly();
      default -> facts.commitsImplicitly();
    };
  }

  /**
   * Keeps part of a message that was handled.
   *
   * @param from its bytes
   */
  public void message(ByteBuf from, int at, int length) {
    if (!keeps()) {
      return;
    }
    int size = bytes == null ? 0 : bytes.readableBytes();
    if (size + (long) length > limits.maxSize()) {
      giveUp(Unreplayed.SIZE);
      return;
    }
    if (bytes == null) {
      bytes = allocator.buffer(Math.max(FIRST_SIZE, length));
    }
    bytes.writeBytes(from, at, length);
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

  /** What is kept so far ends a group of messages. */
  public void groupSent() {
    if (keeps()) {
      if (sent == ends.length) {
        ends = Arrays.copyOf(ends, 2 * sent);
      }
      ends[sent++] = size();
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
    if (keeps()) {
      if (last && stage == Stage.ROLLING_BACK) {
        become(Stage.OPEN);
      }
      if ((answered + 1) * SUM_LENGTH > sums.length) {
        sums = Arrays.copyOf(sums, 2 * sums.length);
      }
      System.arraycopy(sum, 0, sums, answered * SUM_LENGTH, SUM_LENGTH);
      answered++;
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

  /** Why the transaction cannot be run again by what is kept of it; null when it can. */
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

  /** Whether messages were sent that no group's end has followed. */
  public boolean open() {
    return size() > start(sent);
  }

  private int size() {
    return bytes == null ? 0 : bytes.readableBytes();
  }

  private int start(int group) {
    return group == 0 ? 0 : ends[group - 1];
  }

  private int end(int group) {
    return group < sent ? ends[group] : size();
  }

  /** The messages of a group, or what there is of one that has not ended. */
  public ByteBuf group(int group) {
    return copy(start(group), end(group));
  }

  private ByteBuf copy(int from, int to) {
    ByteBuf copy = allocator.buffer(Math.max(1, to - from));
    if (to > from) {
      copy.writeBytes(bytes, from, to - from);
    }
    return copy;
  }

  public boolean same(int group, byte[] sum) {
    int at = group * SUM_LENGTH;
    return Arrays.equals(sums, at, at + SUM_LENGTH, sum, 0, SUM_LENGTH);
  }

  /**
   * The messages from this group on, which are not kept any more: they will be sent anew.
   *
   * @param unread so many bytes of the group before, which were not sent again either
   */
  public ByteBuf cut(int group, int unread) {
    int from = (group == 0 ? 0 : end(group - 1)) - unread;
    ByteBuf rest = copy(from, size());
    if (bytes != null) {
      bytes.writerIndex(from);
    }
    sent = Math.min(sent, unread > 0 ? group - 1 : group);
    if (sent <= answered && stage == Stage.ROLLING_BACK) {
      become(Stage.OPEN);
    }
    return rest;
  }

  // ---- for people

  /** How much is kept, or why nothing is. */
  @Override
  public String toString() {
    return switch (stage) {
      case NONE -> "no transaction is kept";
      case GIVEN_UP -> "no: " + reason.words();
      default -> "kept: " + statements + " statements, " + size() + " bytes";
    };
  }
}
