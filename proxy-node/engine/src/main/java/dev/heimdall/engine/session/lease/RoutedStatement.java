package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementRows;

/** The statement at the reader's position, as far as it matters where it goes. */
public interface RoutedStatement {
  /** True if it is known what it is and does, and rules let it go. */
  boolean onItsWay();

  /** Effect on data; null where it was not queried. */
  Statement statement();

  /** Rows of its only table that it can write. */
  StatementRows keys();

  /** Effect on its session. */
  StatementFacts effects();

  /** Decision of rules on it. */
  Decision decision();

  /** True if it changes nothing, neither of data nor of its session. */
  boolean readsOnly();

  /** True if what it reads is known for certain: no tables but those that are named. */
  boolean readsNamedTables();

  /** By which catalogue that was told; null where uncertain. */
  Catalogue.Edition judgedBy();

  /** True if definitions and rights may have been changed past all nodes for some time. */
  boolean judgedLongAgo();

  /** The text without its values; null where not determined. */
  String normalised();

  /** True if its text may give a setting another value by a call; false where not determined. */
  boolean setsByCall();

  /** The upper half of the name of its very text. */
  long exactHigh();

  /** The lower half. */
  long exactLow();

  /** Counts of the statements of its pattern; null for none. */
  PatternCounts counts();

  /** It is answered from the cache. */
  void hit();
}
