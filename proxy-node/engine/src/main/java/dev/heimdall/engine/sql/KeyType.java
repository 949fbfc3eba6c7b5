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
  /** Text likewise, of which capitals and small letters may be equal, too. */
  FOLDED_TEXT,
  /** The same, of which hyphens and apostrophes may count for nothing, too. */
  WORD_TEXT,
  UUID;

  /** No value, or one whose equality is unknown here. */
  static final long NONE = Long.MIN_VALUE;

  /** Longer numbers may be of another type. */
  private static final int MOST_DIGITS = 18;

  private static final int UUID_LENGTH = 36;

  /** The number of NULL, which equals nothing: no value has it. */
  static final long OF_NULL = -2;

  private static final int DELETE = 0x7f;

  /**
   * A value's number: equal values have the same, others seldom; or {@link #NONE}.
   *
   * @param least of an integer, else it is unknown what it becomes
   * @param most of an integer; of a text its length
   */
  long number(byte[] value, int from, int to, long least, long most) {
    return switch (this) {
      case INTEGER -> within(whole(value, from, to), least, most);
      case TEXT, FOLDED_TEXT, WORD_TEXT -> text(value, from, to, most);
      case UUID -> uuid(value, from, to);
    };
  }

  /** The number of a value in its binary format. */
  long binary(byte[] value, long least, long most) {
    return switch (this) {
      case INTEGER -> within(whole(value), least, most);
      case TEXT, FOLDED_TEXT, WORD_TEXT -> text(value, 0, value.length, most);
      case UUID -> {
        if (value.length != 16) {
          yield NONE;
        }
        java.nio.ByteBuffer halves = java.nio.ByteBuffer.wrap(value);
        byte[] spelled =
            new java.util.UUID(halves.getLong(), halves.getLong())
                .toString()
                .getBytes(StandardCharsets.US_ASCII);
        yield text(spelled, 0, spelled.length, UUID_LENGTH);
      }
    };
  }

  /** The number of an integer. */
  static long number(long integer) {
    return mixed(integer);
  }

  /** An integer in its binary format, or {@link #NONE}. */
  static long whole(byte[] value) {
    if (value.length != 2 && value.length != 4 && value.length != 8) {
      return NONE;
    }
    long number = value[0];
    for (int i = 1; i < value.length; i++) {
      number = number << 8 | value[i] & 0xff;
    }
    return number;
  }

  private static long within(long number, long least, long most) {
    return number == NONE || number < least || number > most ? NONE : mixed(number);
  }

  /** An integer as it is written, or {@link #NONE}. */
  static long whole(byte[] value, int from, int to) {
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
    return negative ? -number : number;
  }

  /**
   * Other bytes than those of ASCII have another meaning in another encoding of a client, and
   * control characters are no characters at all in some collations.
   */
  private long text(byte[] value, int from, int to, long most) {
    int end = to;
    while (end > from && value[end - 1] == ' ') {
      end--;
    }
    if (end - from > most) {
      return NONE;
    }
    long hash = 0xcbf29ce484222325L;
    for (int i = from; i < end; i++) {
      byte b = value[i];
      if (b <= 0) {
        return NONE;
      }
      if (this == WORD_TEXT && (b == '-' || b == '\'')) {
        continue;
      }
      if (this != TEXT) {
        if (b < ' ' || b == DELETE) {
          return NONE;
        }
        b = ByteClass.LOWER[b];
      }
      hash = (hash ^ b) * 0x100000001b3L;
    }
    return mixed(hash);
  }

  private long uuid(byte[] value, int from, int to) {
    if (to - from != UUID_LENGTH) {
      return NONE;
    }
    for (int i = 0; i < UUID_LENGTH; i++) {
      byte b = value[from + i];
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      boolean fits = dash ? b == '-' : ByteClass.isHex(b);
      if (!fits) {
        return NONE;
      }
    }
    return text(value, from, to, UUID_LENGTH);
  }

  private static long mixed(long number) {
    long mixed = (number ^ number >>> 32) * 0x9E3779B97F4A7C15L;
    return mixed >>> 33;
  }
}
