package dev.heimdall.model;

/** Method of choosing one of several readers. */
public enum BalanceBy implements Spelled {
  /** Each has the share of statements that its weight says. */
  WEIGHT,
  /** The one that has the fewest statements in work for its weight. */
  LEAST_OUTSTANDING
}
