package dev.heimdall.engine.wire.mysql;

import dev.heimdall.engine.wire.Position;
import java.util.Map;
import java.util.TreeMap;

/**
 * Position of a MariaDB server: the last transaction of each replication domain, as in {@code
 * 0-1-100,1-2-5}. Within a domain transactions of all servers have an order. Never changes.
 */
public final class MariadbGtids extends GtidPosition {
  /** Nothing: that of a server without any writes. */
  public static final MariadbGtids EMPTY = new MariadbGtids(new TreeMap<>());

  /**
   * The last transaction of a domain.
   *
   * @param sequence as the server counts, without a sign
   */
  private record Last(long server, long sequence) {
    /** Two of one number are two histories: neither server has what the other wrote. */
    boolean covers(Last other) {
      int order = Long.compareUnsigned(sequence, other.sequence);
      return order > 0 || (order == 0 && server == other.server);
    }
  }

  private final TreeMap<Long, Last> domains;

  private MariadbGtids(TreeMap<Long, Last> domains) {
    this.domains = domains;
  }

  /**
   * Reads what the server writes. Of several of one domain the last counts.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static MariadbGtids parse(String text) {
    TreeMap<Long, Last> domains = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        String[] fields = part.strip().split("-", -1);
        if (fields.length != 3) {
          throw wrong(part);
        }
        try {
          Last last =
              new Last(Integer.parseUnsignedInt(fields[1]), Long.parseUnsignedLong(fields[2]));
          domains.merge(
              Integer.toUnsignedLong(Integer.parseUnsignedInt(fields[0])),
              last,
              MariadbGtids::further);
        } catch (NumberFormatException e) {
          throw wrong(part);
        }
      }
    }
    return domains.isEmpty() ? EMPTY : new MariadbGtids(domains);
  }

  private static IllegalArgumentException wrong(String part) {
    return new IllegalArgumentException("no GTIDs of MariaDB: " + part);
  }

  private static Last further(Last one, Last other) {
    return Long.compareUnsigned(one.sequence(), other.sequence()) > 0 ? one : other;
  }

  @Override
  public boolean covers(Position other) {
    if (!(other instanceof MariadbGtids gtids)) {
      return other == Position.NONE;
    }
    for (Map.Entry<Long, Last> domain : gtids.domains.entrySet()) {
      Last mine = domains.get(domain.getKey());
      if (mine == null || !mine.covers(domain.getValue())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns a position that no server can have, where histories have diverged: then no server is to
   * answer.
   */
  @Override
  public Position with(Position other) {
    if (!(other instanceof MariadbGtids gtids)) {
      return other == Position.NONE ? this : Position.BEYOND;
    }
    TreeMap<Long, Last> all = new TreeMap<>(domains);
    gtids.domains.forEach((domain, last) -> all.merge(domain, last, MariadbGtids::further));
    MariadbGtids both = new MariadbGtids(all);
    return both.covers(this) && both.covers(other) ? both : Position.BEYOND;
  }

  @Override
  Position read(String spelled) {
    return parse(spelled);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MariadbGtids gtids && domains.equals(gtids.domains);
  }

  @Override
  public int hashCode() {
    return domains.hashCode();
  }

  /** As the server writes it, by domain. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    domains.forEach(
        (domain, last) ->
            text.append(text.isEmpty() ? "" : ",")
                .append(domain)
                .append('-')
                .append(Integer.toUnsignedString((int) last.server()))
                .append('-')
                .append(Long.toUnsignedString(last.sequence())));
    return text.toString();
  }
}
