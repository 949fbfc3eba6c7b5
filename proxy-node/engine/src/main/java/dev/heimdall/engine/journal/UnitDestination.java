package dev.heimdall.engine.journal;

/** The server connection over which a client's units are sent. */
public interface UnitDestination {
  /**
   * True if it leads to the writer of a cluster, and nothing but what is noted here ties the client
   * to it.
   */
  boolean atWriter();

  /** Number of bytes written to it. */
  long written();

  /** Number of these bytes that may have left the node. */
  long left();
}
