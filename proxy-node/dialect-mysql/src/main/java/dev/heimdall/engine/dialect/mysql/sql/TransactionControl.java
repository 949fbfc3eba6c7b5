package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementKind;

/** The grammar of what begins, ends and marks transactions. */
final class TransactionControl {
  private final MysqlTokens tokens;
  private final MysqlEffects effects;
  private boolean found;
  private boolean chain;

  TransactionControl(MysqlTokens tokens, MysqlEffects effects) {
    this.tokens = tokens;
    this.effects = effects;
  }

  /** Another text begins. */
  void reset() {
    found = false;
    chain = false;
  }

  /** Another statement of the text begins. */
  void nextStatement() {
    chain = false;
  }

  /** True if the text has such a statement. */
  boolean found() {
    return found;
  }

  /** True if the last statement ends a transaction and begins the next one. */
  boolean chains() {
    return chain;
  }

  /** The current token is the statement's first. */
  StatementKind read() {
    return switch (tokens.word()) {
      case BEGIN -> begin();
      case START -> start();
      case COMMIT -> end(StatementKind.COMMIT);
      case ROLLBACK -> end(StatementKind.ROLLBACK);
      case XA -> xa();
      default -> {
        found = true;
        yield StatementKind.SAVEPOINT;
      }
    };
  }

  private StatementKind begin() {
    tokens.advance();
    tokens.accept(MysqlWord.WORK);
    if (tokens.atEnd()) {
      found = true;
      return StatementKind.BEGIN;
    }
    return block();
  }

  /** A block of code, whose end is not looked for. */
  private StatementKind block() {
    effects.pin(MysqlPins.UNKNOWN);
    effects.add(Effect.Type.COMMITS);
    while (tokens.token() >= 0) {
      tokens.skip();
      tokens.ran(StatementKind.UNKNOWN);
      if (tokens.token() == ';') {
        tokens.advance();
      }
    }
    return StatementKind.BLOCK;
  }

  private StatementKind start() {
    tokens.advance();
    if (!tokens.accept(MysqlWord.TRANSACTION)) {
      return effects.commits(StatementKind.UTILITY); // a replica, or a group of them
    }
    found = true;
    boolean more = !tokens.atEnd();
    while (more) {
      if (!acceptMode()) {
        return effects.notUnderstood();
      }
      more = tokens.token() == ',';
      if (more) {
        tokens.advance();
      }
    }
    return tokens.atEnd() ? StatementKind.BEGIN : effects.notUnderstood();
  }

  private boolean acceptMode() {
    if (tokens.accept(MysqlWord.READ)) {
      return tokens.accept(MysqlWord.ONLY) || tokens.accept(MysqlWord.WRITE);
    }
    if (tokens.accept(MysqlWord.WITH)
        && tokens.accept(MysqlWord.CONSISTENT)
        && tokens.accept(MysqlWord.SNAPSHOT)) {
      tokens.own(MysqlEffect.TAKES_SNAPSHOT);
      return true;
    }
    return false;
  }

  private StatementKind end(StatementKind kind) {
    found = true;
    tokens.advance();
    tokens.accept(MysqlWord.WORK);
    if (kind == StatementKind.ROLLBACK && tokens.word() == MysqlWord.TO) {
      return StatementKind.SAVEPOINT;
    }
    if (tokens.accept(MysqlWord.AND)) {
      boolean chained = !tokens.accept(MysqlWord.NO);
      if (!tokens.accept(MysqlWord.CHAIN)) {
        return effects.notUnderstood();
      }
      chain = chained;
    }
    boolean stays = tokens.accept(MysqlWord.NO);
    if (tokens.accept(MysqlWord.RELEASE)) {
      if (!stays) {
        tokens.own(MysqlEffect.ENDS_CONNECTION);
        effects.pin(MysqlPins.UNKNOWN);
      }
    } else if (stays) {
      return effects.notUnderstood();
    }
    return tokens.atEnd() ? kind : effects.notUnderstood();
  }

  private StatementKind xa() {
    tokens.advance();
    switch (tokens.word()) {
      // A connection that has an XA transaction of its own can end no other.
      case COMMIT, ROLLBACK -> effects.unpin(Effect.Type.UNPIN, MysqlPins.XA);
      case RECOVER -> {
        return StatementKind.SHOW;
      }
      default -> effects.pin(MysqlPins.XA);
    }
    found = true;
    return effects.commits(StatementKind.UTILITY);
  }
}
