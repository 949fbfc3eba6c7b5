package dev.heimdall.model;

/** The kind of database behind a data source. */
public enum Engine implements Spelled {
  POSTGRESQL
}
