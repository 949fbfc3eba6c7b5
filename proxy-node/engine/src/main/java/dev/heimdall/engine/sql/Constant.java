package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;

/**
 * A value that an expression of literals and parameters has, as far as it is known exactly. Texts
 * are plain ASCII.
 *
 * @param whole the number, where it is one
 * @param text the text, where it is one; else null
 */
public record Constant(Kind kind, long whole, String text) {
  /** Type of a value. */
  public enum Kind {
    NULL,
    /** A literal or parameter that gets its type from what surrounds it. */
    UNTYPED,
    /** Such a parameter in its binary format: a character a byte. */
    UNTYPED_BINARY,
    /** From 0 to 255. */
    TINYINT,
    SMALLINT,
    INTEGER,
    BIGINT,
    /** A whole number of an unknown type, which is not known as a text. */
    NUMBER,
    TEXT,
    /** Text that may have more blanks at its end. */
    PADDED_TEXT,
    UUID
  }

  public static final Constant NULL = new Constant(Kind.NULL, 0, null);

  /** Longest text that is computed with. */
  private static final int LONGEST = 1_000;

  public static Constant whole(Kind kind, long number) {
    return new Constant(kind, number, null);
  }

  /** Null for a text that is too long. */
  public static Constant text(Kind kind, String text) {
    return text.length() > LONGEST ? null : new Constant(kind, 0, text);
  }

  /** The text of these bytes; null where they are not plain ASCII, or too many. */
  static Constant text(Kind kind, byte[] bytes, int from, int to) {
    if (to - from > LONGEST) {
      return null;
    }
    for (int i = from; i < to; i++) {
      if (bytes[i] <= 0) {
        return null;
      }
    }
    return new Constant(kind, 0, new String(bytes, from, to - from, StandardCharsets.US_ASCII));
  }

  /** The value of a parameter as a text; null as above. */
  public static Constant text(Kind kind, Parameter parameter) {
    return text(kind, parameter.value(), 0, parameter.value().length);
  }

  /** A parameter in its binary format that has no type yet. */
  public static Constant bytes(byte[] value) {
    return text(Kind.UNTYPED_BINARY, new String(value, StandardCharsets.ISO_8859_1));
  }

  /** The number that is spelled in plain digits, as this type; null where it is none. */
  public static Constant digits(Kind kind, byte[] value) {
    long number = KeyType.whole(value, 0, value.length);
    return number == KeyType.NONE ? null : within(kind, number);
  }

  /** The number in its binary format, as this type; null where it is none. */
  public static Constant binary(Kind kind, byte[] value) {
    long number = KeyType.whole(value);
    return number == KeyType.NONE ? null : within(kind, number);
  }

  /** True if each character of the text is one of ASCII. */
  public boolean isPlain() {
    return text.chars().allMatch(c -> c > 0 && c < 0x80);
  }

  public boolean isNull() {
    return kind == Kind.NULL;
  }

  public boolean isWhole() {
    return switch (kind) {
      case TINYINT, SMALLINT, INTEGER, BIGINT, NUMBER -> true;
      default -> false;
    };
  }

  public boolean isUntyped() {
    return kind == Kind.UNTYPED || kind == Kind.UNTYPED_BINARY;
  }

  public boolean isText() {
    return kind == Kind.TEXT || kind == Kind.PADDED_TEXT;
  }

  /** The text's bytes. */
  public byte[] bytes() {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The number as this type; null where that does not have it. */
  public static Constant within(Kind kind, long number) {
    boolean fits =
        switch (kind) {
          case TINYINT -> number == (number & 0xff);
          case SMALLINT -> number == (short) number;
          case INTEGER -> number == (int) number;
          default -> true;
        };
    return fits ? whole(kind, number) : null;
  }

  /** The number that a text is in plain digits, as this type; null for another text. */
  public Constant parsed(Kind to) {
    return digits(to, bytes());
  }

  /** Result of an operation on two whole numbers; null for an error or an overflow. */
  public static Constant calculated(char operator, Kind kind, long left, long right) {
    try {
      return switch (operator) {
        case '+' -> within(kind, Math.addExact(left, right));
        case '-' -> within(kind, Math.subtractExact(left, right));
        case '*' -> within(kind, Math.multiplyExact(left, right));
        case '/' -> right == 0 || right == -1 ? null : within(kind, left / right);
        case '%' -> right == 0 || right == -1 ? null : within(kind, left % right);
        default -> null;
      };
    } catch (ArithmeticException overflow) {
      return null;
    }
  }

  /** This text in small letters; null where that is another letter in some languages. */
  public Constant lowered() {
    return text.indexOf('I') >= 0 ? null : changed(true);
  }

  /** This text in capitals; null where that is another letter in some languages. */
  public Constant raised() {
    return text.indexOf('i') >= 0 ? null : changed(false);
  }

  /** By ASCII alone: no locale has a say. */
  private Constant changed(boolean small) {
    StringBuilder changed = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = small ? c >= 'A' && c <= 'Z' : c >= 'a' && c <= 'z';
      changed.append(letter ? (char) (c ^ 0x20) : c);
    }
    return new Constant(kind, 0, changed.toString());
  }

  /** This text without blanks at one end, or at both. */
  public Constant trimmed(boolean start, boolean end) {
    int from = 0;
    int to = text.length();
    while (start && from < to && text.charAt(from) == ' ') {
      from++;
    }
    while (end && to > from && text.charAt(to - 1) == ' ') {
      to--;
    }
    return new Constant(end ? Kind.TEXT : kind, 0, text.substring(from, to));
  }

  /** Values are secrets. */
  @Override
  public String toString() {
    return "a constant of the kind " + kind;
  }
}
