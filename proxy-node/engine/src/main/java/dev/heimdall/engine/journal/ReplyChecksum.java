package dev.heimdall.engine.journal;

import dev.heimdall.engine.wire.ReplyFraming;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A running checksum (SHA-256) of the messages of a server, without those that say nothing of the
 * statements they come among: notices, for instance. Nothing is allocated for a message or a piece
 * of one.
 */
public final class ReplyChecksum {
  private static final int PIECE = 8 * 1024;

  private final ReplyFraming framing;

  /** Null until something counts. */
  private MessageDigest digest;

  private long counted;

  /** Bytes that have not come of the message that comes now. */
  private long rest;

  private boolean restCounts;

  /** Bytes of the message that comes now, or came last. */
  private long total;

  public ReplyChecksum(ReplyFraming framing) {
    this.framing = framing;
  }

  private MessageDigest digest() {
    if (digest == null) {
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e); // every JDK has it
      }
    }
    return digest;
  }

  /** So many bytes have counted. */
  public long counted() {
    return counted;
  }

  /** True if more is to come of the message that came last. */
  public boolean amidMessage() {
    return rest > 0;
  }

  /** True if both stand at the same place of an equally long message, or between messages. */
  boolean isAtPlace(long ofRest, long ofTotal) {
    return rest == ofRest && (rest == 0 || total == ofTotal);
  }

  /** Bytes that have not come of the message that came last. */
  long rest() {
    return rest;
  }

  /** True if it stands right behind the head of a message. */
  boolean isBehindHead() {
    return rest > 0 && framing.head() > 0 && rest == total - framing.head();
  }

  /** Bytes of the message that came last. */
  long total() {
    return total;
  }

  /** True if it stands amid a message that does not count. */
  public boolean amidUncounted() {
    return rest > 0 && !restCounts;
  }

  /**
   * Adds messages, or pieces of one; a message's header comes in one piece.
   *
   * @param most bytes that may have counted in all; what comes behind them is not looked at
   * @param scratch of any size but 0
   * @return where the first byte behind them is
   */
  public int add(ByteBuf piece, long most, byte[] scratch) {
    return add(piece, most, false, scratch);
  }

  /**
   * As the other.
   *
   * @param head whether the head of the message behind those bytes is looked at, too
   */
  int add(ByteBuf piece, long most, boolean head, byte[] scratch) {
    int end = piece.writerIndex();
    int at = piece.readerIndex();
    int from = at;
    while (at < end
        && (counted + at - from < most || (head && rest == 0 && counted + at - from == most))) {
      if (rest == 0) {
        restCounts = framing.answers(piece, at);
        total = framing.total(piece, at);
        rest = total;
        if (!restCounts) {
          update(piece, from, at, scratch);
        } else if (framing.head() > 0) {
          update(piece, from, at, scratch);
          rest -= framing.head();
          at += framing.head();
          from = at;
        }
      }
      int step = (int) Math.min(rest, end - at);
      if (restCounts) {
        step = (int) Math.min(step, most - (counted + at - from));
      }
      rest -= step;
      at += step;
      if (!restCounts) {
        from = at;
      }
    }
    update(piece, from, at, scratch);
    return at;
  }

  private void update(ByteBuf piece, int from, int to, byte[] scratch) {
    counted += to - from;
    for (int at = from; at < to; ) {
      int size = Math.min(to - at, Math.min(PIECE, scratch.length));
      piece.getBytes(at, scratch, 0, size);
      digest().update(scratch, 0, size);
      at += size;
    }
  }

  /** The sum of what has counted since the last one was taken. */
  public byte[] take() {
    byte[] sum = digest().digest();
    counted = 0;
    rest = 0;
    return sum;
  }

  /** The sum so far; what comes is added to the same. */
  public byte[] soFar() {
    try {
      return ((MessageDigest) digest().clone()).digest();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e); // that of the JDK can be
    }
  }

  /** Forgets what has counted. */
  public void clear() {
    if (digest != null) {
      digest.reset();
    }
    counted = 0;
    rest = 0;
  }
}
