package dev.heimdall.model;

/** What somebody may do at a node's console. */
public enum ConsoleRight {
  NONE,
  /** Look: every {@code SHOW}, and nothing that changes anything. */
  SHOW,
  ALL
}
