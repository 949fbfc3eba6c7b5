package dev.heimdall.manager.pages;

import java.util.List;

/** Pages that belong together. */
public interface Subject {
  List<Page> pages();

  /** Its part of the navigation. */
  default List<Entry> entries() {
    return List.of();
  }

  /** What its pages load besides what all do, in this order. */
  default List<Asset> assets() {
    return List.of();
  }
}
