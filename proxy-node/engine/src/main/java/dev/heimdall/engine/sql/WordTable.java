package dev.heimdall.engine.sql;

/** Finds the words of a dialect that mean something to its classifier, without allocating. */
public final class WordTable {
  private static final int MASK = 2047;

  private final byte[][] spellings;
  private final short[] slots = new short[MASK + 1];
  private final int longest;

  private WordTable(byte[][] spellings, int longest) {
    this.spellings = spellings;
    this.longest = longest;
    for (int word = 1; word < spellings.length; word++) {
      byte[] s = spellings[word];
      int slot = slot(s[0], s[s.length >> 1], s[s.length - 1], s.length);
      while (slots[slot] != 0) {
        slot = (slot + 1) & MASK;
      }
      slots[slot] = (short) word;
    }
  }

  /** Of words that are spelled as they are called; the first one stands for all that are none. */
  public static WordTable of(Enum<?>[] words) {
    String[] names = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      names[i] = words[i].name();
    }
    return of(names);
  }

  /** Of these words; the first one stands for all that are none. */
  public static WordTable of(String... words) {
    byte[][] spellings = new byte[words.length][];
    int longest = 0;
    for (int i = 0; i < words.length; i++) {
      String name = words[i];
      byte[] s = new byte[name.length()];
      for (int j = 0; j < s.length; j++) {
        s[j] = ByteClass.lower((byte) name.charAt(j));
      }
      spellings[i] = s;
      longest = Math.max(longest, s.length);
    }
    return new WordTable(spellings, longest);
  }

  /** Of all words of a text with blanks between them. */
  public static WordTable listed(String words) {
    return of((" " + words).split("\\s+"));
  }

  /** The ordinal of the word that these bytes spell, in whatever case; 0 where they spell none. */
  public int find(byte[] text, int start, int end) {
    int length = end - start;
    if (length < 2 || length > longest) {
      return 0;
    }
    int slot =
        slot(
            ByteClass.lower(text[start]),
            ByteClass.lower(text[start + (length >> 1)]),
            ByteClass.lower(text[end - 1]),
            length);
    int word = slots[slot];
    while (word != 0) {
      if (spells(spellings[word], text, start, length)) {
        return word;
      }
      slot = (slot + 1) & MASK;
      word = slots[slot];
    }
    return 0;
  }

  private static boolean spells(byte[] expected, byte[] text, int start, int length) {
    if (expected.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (ByteClass.lower(text[start + i]) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static int slot(byte first, byte middle, byte last, int length) {
    return (first * 7 + middle * 61 + last * 331 + length * 1021) & MASK;
  }
}
