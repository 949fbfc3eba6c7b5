package dev.heimdall.engine.cache.far;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** 64 bits of a key, the same on every node; never 0. Tells keys apart, and is no secret. */
final class KeyHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private KeyHash() {}

  static long of(byte[] key) {
    long hash = key.length * STEP;
    int at = 0;
    for (; at + Long.BYTES <= key.length; at += Long.BYTES) {
      hash = mixed(hash ^ (long) LONGS.get(key, at));
    }
    long rest = 0;
    for (; at < key.length; at++) {
      rest = rest << Byte.SIZE | key[at] & 0xFF;
    }
    hash = mixed(hash ^ rest);
    return hash == 0 ? STEP : hash;
  }

  /** Spreads each bit over all of them; no two numbers become the same. */
  private static long mixed(long number) {
    long x = number + STEP;
    x = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
    x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
    return x ^ x >>> 31;
  }
}
