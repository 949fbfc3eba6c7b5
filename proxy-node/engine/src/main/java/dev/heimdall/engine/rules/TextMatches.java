package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.Weight;
import java.util.Arrays;
import java.util.Objects;

/** Expressions about the text that match one text, and the content of their groups. */
public final class TextMatches {
  /** One match of a regular expression that is to be replaced. */
  record Span(int start, int end, String[] groups) {}

  /** Match of a regular expression whose groups are used. */
  record Found(String[] groups, Span[] spans) {}

  private final long[] bits;
  private final Found[] found;
  private final String text;

  /**
   * @param bits a bit for each expression
   * @param found by expression; null where no groups are used at all
   * @param text the whole text, where it is to be changed, else null
   */
  TextMatches(long[] bits, Found[] found, String text) {
    this.bits = bits;
    this.found = found;
    this.text = text;
  }

  boolean matches(int expression) {
    return (bits[expression >> 6] & 1L << expression) != 0;
  }

  /** Match of the expression; null if it does not match or its groups are not used. */
  Found found(int expression) {
    return found == null ? null : found[expression];
  }

  String text() {
    return text;
  }

  /** True if nothing but the bits counts, so that texts with the same bits are alike. */
  boolean isPlain() {
    return found == null;
  }

  /** About how many bytes it takes in memory. */
  long weight() {
    long sum = 100 + 8L * bits.length + Weight.of(text);
    if (found != null) {
      for (Found one : found) {
        sum += 8 + (one == null ? 0 : weight(one));
      }
    }
    return sum;
  }

  private static long weight(Found one) {
    long sum = 40 + weight(one.groups());
    if (one.spans() != null) {
      for (Span span : one.spans()) {
        sum += 40 + weight(span.groups());
      }
    }
    return sum;
  }

  private static long weight(String[] groups) {
    long sum = 16;
    if (groups != null) {
      for (String group : groups) {
        sum += 4 + Weight.of(group);
      }
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextMatches that
        && Arrays.equals(bits, that.bits)
        && found == that.found
        && Objects.equals(text, that.text);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bits);
  }
}
