package dev.heimdall.engine.session;

import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * The messages of a client up to a Sync, or a Query, that were sent to a server and are not
 * answered: where they stand in the buffers in which they came.
 */
final class SentGroup {
  /** Counted by the session. */
  final long number;

  /** Whether nothing that was sent of it so far changes anything. */
  boolean reads = true;

  /** Whether it asks for the answer to what has no Sync yet. */
  boolean flushed;

  /** Whether it runs or describes statements. */
  boolean uses;

  boolean parsesUnnamed;

  /** Whether it uses an unnamed statement that was parsed before it. */
  boolean usesUnnamed;

  private Piece head;
  private Piece tail;
  private int length;

  /** What lies in one piece in one buffer, which is held. */
  private static final class Piece {
    private final ByteBuf source;
    private final int begin;
    private final int counted;
    private int end;
    private Piece next;

    Piece(ByteBuf source, int counted) {
      this.source = source.retain();
      this.counted = counted;
      this.begin = source.readerIndex();
      this.end = begin;
    }
  }

  SentGroup(long number) {
    this.number = number;
  }

  /** Of whole messages, in bytes. */
  int length() {
    return length;
  }

  boolean begun() {
    return length > 0;
  }

  /** Whether what is at the reader's position lies right behind what there is. */
  boolean continues(ByteBuf input) {
    return tail != null && tail.source == input && tail.end == input.readerIndex();
  }

  /**
   * What is added from now on lies at the reader's position.
   *
   * @param counted what {@link #release} gives back for it
   */
  void hold(ByteBuf input, int counted) {
    Piece piece = new Piece(input, counted);
    if (tail == null) {
      head = piece;
    } else {
      tail.next = piece;
    }
    tail = piece;
  }

  void add(int bytes) {
    tail.end += bytes;
    length += bytes;
  }

  /** Whether it has prepared a statement of this name itself; not known once it is released. */
  boolean prepares(ByteBuf name, int at, int length) {
    for (Piece piece = head; piece != null; piece = piece.next) {
      ByteBuf source = piece.source;
      int next;
      for (int message = piece.begin; message < piece.end; message = next) {
        next = message + 1 + source.getInt(message + 1);
        if (source.getByte(message) == FrontendType.PARSE
            && message + 5 + length < next
            && ByteBufUtil.equals(source, message + 5, name, at, length)
            && source.getByte(message + 5 + length) == 0) {
          return true;
        }
      }
    }
    return false;
  }

  void writeTo(ByteBuf out) {
    for (Piece piece = head; piece != null; piece = piece.next) {
      out.writeBytes(piece.source, piece.begin, piece.end - piece.begin);
    }
  }

  /** Lets the buffers go; says what was counted for them. */
  int release() {
    int counted = 0;
    for (Piece piece = head; piece != null; piece = piece.next) {
      counted += piece.counted;
      piece.source.release();
    }
    head = null;
    tail = null;
    return counted;
  }
}
