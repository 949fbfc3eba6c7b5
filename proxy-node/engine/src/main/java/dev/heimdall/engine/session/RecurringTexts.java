package dev.heimdall.engine.session;

import io.netty.buffer.ByteBuf;

/**
 * Remembers which texts an event loop has seen of late, by their hash and in a fixed space: a text
 * that comes but once, with its values written into it, is not worth preparing.
 */
final class RecurringTexts {
  private static final int SLOTS = 4096;

  private final long[] seen = new long[SLOTS];

  /** Whether these bytes were here before; they are from now on. */
  boolean seenBefore(ByteBuf bytes, int length) {
    long hash = length;
    int at = bytes.readerIndex();
    int end = at + length;
    for (; end - at >= 8; at += 8) {
      hash = (hash ^ bytes.getLong(at)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    for (; at < end; at++) {
      hash = (hash ^ bytes.getByte(at)) * 0x9E3779B97F4A7C15L;
    }
    hash ^= hash >>> 29;
    int slot = (int) hash & (SLOTS - 1);
    boolean known = seen[slot] == hash;
    seen[slot] = hash;
    return known;
  }
}
