package dev.heimdall.model;

/** Selection of the read-only statements that replicas may answer. */
public enum ReadSplit implements Spelled {
  /** None. */
  NONE,
  /** Those that a rule with the action {@code reader-eligible} names. */
  MARKED,
  /** All of which the node is sure that they only read. */
  ALL
}
