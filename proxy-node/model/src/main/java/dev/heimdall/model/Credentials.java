package dev.heimdall.model;

/** Owner of the credentials that a server connection logs in with. */
public enum Credentials implements Spelled {
  /** Those of the data source, for every client. */
  SOURCE,
  /** The client's own, as it proved them to the proxy. */
  PASSTHROUGH,
  /** Those written for the server in the user's document. */
  USER
}
