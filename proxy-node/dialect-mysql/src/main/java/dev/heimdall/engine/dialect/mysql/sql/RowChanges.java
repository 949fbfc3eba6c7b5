package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.StatementKind;

/**
 * Reads INSERT, REPLACE, UPDATE and DELETE, as far as it takes to say whether a change finds its
 * rows by a query: the rows of several tables are found so, and FOUND_ROWS() gives their number.
 */
final class RowChanges {
  private final MysqlTokens tokens;

  RowChanges(MysqlTokens tokens) {
    this.tokens = tokens;
  }

  /**
   * Reads an INSERT: the name before the first bracket is a table, unless a query has begun there.
   */
  StatementKind insert() {
    tokens.callsNothing();
    boolean values = false;
    while (!tokens.atEnd()
        && tokens.token() != '('
        && tokens.word() != MysqlWord.SET
        && !beginsQuery()) {
      values |= beginsValues();
      tokens.advance();
    }
    tokens.mayCall();
    while (!tokens.atEnd() && !values && !beginsQuery()) {
      values = beginsValues();
      tokens.advance();
    }
    if (!values && !tokens.atEnd()) {
      tokens.own(MysqlEffect.FINDS_ALWAYS);
    }
    return StatementKind.DML;
  }

  private boolean beginsQuery() {
    return tokens.word() == MysqlWord.SELECT || tokens.word() == MysqlWord.WITH;
  }

  /** A column may be called like that as well, which does no harm. */
  private boolean beginsValues() {
    return switch (tokens.word()) {
      case VALUES, VALUE, SET -> true;
      default -> false;
    };
  }

  StatementKind update() {
    tokens.advance();
    boolean several = false;
    while (!tokens.atEnd() && tokens.word() != MysqlWord.SET) {
      several |= joins();
      tokens.advance();
    }
    return found(several);
  }

  StatementKind delete() {
    tokens.advance();
    boolean modified = true;
    while (modified) {
      modified =
          tokens.accept(MysqlWord.LOW_PRIORITY)
              || tokens.accept(MysqlWord.QUICK)
              || tokens.accept(MysqlWord.IGNORE);
    }
    boolean several = tokens.word() != MysqlWord.FROM;
    while (!tokens.atEnd()) {
      switch (tokens.word()) {
        case WHERE, ORDER, LIMIT, RETURNING -> {
          return found(several);
        }
        case USING -> several = true;
        default -> several |= joins();
      }
      tokens.advance();
    }
    return found(several);
  }

  /** True if the current token stands between tables, if not in a list of something else. */
  private boolean joins() {
    return tokens.token() == ','
        || tokens.word() == MysqlWord.JOIN
        || tokens.word() == MysqlWord.STRAIGHT_JOIN;
  }

  private StatementKind found(boolean byQuery) {
    if (byQuery) {
      tokens.own(MysqlEffect.FINDS_UNTOLD);
    }
    return StatementKind.DML;
  }
}
