package dev.heimdall.test.tds;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes of a token whose length must be known before it is written. */
final class ByteBuilder {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  ByteBuilder u8(int value) {
    out.write(value);
    return this;
  }

  ByteBuilder u16(int value) {
    return u8(value).u8(value >> 8);
  }

  ByteBuilder u16Big(int value) {
    return u8(value >> 8).u8(value);
  }

  ByteBuilder i32(int value) {
    return u16(value).u16(value >> 16);
  }

  ByteBuilder i32Big(int value) {
    return u16Big(value >> 16).u16Big(value);
  }

  ByteBuilder i64(long value) {
    return i32((int) value).i32((int) (value >> 32));
  }

  ByteBuilder bytes(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  ByteBuilder utf16(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_16LE));
  }

  ByteBuilder shortText(String text) {
    return u8(text.length()).utf16(text);
  }

  ByteBuilder text(String text) {
    return u16(text.length()).utf16(text);
  }

  int size() {
    return out.size();
  }

  byte[] toBytes() {
    return out.toByteArray();
  }
}
