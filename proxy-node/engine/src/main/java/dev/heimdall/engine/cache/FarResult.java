package dev.heimdall.engine.cache;

import dev.heimdall.engine.share.HeardMessages;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * A result as nodes keep it for each other. In bytes: when it was answered (8), the length of the
 * position (2), the position, how many nodes were heard (2), of each the length of its name (2),
 * the name and a number (8), the length of the columns (4; -1 for none), the columns, the rows.
 *
 * @param position where the writer was found before its statement was sent there, as the engine
 *     spells it, in ASCII: it has all that was acknowledged by then; empty where that is unknown
 * @param heard how far the node that has read it had heard the others before that
 * @param born when the server answered it, in milliseconds of {@link System#currentTimeMillis} of
 *     the node that has read it
 */
public record FarResult(String position, HeardMessages heard, long born, StoredAnswer answer) {
  private static final long MOST_AHEAD_MILLIS = 1_000;
  private static final int HEAD = 16;
  private static final int OF_NODE = 10;

  /** A larger fleet goes by positions alone. */
  private static final int MOST_NODES = 64;

  /**
   * Age of the server's answer in nanoseconds; unknown (empty) where that node's clock is ahead of
   * this one's by more than a second.
   */
  public OptionalLong age() {
    long millis = System.currentTimeMillis() - born;
    return millis < -MOST_AHEAD_MILLIS
        ? OptionalLong.empty()
        : OptionalLong.of(TimeUnit.MILLISECONDS.toNanos(Math.max(0, millis)));
  }

  byte[] encoded() {
    byte[] columns = answer.columns();
    byte[][] names = new byte[heard.last().size() > MOST_NODES ? 0 : heard.last().size()][];
    long[] numbers = new long[names.length];
    byte[] at = position.getBytes(StandardCharsets.US_ASCII);
    int size = HEAD + at.length + answer.size();
    int next = 0;
    for (Map.Entry<String, Long> each : heard.last().entrySet()) {
      if (next < names.length) {
        names[next] = each.getKey().getBytes(StandardCharsets.UTF_8);
        numbers[next] = each.getValue();
        size += OF_NODE + names[next].length;
        next++;
      }
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    out.putLong(born).putShort((short) at.length).put(at).putShort((short) names.length);
    for (int i = 0; i < names.length; i++) {
      out.putShort((short) names[i].length).put(names[i]).putLong(numbers[i]);
    }
    out.putInt(columns == null ? -1 : columns.length);
    if (columns != null) {
      out.put(columns);
    }
    return out.put(answer.rows()).array();
  }

  /** Null where that is none. */
  static FarResult decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      long born = in.getLong();
      String position = new String(part(in), StandardCharsets.US_ASCII);
      HeardMessages heard = heard(in);
      int length = in.getInt();
      if (length > in.remaining()) {
        return null;
      }
      int head = in.position();
      int rows = head + Math.max(0, length);
      return new FarResult(
          position,
          heard,
          born,
          new StoredAnswer(
              length < 0 ? null : Arrays.copyOfRange(bytes, head, rows),
              Arrays.copyOfRange(bytes, rows, bytes.length)));
    } catch (BufferUnderflowException e) {
      return null;
    }
  }

  private static HeardMessages heard(ByteBuffer in) {
    Map<String, Long> last = new HashMap<>();
    for (int left = in.getShort(); left > 0; left--) {
      last.put(new String(part(in), StandardCharsets.UTF_8), in.getLong());
    }
    return new HeardMessages(last);
  }

  private static byte[] part(ByteBuffer in) {
    int length = in.getShort();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] part = new byte[length];
    in.get(part);
    return part;
  }
}
