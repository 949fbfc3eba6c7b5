package dev.heimdall.engine.sql;

import java.util.Collection;

/** Estimates what texts take in memory; rather too much than too little. */
public final class Weight {
  private static final int OF_TEXT = 56;
  private static final int IN_COLLECTION = 48;

  private Weight() {}

  /** Bytes of a text; none for null. */
  public static long of(String text) {
    return text == null ? 0 : OF_TEXT + 2L * text.length();
  }

  /** Bytes of a collection of texts. */
  public static long of(Collection<String> texts) {
    long sum = 0;
    for (String text : texts) {
      sum += IN_COLLECTION + of(text);
    }
    return sum;
  }

  /** As tables take it: what is larger than they could keep is so anyway. */
  public static int bounded(long weight) {
    return (int) Math.min(weight, Integer.MAX_VALUE);
  }
}
