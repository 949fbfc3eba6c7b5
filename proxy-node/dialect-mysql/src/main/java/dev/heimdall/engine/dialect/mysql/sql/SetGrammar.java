package dev.heimdall.engine.dialect.mysql.sql;

import static dev.heimdall.engine.dialect.mysql.sql.MysqlTokens.SYSTEM_VARIABLE;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementKind;
import java.util.Set;

/** The grammar of SET, but for SET STATEMENT. */
final class SetGrammar {
  /** Variables that the node must know about, also within a transaction. */
  private static final Set<String> READ_BY =
      Set.of(
          "sql_mode",
          "character_set_client",
          "character_set_connection",
          "character_set_results",
          "collation_connection");

  private final MysqlTokens tokens;
  private final MysqlEffects effects;

  /** True if a value for the whole server was set: what has no scope of its own may be one too. */
  private boolean global;

  /** True if there is a NAMES, and whether its collation is another one than the connection's. */
  private boolean names;

  private boolean collation;

  SetGrammar(MysqlTokens tokens, MysqlEffects effects) {
    this.tokens = tokens;
    this.effects = effects;
  }

  /** The current token follows SET. */
  StatementKind read() {
    global = false;
    names = false;
    collation = false;
    switch (tokens.word()) {
      case PASSWORD -> {
        return account();
      }
      case ROLE -> {
        effects.pin(MysqlPins.ROLE);
        return StatementKind.SESSION;
      }
      case DEFAULT -> {
        tokens.advance();
        return tokens.word() == MysqlWord.ROLE ? account() : effects.notUnderstood();
      }
      case RESOURCE -> {
        effects.pin(MysqlPins.RESOURCE_GROUP);
        return StatementKind.SESSION;
      }
      default -> {}
    }
    while (true) {
      if (!assignment()) {
        return effects.notUnderstood();
      }
      tokens.skipToComma();
      if (tokens.atEnd()) {
        if (names && !collation) {
          effects.addOnce(new Effect(Effect.Type.SET_VARIABLE, SessionCharacters.NAMES));
        }
        return global ? StatementKind.UTILITY : StatementKind.SET;
      }
      tokens.advance();
    }
  }

  private StatementKind account() {
    tokens.namesAccounts();
    return effects.commits(StatementKind.DDL);
  }

  /**
   * The current token follows SET STATEMENT: variables that are what they were before when the
   * statement behind FOR has ended. MariaDB reports the values that they had meanwhile.
   */
  boolean readForStatement() {
    while (!tokens.atEnd()) {
      if (!tokens.isName()) {
        return false;
      }
      String name = SystemVariables.nameOf(tokens.name());
      if (!SystemVariables.isName(name)) {
        return false;
      }
      effects.add(Effect.Type.SET_VARIABLE, name, tokens.lexer().start(), tokens.lexer().end());
      while (!tokens.atEnd()
          && !(tokens.depth() == 0 && (tokens.token() == ',' || tokens.word() == MysqlWord.FOR))) {
        tokens.advance();
      }
      if (tokens.accept(MysqlWord.FOR)) {
        return true;
      }
      if (!tokens.atEnd()) {
        tokens.advance();
      }
    }
    return false;
  }

  /** Reads one assignment up to its value; false where there is none. */
  private boolean assignment() {
    if (tokens.token() == MysqlTokens.USER_VARIABLE) {
      return true;
    }
    if (tokens.token() == SYSTEM_VARIABLE) {
      MysqlWord scope = tokens.scope();
      String name = SystemVariables.nameOf(tokens.name());
      int start = tokens.lexer().start();
      int end = tokens.lexer().end();
      tokens.advance();
      set(scope, name, start, end, scope == MysqlWord.OTHER);
      if (READ_BY.contains(name)) {
        effects.add(MysqlEffect.SETS_UNREPORTED, name, start, end);
      }
      return true;
    }
    switch (tokens.word()) {
      case NAMES, CHARACTER, CHARSET -> {
        collation |= names || tokens.word() != MysqlWord.NAMES;
        names |= tokens.word() == MysqlWord.NAMES;
        for (String name : SessionCharacters.VARIABLES) {
          effects.add(Effect.Type.SET_VARIABLE, name, tokens.lexer().start(), tokens.lexer().end());
        }
        return true;
      }
      case TRANSACTION -> {
        effects.pin(MysqlPins.NEXT_TRANSACTION);
        return skipAll();
      }
      case GLOBAL, PERSIST, PERSIST_ONLY, SESSION, LOCAL -> {
        MysqlWord scope = tokens.word();
        tokens.advance();
        if (tokens.word() == MysqlWord.TRANSACTION) {
          transaction(scope);
          return skipAll();
        }
        return variable(scope);
      }
      default -> {
        return variable(MysqlWord.OTHER);
      }
    }
  }

