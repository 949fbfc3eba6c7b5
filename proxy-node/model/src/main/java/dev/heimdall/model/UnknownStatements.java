package dev.heimdall.model;

/** Handling of unrecognised statements in a rule list. */
public enum UnknownStatements implements Spelled {
  /** Expressions about tables go by the tables that were recognised. */
  PASS,
  /** Expressions about tables match, in rules that refuse or watch. */
  MATCH
}
