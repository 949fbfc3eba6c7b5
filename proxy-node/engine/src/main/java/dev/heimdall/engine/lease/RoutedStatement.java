package dev.heimdall.engine.lease;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;

/** The statement at the reader's position, as far as it matters where it goes. */
public interface RoutedStatement {
  /** Whether it is known what it is and does, and rules let it go. */
  boolean onItsWay();

  /** What it does to data; null where nobody asked. */
  Statement statement();

  /** What it does to its session. */
  StatementFacts effects();

  /** What rules say of it. */
  Decision decision();

  /** Whether it changes nothing, neither of data nor of its session. */
  boolean readsOnly();

  /** Whether what it reads is known for certain: no tables but those that are named. */
  boolean readsNamedTables();

  /** By which catalogue that was told; null where nobody is sure of it. */
  Catalogue.Edition judgedBy();

  /** Whether definitions and rights may have been changed past all nodes for some time. */
  boolean judgedLongAgo();

  /** The text without its values; null where nobody asked. */
  String normalised();

  /** Whether its text may give a setting another value by a call; false where nobody asked. */
  boolean setsByCall();

  /** The upper half of the name of its very text. */
  long exactHigh();

  /** The lower half. */
  long exactLow();

  /** Where statements of its pattern are counted; null for nowhere. */
  PatternCounts counts();

  /** It is answered from the cache. */
  void hit();
}
