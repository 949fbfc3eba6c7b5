package dev.heimdall.test.tds;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A position in the bytes of one message; numbers are little-endian unless named otherwise. */
final class WireReader {
  private final byte[] bytes;
  private int at;
  private final int end;

  WireReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  WireReader(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  boolean more() {
    return at < end;
  }

  int at() {
    return at;
  }

  void seek(int position) {
    at = position;
  }

  int peek() {
    need(1);
    return bytes[at] & 0xFF;
  }

  int u8() {
    need(1);
    return bytes[at++] & 0xFF;
  }

  int u16() {
    return u8() | u8() << 8;
  }

  int u16Big() {
    return u8() << 8 | u8();
  }

  int i32() {
    return u16() | u16() << 16;
  }

  long u32() {
    return i32() & 0xFFFF_FFFFL;
  }

  long i64() {
    return u32() | u32() << 32;
  }

  /** A little-endian number of so many bytes, the highest bit its sign. */
  long signed(int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (long) u8() << 8 * i;
    }
    int unused = 64 - 8 * size;
    return size == 1 ? value : value << unused >> unused;
  }

  byte[] bytes(int count) {
    need(count);
    at += count;
    return Arrays.copyOfRange(bytes, at - count, at);
  }

  String utf16(int characters) {
    need(characters * 2);
    at += characters * 2;
    return new String(bytes, at - characters * 2, characters * 2, StandardCharsets.UTF_16LE);
  }

  /** Text behind a byte with its characters. */
  String shortText() {
    return utf16(u8());
  }

  /** Text behind two bytes with its characters. */
  String text() {
    return utf16(u16());
  }

  String rest() {
    return utf16((end - at) / 2);
  }

  private void need(int count) {
    if (count < 0 || end - at < count) {
      throw new TdsProtocolException("message ends at " + end + ", needed " + count + " at " + at);
    }
  }
}
