package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;

/**
 * The grammar of statements about whole databases and roles: those for which a database must have
 * no other users, and those that change what sessions begin with.
 */
final class DatabaseStatement {
  /** Template that a new database copies where no other one is named. */
  private static final String DEFAULT_TEMPLATE = "template1";

  private final TokenReader reader;
  private final PostgresEffects effects;

  DatabaseStatement(TokenReader reader, PostgresEffects effects) {
    this.reader = reader;
    this.effects = effects;
  }

  /** The current token follows ALTER. */
  void alter() {
    if (acceptKeyword("database")) {
      name();
      effects.add(Effect.Type.SESSION_DEFAULTS);
    } else if (isKeyword("role") || isKeyword("user") || isKeyword("event")) {
      effects.add(Effect.Type.SESSION_DEFAULTS);
    }
  }

  /** The current token is DROP. */
  void drop() {
    reader.advance();
    noteEventTrigger();
    if (!acceptKeyword("database")) {
      return;
    }
    if (acceptKeyword("if")) {
      acceptKeyword("exists");
    }
    name();
  }

  /** The current token follows CREATE. */
  void create() {
    noteEventTrigger();
    if (!acceptKeyword("database")) {
      return;
    }
    reader.advance();
    while (!reader.atEnd()) {
      if (acceptKeyword("template")) {
        if (reader.token() == '=') {
          reader.advance();
        }
        template();
        return;
      }
      reader.advance();
    }
    effects.freeDatabase(DEFAULT_TEMPLATE);
  }

  /** An event trigger may be called when sessions begin. */
  private void noteEventTrigger() {
    if (isKeyword("event")) {
      effects.add(Effect.Type.SESSION_DEFAULTS);
    }
  }

  private void template() {
    Lexer lexer = reader.lexer();
    if (isKeyword("default")) {
      effects.freeDatabase(DEFAULT_TEMPLATE);
    } else if (reader.token() == Lexer.STRING) {
      String literal = Lexer.decode(lexer.text(), lexer.contentStart(), lexer.contentEnd());
      effects.freeDatabase(literal.replace("''", "'"));
    } else {
      name();
    }
  }

  private void name() {
    if (reader.isName()) {
      Lexer lexer = reader.lexer();
      String name = lexer.identifier(lexer.start(), lexer.end());
      effects.freeDatabase(name);
    }
  }

  private boolean acceptKeyword(String keyword) {
    boolean there = isKeyword(keyword);
    if (there) {
      reader.advance();
    }
    return there;
  }

  /**
   * True if the current word is this keyword; no string is made of it.
   *
   * @param keyword in lower-case letters
   */
  private boolean isKeyword(String keyword) {
    Lexer lexer = reader.lexer();
    int start = lexer.start();
    if (reader.token() != Lexer.WORD || lexer.end() - start != keyword.length()) {
      return false;
    }
    for (int i = 0; i < keyword.length(); i++) {
      if ((lexer.text()[start + i] | 0x20) != keyword.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
