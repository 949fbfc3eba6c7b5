package dev.heimdall.model;

/** Relation between the servers of the shared store. */
public enum StoreMode implements Spelled {
  /** One server, or the one name that leads to the primary of several. */
  STANDALONE,
  /** A primary and its replicas, all of them named; which is which they are asked. */
  REPLICATION,
  /** A cluster that tells its servers itself. */
  CLUSTER
}
