package dev.heimdall.engine.wire.mysql;

import dev.heimdall.engine.wire.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A set of transactions, as MySQL names them: {@code uuid:1-5:7} of each server that they come
 * from, {@code uuid:tag:1-5} for those with a tag. Never changes.
 */
public final class GtidSet extends GtidPosition {
  /** No transaction: that of a server without any writes. */
  public static final GtidSet EMPTY = new GtidSet(List.of());

  /** Maximum that a 64-bit number allows; the server's own limit is one below. */
  private static final long MOST = Long.MAX_VALUE - 1;

  private static final int TAG = 32;

  /** Origin of transactions; the tag is empty for none. */
  private record Source(long high, long low, String tag) implements Comparable<Source> {
    @Override
    public int compareTo(Source other) {
      int order = Long.compareUnsigned(high, other.high);
      order = order == 0 ? Long.compareUnsigned(low, other.low) : order;
      return order == 0 ? tag.compareTo(other.tag) : order;
    }

    boolean sameServer(Source other) {
      return high == other.high && low == other.low;
    }
  }

  /**
   * The transactions of one source.
   *
   * @param bounds the first number of each interval and the one after its last, in turns; they rise
   *     without touching
   */
  private record Part(Source source, long[] bounds) {
    boolean covers(Part other) {
      int mine = 0;
      for (int i = 0; i < other.bounds.length; i += 2) {
        while (mine < bounds.length && bounds[mine + 1] <= other.bounds[i]) {
          mine += 2;
        }
        if (mine == bounds.length
            || bounds[mine] > other.bounds[i]
            || bounds[mine + 1] < other.bounds[i + 1]) {
          return false;
        }
      }
      return true;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Part part
          && source.equals(part.source)
          && Arrays.equals(bounds, part.bounds);
    }

    @Override
    public int hashCode() {
      return source.hashCode() * 31 + Arrays.hashCode(bounds);
    }

    Part with(Part other) {
      List<long[]> intervals = new ArrayList<>();
      for (long[] each : List.of(bounds, other.bounds)) {
        for (int i = 0; i < each.length; i += 2) {
          intervals.add(new long[] {each[i], each[i + 1]});
        }
      }
      return new Part(source, joined(intervals));
    }
  }

  /** In the order of their sources, each once, none without transactions. */
  private final List<Part> parts;

  private GtidSet(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Reads what the server writes; blanks and line ends between its parts do not count.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static GtidSet parse(String text) {
    Map<Source, List<long[]>> found = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        readPart(part.strip(), found);
      }
    }
    List<Part> parts = new ArrayList<>(found.size());
    found.forEach((source, intervals) -> parts.add(new Part(source, joined(intervals))));
    return parts.isEmpty() ? EMPTY : new GtidSet(parts);
  }

  private static void readPart(String part, Map<Source, List<long[]>> into) {
    String[] fields = part.split(":", -1);
    String uuid = fields[0].strip().replace("-", "");
    if (uuid.length() != 32 || fields.length < 2) {
      throw wrong(part);
    }
    Source source;
    try {
      source =
          new Source(
              Long.parseUnsignedLong(uuid, 0, 16, 16),
              Long.parseUnsignedLong(uuid, 16, 32, 16),
              "");
    } catch (NumberFormatException e) {
      throw wrong(part);
    }
    boolean tagAllowed = true;
    for (int i = 1; i < fields.length; i++) {
      String field = fields[i].strip();
      if (!field.isEmpty() && Character.isDigit(field.charAt(0))) {
        into.computeIfAbsent(source, s -> new ArrayList<>(1)).add(interval(field, part));
        tagAllowed = true;
      } else if (tagAllowed && i + 1 < fields.length && isTag(field)) {
        source = new Source(source.high(), source.low(), field.toLowerCase(Locale.ROOT));
        tagAllowed = false;
      } else {
        throw wrong(part);
      }
    }
  }

  private static boolean isTag(String field) {
    if (field.isEmpty() || field.length() > TAG) {
      return false;
    }
    for (int i = 0; i < field.length(); i++) {
      char c = (char) (field.charAt(i) | 0x20);
      boolean letter = (c >= 'a' && c <= 'z') || field.charAt(i) == '_';
      if (!letter && (i == 0 || field.charAt(i) < '0' || field.charAt(i) > '9')) {
        return false;
      }
    }
    return true;
  }

  private static long[] interval(String field, String part) {
    int dash = field.indexOf('-');
    try {
      long first = Long.parseLong(dash < 0 ? field : field.substring(0, dash).strip());
      long last = dash < 0 ? first : Long.parseLong(field.substring(dash + 1).strip());
      if (first >= 1 && last >= first && last <= MOST) {
        return new long[] {first, last + 1};
      }
    } catch (NumberFormatException e) {
      throw wrong(part);
    }
    throw wrong(part);
  }

  private static IllegalArgumentException wrong(String part) {
    return new IllegalArgumentException("no set of GTIDs: " + part);
  }

  private static long[] joined(List<long[]> intervals) {
    intervals.sort((one, other) -> Long.compare(one[0], other[0]));
    long[] bounds = new long[2 * intervals.size()];
    int count = 0;
    for (long[] interval : intervals) {
      if (count > 0 && interval[0] <= bounds[count - 1]) {
        bounds[count - 1] = Math.max(bounds[count - 1], interval[1]);
      } else {
        bounds[count++] = interval[0];
        bounds[count++] = interval[1];
      }
    }
    return count == bounds.length ? bounds : Arrays.copyOf(bounds, count);
  }

  /** True if any transaction is in it. */
  public boolean isEmpty() {
    return parts.isEmpty();
  }

  @Override
  public boolean covers(Position other) {
    if (!(other instanceof GtidSet set)) {
      return other == Position.NONE;
    }
    int mine = 0;
    for (Part part : set.parts) {
      while (mine < parts.size() && parts.get(mine).source().compareTo(part.source()) < 0) {
        mine++;
      }
      if (mine == parts.size()
          || !parts.get(mine).source().equals(part.source())
          || !parts.get(mine).covers(part)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Position with(Position other) {
    if (!(other instanceof GtidSet set)) {
      return other == Position.NONE ? this : Position.BEYOND;
    }
    TreeMap<Source, Part> all = new TreeMap<>();
    parts.forEach(part -> all.put(part.source(), part));
    set.parts.forEach(part -> all.merge(part.source(), part, Part::with));
    return new GtidSet(new ArrayList<>(all.values()));
  }

  @Override
  Position read(String spelled) {
    return parse(spelled);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GtidSet set && parts.equals(set.parts);
  }

  @Override
  public int hashCode() {
    return parts.hashCode();
  }

  /** As the server writes it, without line ends. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    Source before = null;
    for (Part part : parts) {
      Source source = part.source();
      if (before == null || !before.sameServer(source)) {
        text.append(before == null ? "" : ",").append(new UUID(source.high(), source.low()));
      }
      if (!source.tag().isEmpty()) {
        text.append(':').append(source.tag());
      }
      for (int i = 0; i < part.bounds().length; i += 2) {
        text.append(':').append(part.bounds()[i]);
        if (part.bounds()[i + 1] - part.bounds()[i] > 1) {
          text.append('-').append(part.bounds()[i + 1] - 1);
        }
      }
      before = source;
    }
    return text.toString();
  }
}
