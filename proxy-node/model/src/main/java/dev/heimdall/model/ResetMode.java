package dev.heimdall.model;

/**
 * Condition on which a server connection's session state is reset before another client gets it.
 */
public enum ResetMode implements Spelled {
  /** After the session changed something that the proxy does not carry itself. */
  CHANGED,
  /** Each time. */
  ALWAYS
}
