package dev.heimdall.model;

/** Which statements that only read may be answered by replicas. */
public enum ReadSplit implements Spelled {
  /** None. */
  NONE,
  /** Those that a rule with the action {@code reader-eligible} names. */
  MARKED,
  /** All of which the node is sure that they only read. */
  ALL
}
