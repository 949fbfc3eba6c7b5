package dev.heimdall.engine.backend;

/** Purpose for which the holder of a server connection keeps it. */
public enum LeaseUse {
  /** A statement is carried out on the connection, or the holder depends on it. */
  WORKING,
  /** Nothing: it could give the connection back. */
  NONE,
  /** It has ended, and what it left on the connection is brought to rest. */
  LEAVING
}
