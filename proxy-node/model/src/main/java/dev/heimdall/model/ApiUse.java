package dev.heimdall.model;

/** Whether the RDS API is asked about a cluster. */
public enum ApiUse implements Spelled {
  /** If it is a cluster of RDS, and where it is and who may ask can be found out. */
  AUTO,
  /** The same, but that something is missing for it is a fault. */
  ON,
  /** Never. */
  OFF
}
