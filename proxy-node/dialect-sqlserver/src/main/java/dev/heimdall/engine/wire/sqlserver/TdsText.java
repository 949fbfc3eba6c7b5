package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A text of UTF-16 from pieces that end anywhere, as UTF-8: what lexers read. Reused from text to
 * text; half of a surrogate pair becomes U+FFFD.
 */
public final class TdsText {
  private static final int FIRST = 256;

  /** A longer array is dropped with the next text. */
  private static final int MOST_KEPT = 1 << 16;

  private static final int REPLACEMENT = 0xFFFD;
  private static final int NONE = -1;

  private final int limit;

  private byte[] bytes = {};
  private int length;
  private boolean cut;
  private int lowByte = NONE;
  private int highSurrogate = NONE;

  /**
   * Makes a text.
   *
   * @param limit bytes that are kept of one, at most
   */
  public TdsText(int limit) {
    this.limit = limit;
  }

  /** Forgets the last text. */
  public void restart() {
    if (bytes.length > MOST_KEPT) {
      bytes = new byte[0];
    }
    length = 0;
    cut = false;
    lowByte = NONE;
    highSurrogate = NONE;
  }

  /** Appends a piece of UTF-16. */
  public void append(ByteBuf in, int from, int to) {
    int at = from;
    if (lowByte != NONE && at < to) {
      unit(lowByte | in.getUnsignedByte(at++) << 8);
      lowByte = NONE;
    }
    while (to - at >= 2) {
      int unit = in.getUnsignedShortLE(at);
      at += 2;
      if (unit < 0x80 && highSurrogate == NONE && length < bytes.length && !cut) {
        bytes[length++] = (byte) unit;
      } else {
        unit(unit);
      }
    }
    if (at < to) {
      lowByte = in.getUnsignedByte(at);
    }
  }

  /**
   * Appends a piece of characters of one byte.
   *
   * @return false if some are beyond ASCII, and stand as U+FFFD
   */
  boolean appendAscii(ByteBuf in, int from, int to) {
    boolean plain = true;
    for (int at = from; at < to; at++) {
      int unit = in.getUnsignedByte(at);
      plain &= unit < 0x80;
      point(unit < 0x80 ? unit : REPLACEMENT);
    }
    return plain;
  }

  /** Ends the text: what is left of half a character becomes U+FFFD. */
  public void end() {
    if (highSurrogate != NONE || lowByte != NONE) {
      highSurrogate = NONE;
      lowByte = NONE;
      point(REPLACEMENT);
    }
  }

  private void unit(int unit) {
    boolean high = unit >= 0xD800 && unit < 0xDC00;
    boolean low = unit >= 0xDC00 && unit < 0xE000;
    if (highSurrogate != NONE) {
      int first = highSurrogate;
      highSurrogate = NONE;
      if (low) {
        point(Character.toCodePoint((char) first, (char) unit));
        return;
      }
      point(REPLACEMENT);
    }
    if (high) {
      highSurrogate = unit;
    } else {
      point(low ? REPLACEMENT : unit);
    }
  }

  private void point(int point) {
    int size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (cut || length + size > limit) {
      cut = true;
      return;
    }
    if (length + size > bytes.length) {
      long more = Math.max(FIRST, Math.max(2L * bytes.length, length + size));
      bytes = Arrays.copyOf(bytes, (int) Math.min(more, limit));
    }
    if (size == 1) {
      bytes[length++] = (byte) point;
      return;
    }
    int shift = 6 * (size - 1);
    bytes[length++] = (byte) (0xF00 >> size & 0xFF | point >> shift);
    while (shift > 0) {
      shift -= 6;
      bytes[length++] = (byte) (0x80 | point >> shift & 0x3F);
    }
  }

  /** UTF-8, of which {@link #length()} bytes count; overwritten by the next text. */
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }

  /** True if the text was longer than what is kept. */
  public boolean isCut() {
    return cut;
  }

  /** The text; not for logs, which it could bring values to. */
  public String text() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "TdsText[" + length + " bytes]";
  }
}
