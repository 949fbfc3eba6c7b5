package dev.heimdall.engine.sql;

/** Basis of the answer to a statement, in the order of how little can be said of it. */
public enum Basis {
  /** The tables that it is known to read, and nothing else. */
  TABLES,
  /** These, and what no table holds: the clock, chance, its session. */
  MOMENT,
  /** Perhaps tables that cannot be named. */
  ANYTHING,
  /** The server that is asked: its state, or its system tables. */
  SERVER;

  /** The one of which less can be said. */
  public Basis and(Basis other) {
    return compareTo(other) < 0 ? other : this;
  }
}
