package dev.heimdall.manager.dashboard;

/** Figure that is kept of each moment, by its name for readers. */
enum Field {
  /** A second. */
  QUERIES("queries"),
  /** A second. */
  TRANSACTIONS("transactions"),
  /** Milliseconds that clients waited for an answer, the queue for a connection included. */
  AVERAGE("average"),
  /** Milliseconds that servers took for a query, of those that they were sent. */
  SERVER("server"),
  /** Of the times that clients waited; so are the next two. */
  P50("p50"),
  P95("p95"),
  P99("p99"),
  READ_PERCENT("readPercent"),
  TRANSACTION_PERCENT("transactionPercent"),
  CACHE_PERCENT("cachePercent"),
  /** Reads a second that replicas were sent. */
  REPLICA_READS("replicaReads"),
  /** A second. */
  ERRORS("errors"),
  /** A second, of both directions between clients and nodes. */
  BYTES("bytes"),
  CLIENTS("clients"),
  /** Clients in the queue for a server connection. */
  WAITING("waiting"),
  /** Server connections in use. */
  IN_USE("inUse"),
  /** Server connections, in use or not. */
  OPEN("open"),
  /** Most server connections that pools may open. */
  SIZE("size"),
  /** Processors that nodes keep busy. */
  CPU("cpu"),
  /** Nodes that report. */
  NODES("nodes");

  final String spelling;

  Field(String spelling) {
    this.spelling = spelling;
  }
}
