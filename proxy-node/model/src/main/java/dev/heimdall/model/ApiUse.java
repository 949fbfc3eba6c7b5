package dev.heimdall.model;

/** Use of the RDS API for queries about a cluster. */
public enum ApiUse implements Spelled {
  /** If it is a cluster of RDS, and where it is and who may ask can be found out. */
  AUTO,
  /** RDS API is queried, and it is a fault if anything needed for that is missing. */
  ON,
  /** Never. */
  OFF
}
