package dev.heimdall.model;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that was probably meant. */
public final class NearestName {
  private static final int SHORTEST_BEGINNING = 3;

  /** The longest text that can be a slip of a name. */
  private static final int LONGEST = 100;

  /** Names that a text is compared with. */
  private static final int MOST_CANDIDATES = 1000;

  private NearestName() {}

  /** The nearest candidate, if it is near enough to be a slip. */
  public static Optional<String> of(String written, Collection<String> candidates) {
    if (written.length() > LONGEST) {
      return Optional.empty();
    }
    String best = null;
    int least = Integer.MAX_VALUE;
    String slip = plain(written);
    List<String> compared = candidates.stream().limit(MOST_CANDIDATES).toList();
    for (String candidate : compared) {
      String name = plain(candidate);
      int allowed = Math.max(1, Math.min(written.length(), candidate.length()) / 3);
      if (Math.abs(slip.length() - name.length()) > allowed) {
        continue;
      }
      int distance = distance(slip, name);
      if (distance <= allowed && distance < least) {
        best = candidate;
        least = distance;
      }
    }
    if (best == null && written.length() >= SHORTEST_BEGINNING) {
      for (String candidate : compared) {
        String whole = plain(candidate);
        if (whole.startsWith(slip)
            || (candidate.length() >= SHORTEST_BEGINNING && slip.startsWith(whole))) {
          return Optional.of(candidate);
        }
      }
    }
    return Optional.ofNullable(best);
  }

  /** Letter case and the sign between words are the slips that cost nothing. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  /** Insertions, deletions, replacements and swaps of neighbours. */
  public static int distance(String a, String b) {
    int[][] table = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          table[i][j] = i + j;
          continue;
        }
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least =
            Math.min(Math.min(table[i - 1][j], table[i][j - 1]) + 1, table[i - 1][j - 1] + cost);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        table[i][j] = swapped ? Math.min(least, table[i - 2][j - 2] + 1) : least;
      }
    }
    return table[a.length()][b.length()];
  }
}
