package dev.heimdall.model;

/** What a rule list does with statements that were not understood. */
public enum UnknownStatements implements Spelled {
  /** Expressions about tables go by the tables that were recognised. */
  PASS,
  /** Expressions about tables match, in rules that refuse or watch. */
  MATCH
}
