package dev.heimdall.model;

/** Rights of a user at a node's console. */
public enum ConsoleRight {
  NONE,
  /** Look: every {@code SHOW}, and nothing that changes anything. */
  SHOW,
  ALL
}
