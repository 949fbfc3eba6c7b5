package dev.heimdall.model;

/** Writes that a read must see, wherever it is answered. */
public enum Consistency implements Spelled {
  /** Writes of the same client. */
  SESSION,
  /**
   * Also what any client of this node wrote, and of other nodes after the propagation delay: a node
   * that is partitioned from them reads from the writer.
   */
  FLEET,
  /** Also what any client of any node wrote: replies to writes wait for all nodes. */
  STRICT
}