  /**
   * Under what names a session's characteristics of transactions are kept depends on the server's
   * version: it reports them.
   */
  private void transaction(MysqlWord scope) {
    if (scope != MysqlWord.SESSION && scope != MysqlWord.LOCAL) {
      global = true;
      effects.add(Effect.Type.SESSION_DEFAULTS);
    }
  }

  /** Its own commas separate no assignments. */
  private boolean skipAll() {
    tokens.skip();
    return true;
  }

  private boolean variable(MysqlWord scope) {
    if (!tokens.isName()) {
      return false;
    }
    int start = tokens.lexer().start();
    int end = tokens.lexer().end();
    String name = tokens.name();
    tokens.advance();
    while (tokens.token() == '.') {
      tokens.advance();
      if (!tokens.isName()) {
        return false;
      }
      name += "." + tokens.name();
      end = tokens.lexer().end();
      tokens.advance();
    }
    set(scope, SystemVariables.nameOf(name), start, end, false);
    return true;
  }

  /**
   * A variable gets the value whose sign is the current token.
   *
   * @param bare whether it is written with @@ and without a scope
   */
  private void set(MysqlWord scope, String name, int start, int end, boolean bare) {
    boolean forServer =
        switch (scope) {
          case GLOBAL, PERSIST, PERSIST_ONLY -> true;
          default -> false;
        };
    if (forServer || (global && scope == MysqlWord.OTHER)) {
      global = true;
      effects.add(Effect.Type.SESSION_DEFAULTS);
      if (forServer) {
        return;
      }
    }
    collation |=
        name.equals(SessionCharacters.COLLATION) || name.equals(SessionCharacters.CONNECTION);
    PinReason pin = SystemVariables.pinOf(name);
    if (name.equals("last_insert_id")) {
      tokens.own(MysqlEffect.SETS_LAST_INSERT_ID);
    } else if (name.equals("session_track_transaction_info")) {
      if (!turnsOff()) {
        effects.pin(MysqlPins.VARIABLE); // what a server reports is what differs on a connection
      }
    } else if (name.startsWith("session_track_")) {
      tracking(name);
    } else if (pin != null) {
      effects.pin(pin);
    } else if (SystemVariables.ofTransaction(name)) {
      if (bare) {
        effects.pin(MysqlPins.NEXT_TRANSACTION);
      }
    } else if (SystemVariables.isName(name)) {
      effects.add(Effect.Type.SET_VARIABLE, name, start, end);
      String other = SystemVariables.setWith(name);
      if (other != null) {
        effects.add(Effect.Type.SET_VARIABLE, other, start, end);
      }
      if (name.equals("autocommit") && !turnsOff()) {
        effects.add(Effect.Type.COMMITS);
      }
    }
  }

  /** The node depends on what servers report: it puts a value of its own there. */
  private void tracking(String name) {
    if (!equalsSign()) {
      return;
    }
    int start = tokens.lexer().start();
    int end = start;
    while (!tokens.atEnd() && !(tokens.token() == ',' && tokens.depth() == 0)) {
      end = tokens.lexer().end();
      tokens.advance();
    }
    effects.add(MysqlEffect.SETS_TRACKING, name, start, end);
  }

  /** Moves behind the sign between a variable and its value. */
  private boolean equalsSign() {
    if (tokens.token() == ':') {
      tokens.advance();
    }
    if (tokens.token() != '=') {
      return false;
    }
    tokens.advance();
    return true;
  }

  /** True if the value is 0, OFF or FALSE, and no more. */
  private boolean turnsOff() {
    if (!equalsSign()) {
      return false;
    }
    Lexer lexer = tokens.lexer();
    boolean off =
        switch (tokens.word()) {
          case OFF, FALSE -> true;
          default ->
              tokens.token() == Lexer.NUMBER
                      && lexer.end() - lexer.start() == 1
                      && lexer.text()[lexer.start()] == '0'
                  || tokens.isLiteral() && MysqlWord.inQuotes(lexer) == MysqlWord.OFF;
        };
    if (!off) {
      return false;
    }
    tokens.advance();
    return tokens.atEnd() || tokens.token() == ',';
  }
}
