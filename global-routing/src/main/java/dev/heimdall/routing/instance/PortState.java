package dev.heimdall.routing.instance;

/** What the security groups of an instance do with those who want to connect to a port of it. */
public enum PortState {
  /** They let nobody in. */
  CLOSED,
  /** They let some in, by address or by group. */
  OPEN,
  /** They let everybody in. */
  OPEN_TO_ALL
}
