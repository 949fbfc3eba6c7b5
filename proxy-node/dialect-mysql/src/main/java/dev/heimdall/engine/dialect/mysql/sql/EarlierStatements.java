package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.StatementKind;

/**
 * State that the statements of a text which run before the next one leave for queries. What one of
 * them has set is the server's to say; what all of them leave as it was is the session's from
 * before the text, which the connection may not have.
 */
final class EarlierStatements {
  private boolean counted;
  private boolean mayHaveFound;
  private boolean hasFound;
  private boolean mayHaveLogged;

  /** Another text begins. */
  void reset() {
    counted = false;
    mayHaveFound = false;
    hasFound = false;
    mayHaveLogged = false;
  }

  /**
   * Another statement was read.
   *
   * @param first its first word
   * @param selects whether it has a query inside
   * @param calls whether it calls what is not built in, which may do anything
   */
  void add(MysqlWord first, StatementKind kind, boolean selects, boolean calls) {
    if (first == MysqlWord.GET) {
      return; // diagnostics: it leaves all that there is
    }
    counted = true;
    switch (kind) {
      case SET -> {
        mayHaveFound |= selects || calls;
        mayHaveLogged |= calls;
      }
      case SELECT, SHOW, EXPLAIN -> {
        mayHaveFound = true;
        hasFound |= kind == StatementKind.SELECT;
        mayHaveLogged |= calls;
      }
      case COMMIT, ROLLBACK -> mayHaveLogged = true;
      case BEGIN, SAVEPOINT, SESSION -> {}
      default -> {
        mayHaveFound = true;
        mayHaveLogged = true;
      }
    }
  }

  /** True if they may have left what FOUND_ROWS() gives as it was, and may not have. */
  boolean mayLeaveFound() {
    return mayHaveFound && !hasFound;
  }

  /** True if what this effect reads is that of before the text. */
  boolean leave(MysqlEffect read) {
    return switch (read) {
      case READS_ROW_COUNT, GETS_ROW_COUNT -> !counted;
      case READS_FOUND_ROWS -> !mayHaveFound;
      case READS_LAST_GTID, READS_LAST_INSERT_ID -> !mayHaveLogged;
      default -> true;
    };
  }
}
