package dev.heimdall.routing;

/** What the API says that a server does. It may say so long after something else is true. */
public enum RdsRole {
  WRITER,
  READER,
  /** The API did not let itself be asked. */
  UNKNOWN
}
