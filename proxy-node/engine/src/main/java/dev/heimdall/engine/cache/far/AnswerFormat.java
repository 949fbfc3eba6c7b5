package dev.heimdall.engine.cache.far;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Format of an answer in the store: 20 bytes of ours, then the answer or, if it is long enough and
 * that makes it shorter, the answer compressed. The bytes in front are: 'H' 'A', the format's
 * version, flags (1: compressed), the answer's length (4), the hash of its key (8), and a CRC-32C
 * of all other bytes of the value (4).
 *
 * @param mostBytes of an answer
 * @param compressAbove so many bytes an answer is compressed
 */
record AnswerFormat(int mostBytes, int compressAbove) {
  static final int HEADER = 20;
  private static final int CHECKED = HEADER - Integer.BYTES;
  private static final short MAGIC = 'H' << 8 | 'A';
  private static final byte VERSION = 1;
  private static final byte COMPRESSED = 1;

  /** A value is not what a node has put under its key. */
  static final class DamagedException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedException() {
      super("not an answer of this key", null, false, false);
    }
  }

  /** True if it takes a while to make a value of this answer. */
  boolean compresses(byte[] answer) {
    return answer.length > compressAbove;
  }

  /** True if it takes a while to read this value. */
  static boolean isCompressed(byte[] value) {
    return value.length > HEADER && (value[3] & COMPRESSED) != 0;
  }

  byte[] value(byte[] key, byte[] answer) {
    byte[] shorter = compresses(answer) ? compressed(answer) : null;
    byte[] content = shorter == null ? answer : shorter;
    ByteBuffer value = ByteBuffer.allocate(HEADER + content.length);
    value.putShort(MAGIC).put(VERSION).put(shorter == null ? 0 : COMPRESSED);
    value.putInt(answer.length).putLong(KeyHash.of(key));
    value.position(HEADER).put(content);
    value.putInt(CHECKED, checksum(value.array()));
    return value.array();
  }

  /** Nothing where it does not become shorter. */
  private static byte[] compressed(byte[] answer) {
    byte[] out = new byte[answer.length - 1];
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      deflater.setInput(answer);
      deflater.finish();
      int length = 0;
      while (!deflater.finished() && length < out.length) {
        length += deflater.deflate(out, length, out.length - length);
      }
      return deflater.finished() ? Arrays.copyOf(out, length) : null;
    } finally {
      deflater.end();
    }
  }

  private static int checksum(byte[] value) {
    CRC32C sum = new CRC32C();
    sum.update(value, 0, CHECKED);
    sum.update(value, HEADER, value.length - HEADER);
    return (int) sum.getValue();
  }

  byte[] answer(byte[] key, byte[] value) throws DamagedException {
    if (value.length < HEADER) {
      throw new DamagedException();
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    boolean ours = in.getShort() == MAGIC && in.get() == VERSION;
    byte flags = in.get();
    int length = in.getInt();
    if (!ours
        || (flags & ~COMPRESSED) != 0
        || length < 0
        || length > mostBytes
        || in.getLong() != KeyHash.of(key)
        || in.getInt() != checksum(value)) {
      throw new DamagedException();
    }
    byte[] answer = new byte[length];
    if (flags == COMPRESSED) {
      inflate(value, answer);
    } else if (length == value.length - HEADER) {
      System.arraycopy(value, HEADER, answer, 0, length);
    } else {
      throw new DamagedException();
    }
    return answer;
  }

  /** To exactly the length that there is room for. */
  private static void inflate(byte[] value, byte[] answer) throws DamagedException {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(value, HEADER, value.length - HEADER);
      int length = 0;
      while (length < answer.length) {
        int more = inflater.inflate(answer, length, answer.length - length);
        if (more == 0) {
          break;
        }
        length += more;
      }
      boolean whole = length == answer.length && inflater.inflate(new byte[1]) == 0;
      if (!whole || !inflater.finished() || inflater.getRemaining() != 0) {
        throw new DamagedException();
      }
    } catch (DataFormatException e) {
      throw new DamagedException();
    } finally {
      inflater.end();
    }
  }
}
