package dev.heimdall.engine.session;

import dev.heimdall.engine.sql.RecentNames;
import io.netty.buffer.ByteBuf;

/** Knows which texts an event loop has seen of late: only those are worth preparing. */
public final class RecurringTexts {
  private final RecentNames recent = new RecentNames();

  /** True if these bytes were here before; they are from now on. */
  public boolean seenBefore(ByteBuf bytes, int length) {
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
    return recent.seenBefore(hash ^ (hash >>> 29));
  }
}
