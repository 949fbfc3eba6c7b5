package dev.heimdall.manager.archive;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Source of the figures that are kept, which receives them again after a restart. */
public interface Archived {
  /**
   * Returns the rows of each whole minute after this one, by name; numbers are minutes since 1970.
   */
  SortedMap<Long, Map<String, char[]>> minutes(long after);

  /** Number of values in a row of this name. */
  int width(String name);

  /** Combines several minutes of one name, the earliest first. */
  char[] together(String name, List<char[]> minutes);

  /** Restores the rows of a minute, as they were kept; values that are already known stay. */
  void restore(long minute, Map<String, char[]> values);
}
