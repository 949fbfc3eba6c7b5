package dev.heimdall.engine.catalog;

/** Kind of object that stands behind a name that rows are read from. */
public enum RelationKind {
  TABLE,
  /** A table of which no rollback takes anything back. */
  LASTING,
  /** A table whose rows are in others, its partitions. */
  PARTITIONED,
  /** A query by a name. */
  VIEW,
  /** The rows that a query had when it was run last. */
  MATERIALIZED_VIEW,
  /** A table of another server. */
  FOREIGN,
  SEQUENCE
}
