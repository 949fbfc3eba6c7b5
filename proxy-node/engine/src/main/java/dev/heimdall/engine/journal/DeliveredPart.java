package dev.heimdall.engine.journal;

import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Part that a client has had of the answer to the first unanswered unit, as a checksum: when that
 * unit is read again, the same part is left out of the new answer, and the client is sent the
 * remainder. All that it has is then of the new answer.
 */
public final class DeliveredPart {
  /** Current stage; {@link #become} alone changes it. */
  private enum Stage {
    /** It has had nothing, as far as is known. */
    NONE,
    /** It has had a part. */
    COUNTED,
    /** It has had a part, of which nothing is known. */
    UNKNOWN,
    /** The unit is read again, and the new answer was the same as far as it has come. */
    LEFT_OUT,
    /** The new answer is another one. */
    DIFFERENT
  }

  /** Null where this is not wanted. */
  private final ReplyChecksum checksum;

  private final Supplier<byte[]> scratch;
  private Stage stage = Stage.NONE;

  /** So much it has had, with this sum, before the unit was read again. */
  private long delivered;

  private byte[] deliveredSum;

  /** Bytes that are missing of its last message, and the length of that message. */
  private long rest;

  private long total;

  /** True if that ends amid a message. */
  private boolean cut;

  /** True if it has of that message what is no part of the answer, and nothing else. */
  private boolean behindHead;

  /** Error that the client is sent if the new answer is another one. */
  private ServerError failure;

  /**
   * @param checksum null for none: then nothing is known of what a client has had
   * @param scratch of any size but 0
   */
  public DeliveredPart(ReplyChecksum checksum, Supplier<byte[]> scratch) {
    this.checksum = checksum;
    this.scratch = scratch;
  }

  private void become(Stage next) {
    stage = next;
  }

  /** True if the client has had something. */
  boolean isThere() {
    return stage != Stage.NONE;
  }

  /** True if that is known, so that a new answer can be compared with it. */
  boolean isKnown() {
    return switch (stage) {
      case NONE, UNKNOWN, DIFFERENT -> false;
      case COUNTED -> !checksum.amidUncounted();
      case LEFT_OUT -> true;
    };
  }

  /** True if the unit is read again: nothing else may come between what it has and what follows. */
  public boolean isLeftOut() {
    return stage == Stage.LEFT_OUT || stage == Stage.DIFFERENT;
  }

  /** True if the new answer is another one. */
  boolean isDifferent() {
    return stage == Stage.DIFFERENT;
  }

  /** True if it has had the beginning of a message whose rest is to come from elsewhere. */
  public boolean cut() {
    return isLeftOut() && cut;
  }

  /** Error that the client is sent in the place of the rest. */
  public ServerError failure() {
    return failure;
  }

  /** Starts a new answer from its beginning. */
  void begin() {
    switch (stage) {
      case NONE, DIFFERENT -> {}
      case COUNTED, UNKNOWN -> become(Stage.NONE);
      case LEFT_OUT -> checksum.clear();
    }
  }

  /** The answer is over. Behind the beginning of a message the client is sent nothing any more. */
  void end() {
    become(cut() ? Stage.DIFFERENT : Stage.NONE);
  }

  /** The client is sent something that a new answer is not compared with. */
  void deliversUncounted() {
    if (stage == Stage.NONE || stage == Stage.COUNTED) {
      become(Stage.UNKNOWN);
    }
  }

  /** The client is sent this piece. */
  void delivers(ByteBuf piece) {
    if (checksum != null && stage != Stage.UNKNOWN) {
      if (stage == Stage.NONE) {
        checksum.clear();
        become(Stage.COUNTED);
      }
      checksum.add(piece, Long.MAX_VALUE, scratch.get());
    }
  }

  /**
   * The rest does not come, and the unit is read again.
   *
   * @param error that the client is sent if the new answer is another one; null where others see to
   *     that
   */
  void leaveOut(ServerError error) {
    if (stage == Stage.COUNTED) {
      delivered = checksum.counted();
      deliveredSum = checksum.soFar();
      cut = checksum.amidMessage();
      behindHead = checksum.isBehindHead();
      rest = checksum.rest();
      total = checksum.total();
    }
    failure = error;
    become(Stage.LEFT_OUT);
    checksum.clear();
  }

  /** Takes a piece of the new answer that its client has, or is not to have; it is released. */
  public boolean takes(ByteBuf consumed) {
    if (!isLeftOut()) {
      return false;
    }
    if (stage == Stage.LEFT_OUT) {
      int behind = checksum.add(consumed, delivered, behindHead, scratch.get());
      if (checksum.counted() == delivered && (!behindHead || checksum.amidMessage())) {
        boolean same =
            Arrays.equals(checksum.soFar(), deliveredSum) && checksum.isAtPlace(rest, total);
        become(same ? Stage.COUNTED : Stage.DIFFERENT);
        consumed.readerIndex(behind);
        if (stage == Stage.COUNTED && consumed.isReadable()) {
          return false;
        }
      }
    }
    consumed.release();
    return true;
  }
}
