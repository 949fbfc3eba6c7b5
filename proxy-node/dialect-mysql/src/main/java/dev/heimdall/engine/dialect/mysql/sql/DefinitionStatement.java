package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementKind;

/** The grammar of CREATE, ALTER and DROP. */
final class DefinitionStatement {
  private final MysqlTokens tokens;
  private final MysqlEffects effects;
  private final StoredCode code;

  DefinitionStatement(MysqlTokens tokens, MysqlEffects effects) {
    this.tokens = tokens;
    this.effects = effects;
    this.code = new StoredCode(tokens);
  }

  /** Another text begins. */
  void reset() {
    code.reset();
  }

  /** True if the text has ended inside the body of what it defines. */
  boolean isOpen() {
    return code.isOpen();
  }

  /** The current token is the statement's first. */
  StatementKind read() {
    tokens.callsNothing();
    MysqlWord verb = tokens.word();
    tokens.advance();
    return switch (verb) {
      case CREATE -> create();
      case ALTER -> alter();
      default -> drop();
    };
  }

  private StatementKind create() {
    boolean temporary = false;
    while (!tokens.atEnd()) {
      switch (tokens.word()) {
        case TEMPORARY:
          temporary = true;
          break;
        case DEFINER:
          tokens.namesAccounts();
          break;
        case TABLE, SEQUENCE:
          return temporary ? createTemporary() : effects.commits(StatementKind.DDL);
        case PROCEDURE, FUNCTION, TRIGGER, EVENT, PACKAGE, LIBRARY:
          code.skip();
          return effects.commits(StatementKind.DDL);
        case USER, ROLE:
          tokens.namesAccounts();
          return effects.commits(StatementKind.DDL);
        default:
      }
      tokens.advance();
    }
    return effects.commits(StatementKind.DDL);
  }

  /** The session is pinned until the table is dropped by the name that it is given here. */
  private StatementKind createTemporary() {
    boolean sequence = tokens.word() == MysqlWord.SEQUENCE;
    tokens.advance();
    if (tokens.accept(MysqlWord.IF)) {
      tokens.advance(); // NOT
      tokens.advance(); // EXISTS
    }
    effects.pinObject(PinReason.TEMP_TABLE, sequence ? null : table());
    return sequence ? effects.commits(StatementKind.DDL) : StatementKind.DDL;
  }

  /** Reads a table's name, as far as that is a plain one; else null. */
  private String table() {
    String first = tokens.plainName();
    tokens.advance();
    if (tokens.token() != '.') {
      return first;
    }
    tokens.advance();
    String second = tokens.plainName();
    tokens.advance();
    return first == null || second == null ? null : first + "." + second;
  }

  private StatementKind alter() {
    if (tokens.word() == MysqlWord.DEFINER) {
      tokens.namesAccounts();
      while (!tokens.atEnd() && tokens.word() != MysqlWord.EVENT) {
        tokens.advance();
      }
    }
    switch (tokens.word()) {
      case EVENT -> code.skip();
      case USER -> tokens.namesAccounts();
      case DATABASE, SCHEMA -> {
        effects.pin(MysqlPins.DEFAULTS);
        effects.add(Effect.Type.SESSION_DEFAULTS); // of those whose default database it is
      }
      case INSTANCE -> {
        return effects.commits(StatementKind.UTILITY);
      }
      default -> effects.add(Effect.Type.RENAMES_OBJECTS);
    }
    return effects.commits(StatementKind.DDL);
  }

  private StatementKind drop() {
    switch (tokens.word()) {
      // Of its own tables, in whose place others may be seen.
      case TEMPORARY -> {
        tokens.advance();
        dropTables();
        return StatementKind.SESSION;
      }
      case PREPARE -> {
        return StatementKind.SESSION;
      }
      case TABLE, TABLES -> dropTables();
      case USER, ROLE -> tokens.namesAccounts();
      case DATABASE, SCHEMA -> dropDatabase();
      default -> {}
    }
    return effects.commits(StatementKind.DDL);
  }

  /** Of two tables with one name it is the temporary one that goes. */
  private void dropTables() {
    if (tokens.word() != MysqlWord.TABLE && tokens.word() != MysqlWord.TABLES) {
      return;
    }
    do {
      tokens.advance();
      if (tokens.accept(MysqlWord.IF)) {
        tokens.advance(); // EXISTS
      }
      effects.endObject(PinReason.TEMP_TABLE, table());
    } while (!tokens.atEnd() && tokens.token() == ',');
  }

  /** Connections to what is gone serve no client any more. */
  private void dropDatabase() {
    tokens.advance();
    if (tokens.accept(MysqlWord.IF)) {
      tokens.advance(); // EXISTS
    }
    if (tokens.isName()) {
      effects.addOnce(new Effect(Effect.Type.FREE_DATABASE, tokens.name()));
    }
  }
}
