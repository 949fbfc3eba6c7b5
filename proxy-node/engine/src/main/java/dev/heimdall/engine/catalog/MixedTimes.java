package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.NameSet;
import java.util.Collection;

/**
 * Detects if a query may convert a time to a point in time on a day: a server uses the present day.
 */
final class MixedTimes {
  private MixedTimes() {}

  /**
   * True if one has both, times and dates.
   *
   * @param names its words and names
   * @param read what it reads
   */
  static boolean mayBeIn(NameSet names, Collection<Relation> read) {
    boolean times = names.contains(NameSet.TIME);
    boolean dates = names.contains(NameSet.DATE);
    for (Relation relation : read) {
      for (String column : relation.times()) {
        times |= names.contains(NameSet.ANY_COLUMN) || names.contains(NameSet.used(column));
      }
      for (String column : relation.dates()) {
        dates |= names.contains(NameSet.ANY_COLUMN) || names.contains(column);
      }
    }
    return times && dates;
  }
}
