package dev.heimdall.engine.sql;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-1-3 with 128 bits of result. Who does not know the key can neither find two inputs with
 * the same hash nor tell the hash of one. Fed in runs of whole words, so that runs may be hashed
 * from wherever they lie.
 */
final class KeyedHash {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long key0;
  private final long key1;
  private long v0;
  private long v1;
  private long v2;
  private long v3;
  private long total;
  private long high;
  private long low;

  KeyedHash(long key0, long key1) {
    this.key0 = key0;
    this.key1 = key1;
  }

  /** Starts over; inputs of different domains are different inputs. */
  void begin(long domain) {
    v0 = key0 ^ 0x736f6d6570736575L;
    v1 = key1 ^ 0x646f72616e646f6dL ^ 0xee;
    v2 = key0 ^ 0x6c7967656e657261L;
    v3 = key1 ^ 0x7465646279746573L;
    v3 ^= domain;
    round();
    v0 ^= domain;
    total = 8;
  }

  /** Takes {@code words} times eight bytes in. */
  void update(byte[] bytes, int from, int words) {
    long a = v0;
    long b = v1;
    long c = v2;
    long d = v3;
    int stop = from + (words << 3);
    for (int p = from; p < stop; p += 8) {
      long m = (long) WORD.get(bytes, p);
      d ^= m;
      a += b;
      b = Long.rotateLeft(b, 13) ^ a;
      a = Long.rotateLeft(a, 32);
      c += d;
      d = Long.rotateLeft(d, 16) ^ c;
      a += d;
      d = Long.rotateLeft(d, 21) ^ a;
      c += b;
      b = Long.rotateLeft(b, 17) ^ c;
      c = Long.rotateLeft(c, 32);
      a ^= m;
    }
    v0 = a;
    v1 = b;
    v2 = c;
    v3 = d;
    total += (long) words << 3;
  }

  /** Takes the last bytes in, however many, and makes the result. */
  void finish(byte[] bytes, int from, int length) {
    int words = length >> 3;
    update(bytes, from, words);
    int rest = length & 7;
    total += rest;
    long m = total << 56;
    int p = from + (words << 3);
    for (int i = 0; i < rest; i++) {
      m |= (bytes[p + i] & 0xffL) << (i << 3);
    }
    v3 ^= m;
    round();
    v0 ^= m;
    v2 ^= 0xee;
    round();
    round();
    round();
    high = v0 ^ v1 ^ v2 ^ v3;
    v1 ^= 0xdd;
    round();
    round();
    round();
    low = v0 ^ v1 ^ v2 ^ v3;
  }

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  private void round() {
    v0 += v1;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v0 = Long.rotateLeft(v0, 32);
    v2 += v3;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 += v3;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 += v1;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v2 = Long.rotateLeft(v2, 32);
  }
}
