package dev.heimdall.engine.backend;

/**
 * Guard that decides if a server may be sent anything at this moment. It is asked for each flush,
 * which is the last time that what was written can be kept from it.
 */
public interface Fence {
  /** Around servers that need no leave. */
  Fence NONE = () -> false;

  /** True if nothing may leave for the server. Called on event loops: never waits. */
  boolean closed();

  /** A connection has found it closed, and is about to end. */
  default void found() {}
}
