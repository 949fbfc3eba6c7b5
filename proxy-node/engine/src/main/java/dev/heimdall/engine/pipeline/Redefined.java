package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.catalog.Catalogue;

/** Definitions that a session has made and that only it can see. */
public enum Redefined {
  NOTHING,
  /** Tables and the like: all code does what it did. */
  TABLES,
  /** It may be other functions, triggers, views and the like. */
  CODE;

  /**
   * Catalogue of a database as this session knows it, from the catalogue that other sessions know.
   */
  Catalogue of(Catalogue known) {
    return switch (this) {
      case NOTHING -> known;
      case TABLES -> known.tablesChanged();
      case CODE -> known.doubted();
    };
  }
}
