package dev.heimdall.model;

/** Group of nodes whose writes to a data source reach a node. */
public enum StoreReach implements Spelled {
  /** Those of all nodes: there is one store for all. */
  FLEET,
  /** Those of the nodes that share its store, if any: nodes elsewhere write, and are not heard. */
  REGION,
  /** Its own: there is no store, and it is taken to be the only node. */
  NODE
}
