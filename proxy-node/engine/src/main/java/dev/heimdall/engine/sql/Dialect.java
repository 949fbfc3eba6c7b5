package dev.heimdall.engine.sql;

/** Whose SQL a text is written in. */
public enum Dialect {
  POSTGRES,
  MYSQL,
  SQLSERVER
}
