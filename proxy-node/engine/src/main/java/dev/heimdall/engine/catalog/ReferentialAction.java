package dev.heimdall.engine.catalog;

/** What becomes of the rows that refer to one that is changed. */
public enum ReferentialAction {
  /** Nothing: the change is refused as long as there are any. */
  NONE,
  /** They are changed, or deleted, as well. */
  CASCADE,
  /** They refer to another one, or to none. */
  SET
}
