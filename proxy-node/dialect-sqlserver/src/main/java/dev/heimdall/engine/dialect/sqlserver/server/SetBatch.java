package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;

/** The batch that gives a fresh session its options. */
final class SetBatch {
  /** Not every version's reset takes a level back. */
  private static final String USUAL_LEVEL = "READ COMMITTED";

  private SetBatch() {}

  /** A language comes first: it gives dates its formats. */
  static String of(Variables wanted) {
    StringBuilder sql = new StringBuilder();
    String database = wanted.get(SessionOptions.DATABASE);
    if (database != null) {
      sql.append("USE [").append(database.replace("]", "]]")).append("] ");
    }
    if (wanted.get(SessionOptions.LANGUAGE) != null) {
      set(sql, SessionOptions.LANGUAGE, wanted.get(SessionOptions.LANGUAGE));
    }
    String level = wanted.get(SessionOptions.ISOLATION);
    set(sql, SessionOptions.ISOLATION, level == null ? USUAL_LEVEL : level);
    for (String name : wanted.names()) {
      switch (name) {
        case SessionOptions.DATABASE, SessionOptions.LANGUAGE, SessionOptions.ISOLATION -> {}
        default -> set(sql, name, wanted.get(name));
      }
    }
    return sql.toString();
  }

  private static void set(StringBuilder sql, String name, String value) {
    sql.append("SET ").append(name).append(' ').append(value).append(' ');
  }
}
