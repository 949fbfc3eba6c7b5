package dev.heimdall.engine.journal;

/** The server connection over which a client's units are sent. */
public interface UnitDestination {
  /**
   * Whether it leads to the writer of a cluster, and nothing but what is noted here ties the client
   * to it.
   */
  boolean atWriter();

  /** How many bytes have been written to it. */
  long written();

  /** How many of them may have left the node. */
  long left();
}
