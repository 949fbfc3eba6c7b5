package dev.heimdall.engine.wire.sqlserver;

import dev.heimdall.engine.wire.Position;
import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;

/**
 * Position of a server: the log sequence number of the last commit in each database of an
 * availability group, by the identifier that the database has on all servers. Never changes.
 */
public final class CommitLsns implements Position {
  /** Characters: it is read on event loops. */
  private static final int MOST_SPELLED = 1000;

  private final TreeMap<String, BigInteger> databases;

  private CommitLsns(TreeMap<String, BigInteger> databases) {
    this.databases = databases;
  }

  /** Of these databases; {@link Position#NONE} for none. */
  public static Position of(Map<String, BigInteger> databases) {
    return databases.isEmpty() ? Position.NONE : new CommitLsns(new TreeMap<>(databases));
  }

  @Override
  public boolean covers(Position other) {
    if (!(other instanceof CommitLsns lsns)) {
      return other == Position.NONE;
    }
    for (Map.Entry<String, BigInteger> database : lsns.databases.entrySet()) {
      BigInteger mine = databases.get(database.getKey());
      if (mine == null || mine.compareTo(database.getValue()) < 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Position with(Position other) {
    if (!(other instanceof CommitLsns lsns)) {
      return other == Position.NONE ? this : Position.BEYOND;
    }
    TreeMap<String, BigInteger> both = new TreeMap<>(databases);
    lsns.databases.forEach((database, lsn) -> both.merge(database, lsn, BigInteger::max));
    return new CommitLsns(both);
  }

  /** Numbers of log records are no bytes. */
  @Override
  public long behind(Position other) {
    return covers(other) ? 0 : UNKNOWN;
  }

  @Override
  public String spelled() {
    String text = toString();
    return text.length() > MOST_SPELLED ? "" : text;
  }

  @Override
  public boolean isPassedBy(String spelled) {
    if (spelled.isEmpty() || spelled.length() > MOST_SPELLED) {
      return false;
    }
    TreeMap<String, BigInteger> read = new TreeMap<>();
    for (String part : spelled.split(",", -1)) {
      int at = part.indexOf('=');
      if (at < 0) {
        return false;
      }
      try {
        read.put(part.substring(0, at), new BigInteger(part.substring(at + 1)));
      } catch (NumberFormatException e) {
        return false;
      }
    }
    Position other = new CommitLsns(read);
    return other.covers(this) && !covers(other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CommitLsns lsns && databases.equals(lsns.databases);
  }

  @Override
  public int hashCode() {
    return databases.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    databases.forEach(
        (database, lsn) ->
            text.append(text.isEmpty() ? "" : ",").append(database).append('=').append(lsn));
    return text.toString();
  }
}
