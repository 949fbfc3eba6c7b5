package dev.heimdall.engine.dialect.sqlserver.answer;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Kind of a statement, as DONE numbers it. */
public enum StatementCommand {
  OTHER(0),
  INSERT(0xC3),
  DELETE(0xC4),
  UPDATE(0xC5),
  MERGE(0x117);

  private static final int LONGEST = 6;

  private final int number;

  StatementCommand(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** By the first word of a text in UTF-8. */
  public static StatementCommand of(byte[] text) {
    int from = 0;
    while (from < text.length && text[from] <= ' ') {
      from++;
    }
    int to = from;
    while (to < text.length && to - from <= LONGEST && Character.isLetter(text[to])) {
      to++;
    }
    String word = new String(text, from, to - from, StandardCharsets.US_ASCII);
    for (StatementCommand each : values()) {
      if (each != OTHER && each.name().equals(word.toUpperCase(Locale.ROOT))) {
        return each;
      }
    }
    return OTHER;
  }
}
