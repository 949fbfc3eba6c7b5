package dev.heimdall.model;

/** The kind of database behind a data source. */
public enum Engine implements Spelled {
  /** Spoken to in its own protocol, by sessions and by rules. */
  POSTGRESQL,
  /** MySQL and MariaDB: reached over JDBC, by the rule action {@code forward} only. */
  MYSQL
}
