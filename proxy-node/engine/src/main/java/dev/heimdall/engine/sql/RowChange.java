package dev.heimdall.engine.sql;

/** How the rows of a table are changed: what decides which triggers fire and what cascades. */
public enum RowChange {
  INSERT,
  UPDATE,
  DELETE,
  TRUNCATE
}
