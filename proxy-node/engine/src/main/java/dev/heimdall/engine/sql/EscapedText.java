package dev.heimdall.engine.sql;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Decodes the content of PostgreSQL's {@code E'…'}, in UTF-8. */
final class EscapedText {
  private static final String LETTERS = "bfnrt";
  private static final String CONTROLS = "\b\f\n\r\t";

  private final byte[] content;
  private final ByteArrayOutputStream value;
  private int at;
  private int high;

  private EscapedText(byte[] content) {
    this.content = content;
    this.value = new ByteArrayOutputStream(content.length);
  }

  static byte[] decode(byte[] content) {
    EscapedText text = new EscapedText(content);
    while (text.at < content.length) {
      text.next();
    }
    return text.value.toByteArray();
  }

  private void next() {
    byte b = content[at++];
    if (b == '\'' && at < content.length && content[at] == '\'') {
      at++; // doubled
    }
    if (b != '\\' || at == content.length) {
      value.write(b);
      return;
    }
    byte letter = content[at++];
    switch (letter) {
      case 'x' -> {
        int number = number(16, 2);
        value.write(number < 0 ? letter : number);
      }
      case 'u' -> character(number(16, 4), letter);
      case 'U' -> character(number(16, 8), letter);
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        at--;
        value.write(number(8, 3));
      }
      default -> {
        int control = LETTERS.indexOf(letter);
        value.write(control < 0 ? letter : CONTROLS.charAt(control));
      }
    }
  }

  private void character(int point, byte letter) {
    if (point >= 0 && point <= 0xffff && Character.isHighSurrogate((char) point)) {
      high = point; // the other half of the pair has to follow
    } else if (point >= 0 && point <= 0xffff && Character.isLowSurrogate((char) point)) {
      write(Character.toCodePoint((char) high, (char) point));
      high = 0;
    } else if (Character.isValidCodePoint(point)) {
      write(point);
    } else {
      value.write(letter);
    }
  }

  private void write(int point) {
    if (Character.isValidCodePoint(point)) {
      value.writeBytes(new String(Character.toChars(point)).getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The number of so many digits at most; -1 where there is none. */
  private int number(int radix, int most) {
    int number = -1;
    for (int digits = 0; digits < most && at < content.length; digits++) {
      int digit = Character.digit(content[at], radix);
      if (digit < 0) {
        break;
      }
      number = Math.max(number, 0) * radix + digit;
      at++;
    }
    return number;
  }
}
