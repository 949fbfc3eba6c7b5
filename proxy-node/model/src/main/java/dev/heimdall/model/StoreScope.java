package dev.heimdall.model;

/** Group of nodes that share a store. */
public enum StoreScope implements Spelled {
  /** As the data source says: one whose cluster is global is used in other regions, too. */
  AUTO,
  /** All that use the same databases. */
  FLEET,
  /** Those of one region or site; nodes elsewhere have other stores, or none. */
  REGION
}
