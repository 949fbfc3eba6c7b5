package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.catalog.Catalogue;

/** What a session has defined that only itself can see. */
public enum Redefined {
  NOTHING,
  /** Tables and the like: all code does what it did. */
  TABLES,
  /** It may be other functions, triggers, views and the like. */
  CODE;

  /** What is known to the session of a database of which others know this. */
  Catalogue of(Catalogue known) {
    return switch (this) {
      case NOTHING -> known;
      case TABLES -> known.tablesChanged();
      case CODE -> known.doubted();
    };
  }
}
