package dev.heimdall.manager.pages;

import java.util.List;
import java.util.Optional;

/** Pages that belong together. */
public interface Subject {
  List<Page> pages();

  /** Its part of the navigation. */
  default List<Entry> entries() {
    return List.of();
  }

  /** Files that its pages load besides those of all pages, in this order. */
  default List<Asset> assets() {
    return List.of();
  }

  /** Current problem; empty if there is none, as far as this subject knows. */
  default Optional<Banner> banner() {
    return Optional.empty();
  }

  /** The first page after the log-in; empty: not on one of these. */
  default Optional<String> beginning() {
    return Optional.empty();
  }
}
