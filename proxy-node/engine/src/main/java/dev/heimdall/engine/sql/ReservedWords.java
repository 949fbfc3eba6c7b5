package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;

/** Words that are no name without quotes, neither in MySQL nor in SQL Server. */
final class ReservedWords {
  private static final int MASK = 255;
  private static final byte[][] TABLE =
      table(
          "add all alter and as asc between by case column create cross database default delete"
              + " desc distinct drop else exists for foreign from grant group having if in index"
              + " inner insert into is join key left like not null on or order outer primary"
              + " procedure references revoke right select set table then to trigger union unique"
              + " update values when where while with");

  private ReservedWords() {}

  static boolean contains(byte[] text, int start, int end) {
    int length = end - start;
    if (length < 2) {
      return false;
    }
    int slot =
        slot(
            ByteClass.lower(text[start]),
            ByteClass.lower(text[start + 1]),
            ByteClass.lower(text[end - 1]),
            length);
    while (TABLE[slot] != null) {
      if (isSpelledBy(TABLE[slot], text, start, length)) {
        return true;
      }
      slot = (slot + 1) & MASK;
    }
    return false;
  }

  private static boolean isSpelledBy(byte[] word, byte[] text, int start, int length) {
    if (word.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (ByteClass.lower(text[start + i]) != word[i]) {
        return false;
      }
    }
    return true;
  }

  private static int slot(byte first, byte second, byte last, int length) {
    return (first * 31 + second * 7 + last * 131 + length * 61) & MASK;
  }

  private static byte[][] table(String words) {
    byte[][] table = new byte[MASK + 1][];
    for (String word : words.split(" ")) {
      byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
      int slot = slot(bytes[0], bytes[1], bytes[bytes.length - 1], bytes.length);
      while (table[slot] != null) {
        slot = (slot + 1) & MASK;
      }
      table[slot] = bytes;
    }
    return table;
  }
}
