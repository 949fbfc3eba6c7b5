package dev.heimdall.manager.archive;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Where the figures come from that are kept, and who has them again after a restart. */
public interface Archived {
  /** What was in each whole minute after this one, by name; numbers are minutes since 1970. */
  SortedMap<Long, Map<String, char[]>> minutes(long after);

  /** How many values a row of this name has. */
  int width(String name);

  /** What several minutes of one name are together, the earliest first. */
  char[] together(String name, List<char[]> minutes);

  /** What was in a minute, as it was kept; what is known of it already stays. */
  void restore(long minute, Map<String, char[]> values);
}
