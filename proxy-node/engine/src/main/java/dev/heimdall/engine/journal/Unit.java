package dev.heimdall.engine.journal;

import dev.heimdall.engine.journal.Recovery.Attempt;
import io.netty.buffer.ByteBuf;
import java.util.function.IntFunction;

/**
 * Messages of a client that a server answers as one and that were sent and are not answered: where
 * they stand in the buffers in which they came.
 */
public final class Unit {
  /** Number of bytes written to its server connection before it; -1 if unknown. */
  long writtenBefore = -1;

  /** Counted by the session. */
  long number;

  /** For what it is kept, by what was sent of it so far. */
  Guard guard;

  /** True if it is among those that may be read again, even if it turned out not to be one. */
  boolean noted;

  /** True if it is kept with its transaction. */
  boolean ofTransaction;

  /** Of its answer, by which its transaction is compared when it is run again; null until then. */
  byte[] sum;

  /** True if a transaction block begins in it: it is read again only with all of the block. */
  boolean begins;

  /** True if it asks for the answer to what has no Sync yet. */
  boolean flushed;

  /** True if it runs or describes statements. */
  boolean uses;

  /** True if what it sends next is bound, and not run before something else says so. */
  boolean binds;

  /** For what it is kept as soon as what it has bound is run; null where that is the same. */
  Guard whenRun;

  boolean parsesUnnamed;

  /** True if it uses an unnamed statement that was parsed before it. */
  boolean usesUnnamed;

  private Piece head;
  private Piece tail;
  private int length;
  private int held;
  private int copied;

  /** Continuous range of bytes in one buffer, which is the client's or a copy. */
  private static final class Piece {
    private ByteBuf source;
    private int begin;
    private int end;
    private boolean copy;
    private Piece next;

    Piece(ByteBuf source, int begin) {
      this.source = source.retain();
      this.begin = begin;
      this.end = begin;
    }

    void moveTo(ByteBuf other) {
      int at = other.writerIndex();
      other.retain().writeBytes(source, begin, end - begin);
      source.release();
      source = other;
      begin = at;
      end = other.writerIndex();
      copy = true;
    }
  }

  Unit(long number, Guard guard) {
    this.number = number;
    this.guard = guard;
  }

  /** True if it is kept to be read again in its order. */
  boolean mayBeRead() {
    return guard == Guard.READ || guard == Guard.UNSENT;
  }

  /** True if nothing that was sent of it so far changes anything, and it is kept. */
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

  /** True if its messages are kept. */
  boolean isKept() {
    return mayBeRead() || ofTransaction;
  }

  /** Returns the facts known about it when its answer fails to come. */
  Attempt attempt(Delivery delivered, boolean permitted) {
    return new Attempt(guard, reads() || guard == Guard.REPLICA_READ, delivered, permitted);
  }

  /** True if what is there lies right behind what it has. */
  boolean continues(ByteBuf input, int at) {
    return tail != null && tail.source == input && tail.end == at;
  }

  /**
   * Holds a buffer: bytes added from now on lie there.
   *
   * @param counted what it takes, as {@link #held} tells
   */
  void hold(ByteBuf input, int at, int counted) {
    Piece piece = new Piece(input, at);
    held += counted;
    if (tail == null) {
      head = piece;
    } else {
      tail.next = piece;
    }
    tail = piece;
  }

  /** Memory of its held buffers. */
  int held() {
    return held;
  }

  /** Memory of its copies. */
  int copied() {
    return copied;
  }

  /**
   * Moves the bytes that lie in held buffers.
   *
   * @param room a buffer where there is room for so many bytes
   */
  void copy(IntFunction<ByteBuf> room) {
    for (Piece piece = head; piece != null; piece = piece.next) {
      if (!piece.copy) {
        int size = piece.end - piece.begin;
        piece.moveTo(room.apply(size));
        copied += size;
      }
    }
    held = 0;
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

  /** True if something is found in one of its runs of messages; nothing is once it is released. */
  public boolean contains(Search search) {
    for (Piece piece = head; piece != null; piece = piece.next) {
      if (search.finds(piece.source, piece.begin, piece.end)) {
        return true;
      }
    }
    return false;
  }

  void writeTo(ByteBuf out) {
    writeTo(out, 0);
  }

  /**
   * Writes what there is.
   *
   * @param from so many bytes are left out at its beginning
   */
  void writeTo(ByteBuf out, int from) {
    int skip = from;
    for (Piece piece = head; piece != null; piece = piece.next) {
      int size = piece.end - piece.begin;
      int skipped = Math.min(skip, size);
      out.writeBytes(piece.source, piece.begin + skipped, size - skipped);
      skip -= skipped;
    }
  }

  /** Leaves out what is behind so many bytes. */
  void cutTo(int bytes) {
    int rest = bytes;
    for (Piece piece = head; piece != null; piece = piece.next) {
      piece.end = piece.begin + Math.min(rest, piece.end - piece.begin);
      rest -= piece.end - piece.begin;
    }
    length = bytes;
  }

  /** The messages where they lie, which is in one piece; they are the caller's to release. */
  ByteBuf messages() {
    return head.source.retainedSlice(head.begin, head.end - head.begin);
  }

  /** Lets its buffers go. */
  void release() {
    for (Piece piece = head; piece != null; piece = piece.next) {
      piece.source.release();
    }
    head = null;
    tail = null;
    held = 0;
    copied = 0;
  }
}
