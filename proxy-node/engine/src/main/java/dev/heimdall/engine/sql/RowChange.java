package dev.heimdall.engine.sql;

/**
 * Way in which the rows of a table are changed: it decides which triggers fire and what cascades.
 */
public enum RowChange {
  INSERT,
  UPDATE,
  DELETE,
  TRUNCATE
}
