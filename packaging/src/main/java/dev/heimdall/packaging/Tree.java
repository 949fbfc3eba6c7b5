package dev.heimdall.packaging;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Installed entries by path, in the order of paths; the directories above each entry are included.
 */
final class Tree {
  private final NavigableMap<String, Entry> entries = new TreeMap<>();

  /**
   * Adds one.
   *
   * @param path without a slash at its beginning or end
   */
  Tree add(String path, Entry entry) {
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      entries.putIfAbsent(path.substring(0, slash), new Entry.Directory(Entry.RUN));
    }
    if (entries.put(path, entry) instanceof Entry.File) {
      throw new IllegalArgumentException(path + " is there twice");
    }
    return this;
  }

  /**
   * Adds those of another tree.
   *
   * @param before what stands before each path, such as {@code opt/heimdall/}
   * @param which of them, by their paths there
   */
  Tree addAll(String before, Tree other, Predicate<String> which) {
    other.entries.forEach(
        (path, entry) -> {
          if (which.test(path)) {
            add(before + path, entry);
          }
        });
    return this;
  }

  Map<String, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }
}
