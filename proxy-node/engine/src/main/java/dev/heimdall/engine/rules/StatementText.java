package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.LexerMode;
import java.util.Arrays;

/**
 * The bytes of one statement with the hash of them all. One object is used again for statement
 * after statement; it belongs to one thread and does not own the bytes.
 */
public final class StatementText {
  /** Null once it was {@link #release}d: what is judged by a text that is gone must not pass. */
  private byte[] bytes = new byte[0];

  private int offset;
  private int length;
  private long high;
  private long low;
  private LexerMode lexerMode = LexerMode.STANDARD;

  /**
   * Points at a statement.
   *
   * @param exactHigh with {@code exactLow} a keyed hash of all bytes: texts with equal ones are
   *     taken for the same text
   */
  public StatementText set(byte[] bytes, int offset, int length, long exactHigh, long exactLow) {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    this.high = exactHigh;
    this.low = exactLow;
    return this;
  }

  /** The text is decided on: sessions that do nothing keep none. */
  public void release() {
    bytes = null;
  }

  /** Says whether a backslash in a plain literal is just that. */
  public StatementText lexerMode(LexerMode mode) {
    lexerMode = mode;
    return this;
  }

  LexerMode lexerMode() {
    return lexerMode;
  }

  /** Returns a copy of the statement with bytes of its own, for another thread. */
  public StatementText copy() {
    return new StatementText()
        .set(Arrays.copyOfRange(bytes, offset, offset + length), 0, length, high, low)
        .lexerMode(lexerMode);
  }

  byte[] bytes() {
    return bytes;
  }

  int offset() {
    return offset;
  }

  int length() {
    return length;
  }

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  /** At most so many of the first bytes. */
  byte[] beginning(int most) {
    return Arrays.copyOfRange(bytes, offset, offset + Math.min(most, length));
  }

  /** The bytes as an array without anything else in it. */
  byte[] exactly() {
    return offset == 0 && length == bytes.length
        ? bytes
        : Arrays.copyOfRange(bytes, offset, offset + length);
  }
}
