package dev.heimdall.engine.journal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The memory that keeps the units of one client, for whatever they are kept. The buffers in which
 * messages came are held as long as that is for a moment and takes little; what of a unit is kept
 * for longer, or lies in too many of them, is copied.
 */
final class UnitMemory {
  /** So much is held for one client that waits for answers. */
  private static final int MOST_HELD = 128 * 1024;

  /** Copies lie together in buffers of this size, or in one of their own. */
  private static final int CHUNK = 1024;

  private final ByteBufAllocator allocator;

  /** The buffer that was held last, and all that are held in bytes. */
  private ByteBuf newest;

  private int held;

  /** Buffer for the next copy if there is room; null when nothing is copied. */
  private ByteBuf chunk;

  private int copied;

  UnitMemory(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /** True if another message of this buffer may be held. */
  boolean hasRoom(ByteBuf input) {
    return held + more(input) <= MOST_HELD;
  }

  private int more(ByteBuf input) {
    return input == newest ? 0 : input.capacity();
  }

  /** Holds a buffer: bytes added to the unit from now on lie there. */
  void hold(Unit unit, ByteBuf input, int at) {
    if (!unit.continues(input, at)) {
      int more = more(input);
      held += more;
      newest = input;
      unit.hold(input, at, more);
    }
  }

  /** Copies what the unit has in held buffers if these have become too many. */
  void limit(Unit unit) {
    if (held > MOST_HELD) {
      copy(unit);
    }
  }

  /** Copies what the unit has in held buffers, and lets these go. */
  void copy(Unit unit) {
    held -= unit.held();
    int before = unit.copied();
    unit.copy(this::room);
    copied += unit.copied() - before;
    forgetReleased();
  }

  private ByteBuf room(int length) {
    if (chunk == null || chunk.maxFastWritableBytes() < length) {
      releaseChunk();
      chunk = allocator.buffer(Math.max(CHUNK, length));
    }
    return chunk;
  }

  /** The unit is kept no more. */
  void release(Unit unit) {
    held -= unit.held();
    copied -= unit.copied();
    unit.release();
    forgetReleased();
  }

  private void forgetReleased() {
    newest = null; // it may be another's before long
    if (copied == 0) {
      releaseChunk();
    }
  }

  private void releaseChunk() {
    if (chunk != null) {
      chunk.release();
      chunk = null;
    }
  }

  ByteBuf buffer(int length) {
    return allocator.buffer(Math.max(1, length));
  }

  /** Bytes that all units take. */
  int size() {
    return held + copied;
  }
}
