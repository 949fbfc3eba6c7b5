package dev.heimdall.engine.cache;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A result as nodes keep it for each other. In bytes: the position (8), until when it may be served
 * (8), the length of the columns (4; -1 for none), the columns, the rows.
 *
 * @param position bytes of log that the writer had written before its statement was sent there: it
 *     has all that was acknowledged by then
 * @param until when it is to be served no more, in milliseconds of {@link
 *     System#currentTimeMillis}; clocks of nodes are taken to be about the same
 */
public record FarResult(long position, long until, StoredAnswer answer) {
  private static final int HEAD = 20;

  byte[] encoded() {
    byte[] columns = answer.columns();
    ByteBuffer out = ByteBuffer.allocate(HEAD + answer.size());
    out.putLong(position).putLong(until).putInt(columns == null ? -1 : columns.length);
    if (columns != null) {
      out.put(columns);
    }
    return out.put(answer.rows()).array();
  }

  /** Null where that is none. */
  static FarResult decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      long position = in.getLong();
      long until = in.getLong();
      int length = in.getInt();
      if (length > in.remaining()) {
        return null;
      }
      int rows = HEAD + Math.max(0, length);
      return new FarResult(
          position,
          until,
          new StoredAnswer(
              length < 0 ? null : Arrays.copyOfRange(bytes, HEAD, rows),
              Arrays.copyOfRange(bytes, rows, bytes.length)));
    } catch (BufferUnderflowException e) {
      return null;
    }
  }
}
