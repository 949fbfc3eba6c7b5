package dev.heimdall.engine.catalog;

/** Action on the rows that refer to a changed one. */
public enum ReferentialAction {
  /** Nothing: the change is refused as long as there are any. */
  NONE,
  /** They are changed, or deleted, as well. */
  CASCADE,
  /** They refer to another one, or to none. */
  SET
}
