package dev.heimdall.engine.backend;

/** What the holder of a server connection has it for. */
public enum LeaseUse {
  /** Something is carried out on it, or it depends on the connection. */
  WORKING,
  /** Nothing: it could give the connection back. */
  NONE,
  /** It has ended, and what it left on the connection is brought to rest. */
  LEAVING
}
