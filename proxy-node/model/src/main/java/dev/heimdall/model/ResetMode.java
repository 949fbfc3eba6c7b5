package dev.heimdall.model;

/** When a server connection's session state is reset before another client gets it. */
public enum ResetMode implements Spelled {
  /** When the session changed something that the proxy does not carry itself. */
  CHANGED,
  /** Each time. */
  ALWAYS
}
