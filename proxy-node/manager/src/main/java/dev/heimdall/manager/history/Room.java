package dev.heimdall.manager.history;

import java.util.Optional;

/**
 * Limit of the differences that one answer shows: the first of them, the rest is counted. Two
 * versions of a document may differ in a million lines, of which no reader sees more than these. Of
 * one thread.
 */
public final class Room {
  private static final int TEXTS = 5_000;
  private static final int CHARACTERS = 1 << 20;
  private static final int LONGEST = 64 << 10;

  private int texts = TEXTS;
  private int characters = CHARACTERS;

  /** True if nothing is shown any more. */
  boolean isFull() {
    return texts == 0;
  }

  /** A text as it is shown, the beginning of one that is very long; empty: there is no room. */
  Optional<String> take(String text) {
    String shown = cut(text, LONGEST);
    if (texts == 0 || shown.length() > characters) {
      texts = 0;
      return Optional.empty();
    }
    texts--;
    characters -= shown.length();
    return Optional.of(shown);
  }

  static String cut(String text, int longest) {
    return text.length() > longest ? text.substring(0, longest) + "…" : text;
  }
}
