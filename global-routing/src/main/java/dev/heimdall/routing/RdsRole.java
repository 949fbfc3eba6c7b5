package dev.heimdall.routing;

/** Role of a server, as the API reports it. It may say so long after something else is true. */
public enum RdsRole {
  WRITER,
  READER,
  /** The API did not let itself be asked. */
  UNKNOWN
}
