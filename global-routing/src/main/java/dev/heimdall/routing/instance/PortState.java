package dev.heimdall.routing.instance;

/** Treatment of clients that connect to a port of an instance, by its security groups. */
public enum PortState {
  /** They let no client in. */
  CLOSED,
  /** They let some in, by address or by group. */
  OPEN,
  /** They let everybody in. */
  OPEN_TO_ALL
}
