package dev.heimdall.engine.journal;

/** For what a unit is kept after it was sent. */
public enum Guard {
  /** For nothing: its client is sent an error when its answer does not come. */
  NONE,
  /** It changes nothing and was sent to the writer of a cluster, perhaps with others behind it. */
  READ,
  /** It may change something: it is kept for the case that none of it leaves the node. */
  UNSENT,
  /** It changes nothing, stands alone and was sent to a replica. */
  REPLICA_READ,
  /**
   * It stands alone, was sent to a cluster's writer, and a rollback leaves nothing of it behind.
   */
  WRITE,
  /**
   * It stands alone, was sent to a cluster's writer, and has no effect where that accepts no
   * writes. A rollback may leave something of it behind.
   */
  OTHER_WRITE,
  /** It stands alone, and a rule wants it retried when it fails. */
  RETRY_RULE,
  /** It stands alone, and a part of it was answered from what is remembered of its statement. */
  REMEMBERED,
  /** It stands in the pipeline of a server connection that others use as well. */
  SHARED,
  /** With it a whole transaction is kept. */
  TRANSACTION
}
