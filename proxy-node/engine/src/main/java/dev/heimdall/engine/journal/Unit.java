package dev.heimdall.engine.journal;

import io.netty.buffer.ByteBuf;

/**
 * Messages of a client that a server answers as one and that were sent and are not answered: where
 * they stand in the buffers in which they came.
 */
public final class Unit {
  /** Counted by the session. */
  long number;

  /** For what it is kept, by what was sent of it so far. */
  Guard guard;

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

  Unit(long number, Guard guard) {
    this.number = number;
    this.guard = guard;
  }

  /** Whether nothing that was sent of it so far changes anything, and it is kept. */
  boolean reads() {
    return guard == Guard.READ;
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

  /** Looks at a run of its whole messages, from one position to another. */
  @FunctionalInterface
  public interface Search {
    boolean finds(ByteBuf messages, int from, int to);
  }

  /** Whether something is found in one of its runs of messages; nothing is once it is released. */
  public boolean contains(Search search) {
    for (Piece piece = head; piece != null; piece = piece.next) {
      if (search.finds(piece.source, piece.begin, piece.end)) {
        return true;
      }
    }
    return false;
  }

  void writeTo(ByteBuf out) {
    for (Piece piece = head; piece != null; piece = piece.next) {
      out.writeBytes(piece.source, piece.begin, piece.end - piece.begin);
    }
  }

  /** The messages where they lie, which is in one piece; they are the caller's to release. */
  ByteBuf messages() {
    return head.source.retainedSlice(head.begin, head.end - head.begin);
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
