package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;

/** Kind of a column whose equality is plain: equal values have one spelling here. */
public enum KeyType {
  /** Integers of whatever width. */
  INTEGER,
  /**
   * Text that is equal where its bytes are, but for blanks at its end that a length may cut off.
   */
  TEXT,
  UUID;

  /** No value, or one of which nobody says here what it equals. */
  static final long NONE = Long.MIN_VALUE;

  /** Longer numbers may be of another type. */
  private static final int MOST_DIGITS = 18;

  private static final int UUID_LENGTH = 36;

  /** A value's number: equal values have the same, others seldom; or {@link #NONE}. */
  long number(byte[] value, int from, int to) {
    return switch (this) {
      case INTEGER -> integer(value, from, to);
      case TEXT -> text(value, from, to);
      case UUID -> uuid(value, from, to);
    };
  }

  /** The number of a value in its binary format. */
  long binary(byte[] value) {
    return switch (this) {
      case INTEGER -> {
        if (value.length != 2 && value.length != 4 && value.length != 8) {
          yield NONE;
        }
        long number = value[0];
        for (int i = 1; i < value.length; i++) {
          number = number << 8 | value[i] & 0xff;
        }
        yield mixed(number);
      }
      case TEXT -> text(value, 0, value.length);
      case UUID -> {
        if (value.length != 16) {
          yield NONE;
        }
        java.nio.ByteBuffer halves = java.nio.ByteBuffer.wrap(value);
        byte[] spelled =
            new java.util.UUID(halves.getLong(), halves.getLong())
                .toString()
                .getBytes(StandardCharsets.US_ASCII);
        yield text(spelled, 0, spelled.length);
      }
    };
  }

  private static long integer(byte[] value, int from, int to) {
    boolean negative = from < to && value[from] == '-';
    int at = negative ? from + 1 : from;
    if (at == to || to - at > MOST_DIGITS) {
      return NONE;
    }
    long number = 0;
    for (; at < to; at++) {
      int digit = value[at] - '0';
      if (digit < 0 || digit > 9) {
        return NONE;
      }
      number = 10 * number + digit;
    }
    return mixed(negative ? -number : number);
  }

  /** Other bytes than those of ASCII have another meaning in another encoding of a client. */
  private static long text(byte[] value, int from, int to) {
    int end = to;
    while (end > from && value[end - 1] == ' ') {
      end--;
    }
    long hash = 0xcbf29ce484222325L;
    for (int i = from; i < end; i++) {
      if (value[i] <= 0) {
        return NONE;
      }
      hash = (hash ^ value[i]) * 0x100000001b3L;
    }
    return mixed(hash);
  }

  private static long uuid(byte[] value, int from, int to) {
    if (to - from != UUID_LENGTH) {
      return NONE;
    }
    for (int i = 0; i < UUID_LENGTH; i++) {
      byte b = value[from + i];
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      boolean fits = dash ? b == '-' : b >= '0' && b <= '9' || b >= 'a' && b <= 'f';
      if (!fits) {
        return NONE;
      }
    }
    return text(value, from, to);
  }

  private static long mixed(long number) {
    long mixed = (number ^ number >>> 32) * 0x9E3779B97F4A7C15L;
    return mixed >>> 33;
  }
}
