package dev.heimdall.manager.history;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Two texts, line by line.
 *
 * @param skipped lines at the beginning that are the same in both and not listed, as the texts are
 *     long
 * @param lines of both, those that they have in common once
 * @param more lines behind those that are listed
 */
public record LineComparison(int skipped, List<LineChange> lines, int more) {
  /** Of longer texts, what is the same at both ends is left out but for a few lines. */
  private static final int SHORT = 2_000;

  private static final int AROUND = 3;

  /** Those of either that are compared one by one; what is between more of them is replaced. */
  private static final int MOST_COMPARED = 20_000;

  /** Larger tables than this are not worth their memory: what is between counts as replaced. */
  private static final long MOST_CELLS = 4_000_000;

  /** It may hold passwords. */
  @Override
  public String toString() {
    return lines.toString();
  }

  /** As far as there is room. */
  public static LineComparison of(String before, String after, Room room) {
    Lines was = new Lines(before);
    Lines is = new Lines(after);
    int start = 0;
    int shorter = Math.min(was.size(), is.size());
    while (start < shorter && was.get(start).equals(is.get(start))) {
      start++;
    }
    int end = 0;
    while (end < shorter - start
        && was.get(was.size() - 1 - end).equals(is.get(is.size() - 1 - end))) {
      end++;
    }
    boolean isLong = was.size() + is.size() > SHORT;
    int skipped = isLong ? Math.max(0, start - AROUND) : 0;
    int last = isLong ? Math.min(end, AROUND) : end;
    Listing listing = new Listing(room);
    listing.add(LineChange.Kind.SAME, was.subList(skipped, start));
    middle(was.subList(start, was.size() - end), is.subList(start, is.size() - end), listing);
    listing.add(LineChange.Kind.SAME, was.subList(was.size() - end, was.size() - end + last));
    return new LineComparison(skipped, listing.all, listing.more + end - last);
  }

  private static void middle(List<String> before, List<String> after, Listing listing) {
    if (Math.max(before.size(), after.size()) > MOST_COMPARED
        || (long) before.size() * after.size() > MOST_CELLS) {
      listing.add(LineChange.Kind.REMOVED, before);
      listing.add(LineChange.Kind.ADDED, after);
      return;
    }
    // Each is looked at many times.
    List<String> was = List.copyOf(before);
    List<String> is = List.copyOf(after);
    int[][] common = common(was, is);
    int i = 0;
    int j = 0;
    while (i < was.size() && j < is.size()) {
      if (was.get(i).equals(is.get(j))) {
        listing.add(LineChange.Kind.SAME, was.get(i));
        i++;
        j++;
      } else if (common[i + 1][j] >= common[i][j + 1]) {
        listing.add(LineChange.Kind.REMOVED, was.get(i++));
      } else {
        listing.add(LineChange.Kind.ADDED, is.get(j++));
      }
    }
    listing.add(LineChange.Kind.REMOVED, was.subList(i, was.size()));
    listing.add(LineChange.Kind.ADDED, is.subList(j, is.size()));
  }

  /** Counts the lines that two ends of the texts have in common, in order. */
  private static int[][] common(List<String> before, List<String> after) {
    int[][] common = new int[before.size() + 1][after.size() + 1];
    for (int i = before.size() - 1; i >= 0; i--) {
      for (int j = after.size() - 1; j >= 0; j--) {
        common[i][j] =
            before.get(i).equals(after.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }

  /** Listed lines, and the number of those that are not listed. */
  private static final class Listing {
    private final Room room;
    private final List<LineChange> all = new ArrayList<>();
    private int more;

    Listing(Room room) {
      this.room = room;
    }

    void add(LineChange.Kind kind, String line) {
      Optional<String> shown = room.take(line);
      shown.ifPresent(text -> all.add(new LineChange(kind, text)));
      if (shown.isEmpty()) {
        more++;
      }
    }

    void add(LineChange.Kind kind, List<String> lines) {
      for (int i = 0; i < lines.size(); i++) {
        if (room.isFull()) {
          more += lines.size() - i;
          return;
        }
        add(kind, lines.get(i));
      }
    }
  }

  /** The lines of a text, each cut out when it is asked for: a text may have a million of them. */
  private static final class Lines extends AbstractList<String> {
    private final String text;

    /** Beginning of each line, and behind the last one that of a further line. */
    private int[] begins = new int[64];

    private int size;

    Lines(String text) {
      this.text = text;
      for (int at = 0; at < text.length(); size++) {
        if (size + 2 > begins.length) {
          begins = Arrays.copyOf(begins, 2 * begins.length);
        }
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end + 1;
        begins[size + 1] = at;
      }
    }

    @Override
    public String get(int index) {
      int end = begins[index + 1];
      while (end > begins[index]
          && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
        end--;
      }
      return text.substring(begins[index], end);
    }

    @Override
    public int size() {
      return size;
    }
  }
}
