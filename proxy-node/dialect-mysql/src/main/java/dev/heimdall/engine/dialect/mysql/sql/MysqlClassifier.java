package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.util.List;

/**
 * Says what text of MySQL or MariaDB is and what it does to its session, in one pass over the
 * bytes. Text that it cannot be sure of gets an effect too many, never one too few; what routines
 * and triggers do is out of sight.
 *
 * <p>One classifier per event loop: it owns scratch state and is not thread safe. Statements
 * without effects cost no allocation. Nothing is ever thrown, whatever the bytes, and the time
 * taken is linear in their number.
 */
public final class MysqlClassifier implements StatementClassifier {
  /** Text that ends inside a token, or of which bytes may be signs or not. */
  private static final StatementFacts UNREADABLE =
      new StatementFacts(
          StatementKind.UNKNOWN,
          1,
          List.of(new Effect(Effect.Type.PIN, MysqlPins.UNKNOWN)),
          false,
          false);

  /** Facts about a single statement that the server cannot read either, unless it is not one. */
  private static final StatementFacts BROKEN_OFF =
      new StatementFacts(
          StatementKind.UNKNOWN,
          1,
          List.of(
              new Effect(Effect.Type.PIN, MysqlPins.UNKNOWN),
              new Effect(MysqlEffect.RUNS_NO_CODE, "", -1, -1)),
          false,
          false);

  private static final StatementFacts DOUBTFUL = StatementFacts.doubtful(MysqlPins.UNKNOWN);

  private final MysqlEffects effects = new MysqlEffects();
  private final MysqlTokens tokens = new MysqlTokens(effects);
  private final SetGrammar settings = new SetGrammar(tokens, effects);
  private final TransactionControl transactions = new TransactionControl(tokens, effects);
  private final DefinitionStatement definitions = new DefinitionStatement(tokens, effects);
  private final RowChanges changes = new RowChanges(tokens);
  private boolean literals;

  /** True if no statement begins with the word with which it begins. */
  private boolean strange;

  /** True if it runs a text that stands elsewhere. */
  private boolean executes;

  @Override
  public SqlDialect dialect() {
    return MysqlSql.DIALECT;
  }

  @Override
  public StatementFacts classify(byte[] sql, int offset, int length, LexerMode mode) {
    effects.clear(offset);
    literals = false;
    strange = false;
    executes = false;
    if (mode.doubtful()) {
      return DOUBTFUL;
    }
    if (mode.hiddenSigns() && !isAscii(sql, offset, length)) {
      return UNREADABLE;
    }
    tokens.reset(sql, offset, length, mode);
    definitions.reset();
    transactions.reset();
    int statements = 0;
    boolean open = false;
    boolean writes = false;
    Redefining redefining = Redefining.NOT;
    StatementKind kind = StatementKind.EMPTY;
    do {
      tokens.nextStatement();
      if (!tokens.atEnd()) {
        statements++;
        transactions.nextStatement();
        kind = statement();
        tokens.skip();
        tokens.ran(kind);
        if (tokens.selects() && findsUntold(kind)) {
          tokens.own(MysqlEffect.FINDS_UNTOLD);
        }
        writes |= !readsOnly(kind);
        redefining = redefining.and(kind);
        open =
            switch (kind) {
              case BEGIN -> true;
              case COMMIT, ROLLBACK -> transactions.chains();
              default -> open;
            };
      }
    } while (tokens.token() == ';');
    if (tokens.token() == Lexer.BROKEN || definitions.isOpen()) {
      return statements <= 1 && !tokens.doubtful() ? BROKEN_OFF : UNREADABLE;
    }
    if (statements == 1 && effects.pin() && runsNoCode(kind)) {
      tokens.own(MysqlEffect.RUNS_NO_CODE);
    }
    if (tokens.doubtful()) {
      effects.pin(MysqlPins.UNKNOWN);
      kind = StatementKind.UNKNOWN;
      redefining = redefining.and(kind);
    }
    // Each statement of a text is final by itself, unless a transaction is open.
    boolean divides = transactions.found() || writes;
    return statements > 1
        ? StatementFacts.ofMulti(
            statements, effects.take(), divides, open, divides && !open, redefining)
        : StatementFacts.ofSingle(kind, effects.take(), transactions.chains());
  }

  @Override
  public boolean dependsOnLiterals() {
    return literals;
  }

  /**
   * Returns the effects of the first statements of a text.
   *
   * @param most how many they are, unless fewer end ahead of the other bound
   * @param before the index ahead of which they end
   * @return null where others may be meant, as the text cannot be cut into statements for sure
   */
  public CarriedOut first(byte[] sql, LexerMode mode, int most, int before) {
    effects.clear(0);
    tokens.reset(sql, 0, sql.length, mode);
    definitions.reset();
    transactions.reset();
    boolean runsCode = false;
    int statements = 0;
    int end = 0;
    do {
      tokens.nextStatement();
      if (!tokens.atEnd()) {
        strange = false;
        executes = false;
        StatementKind kind = statement();
        tokens.skip();
        if (statements == most || tokens.token() != ';' || tokens.lexer().start() >= before) {
          break;
        }
        if (strange || tokens.doubtful() || definitions.isOpen()) {
          return null;
        }
        statements++;
        end = tokens.lexer().start();
        runsCode |= !runsNoCode(kind);
      }
    } while (tokens.token() == ';');
    return end == 0
        ? CarriedOut.NOTHING
        : new CarriedOut(classify(sql, 0, end, mode).without(MysqlEffect.RUNS_NO_CODE), runsCode);
  }

  private boolean runsNoCode(StatementKind kind) {
    if (tokens.doubtful() || executes) {
      return false;
    }
    boolean reads =
        switch (kind) {
          case DML, BULK, CALL, BLOCK, EXPLAIN, FETCH -> true;
          case DDL, SESSION, LOCK -> tokens.readsTables(true);
          default -> tokens.readsTables(false);
        };
    return strange || !reads && !effects.callUnseen();
  }

  private static boolean isAscii(byte[] sql, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (sql[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean readsOnly(StatementKind kind) {
    return switch (kind) {
      case EMPTY, SELECT, SHOW, EXPLAIN -> true;
      default -> false;
    };
  }

  /** True if a query inside of it has rows that no reply reports. */
  private static boolean findsUntold(StatementKind kind) {
    return switch (kind) {
      case DML, DDL, UTILITY, SET -> true;
      default -> false;
    };
  }

  /** Reads the statement that the current token begins, at least as far as its kind takes. */
  private StatementKind statement() {
    switch (tokens.word()) {
      case SELECT, VALUES, TABLE:
        return query();
      case WITH:
        return with();
      case INSERT, REPLACE:
        return changes.insert();
      case UPDATE:
        return changes.update();
      case DELETE:
        return changes.delete();
      case BEGIN, START, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, XA:
        return transactions.read();
      case SET:
        return set();
      case SHOW:
        return show();
      case USE:
        return use();
      case PREPARE:
        effects.pin(MysqlPins.PREPARED);
        return StatementKind.SESSION;
      case DEALLOCATE:
        return StatementKind.SESSION;
      case EXECUTE:
        executes = true;
        return effects.notUnderstood();
      case CALL:
        return call();
      case DO:
        return StatementKind.UTILITY;
      case HANDLER:
        return handler();
      case LOAD:
        return load();
      case LOCK:
        return lock();
      case UNLOCK:
        return unlock();
      case EXPLAIN, DESCRIBE, DESC:
        return explain();
      case ANALYZE:
        return analyze();
      case CREATE, ALTER, DROP:
        return definitions.read();
      case TRUNCATE, RENAME, GRANT, REVOKE, IMPORT:
        if (tokens.word() == MysqlWord.RENAME) {
          effects.add(Effect.Type.RENAMES_OBJECTS);
        }
        tokens.callsNothing();
        tokens.namesAccounts();
        return effects.commits(StatementKind.DDL);
      case FLUSH:
        return flush();
      case CHECK, OPTIMIZE, REPAIR, CACHE, RESET, STOP, CHANGE, INSTALL, UNINSTALL:
        tokens.callsNothing();
        return effects.commits(StatementKind.UTILITY);
      case BACKUP:
        effects.pin(MysqlPins.BACKUP_LOCK);
        return effects.commits(StatementKind.UTILITY);
      case BINLOG:
        effects.pin(MysqlPins.BINARY_LOG);
        return effects.commits(StatementKind.UTILITY);
      case CLONE, SHUTDOWN, RESTART, PURGE, CHECKSUM:
        tokens.callsNothing();
        tokens.namesAccounts();
        return StatementKind.UTILITY;
      case KILL:
        return kill();
      case GET:
        return getDiagnostics();
      case SIGNAL, RESIGNAL:
        return StatementKind.SESSION;
      case HELP:
        return StatementKind.SHOW;
      default:
        strange = tokens.token() != '(';
        return strange ? effects.notUnderstood() : parenthesised();
    }
  }

  private StatementKind getDiagnostics() {
    int start = tokens.lexer().start();
    boolean counts = false;
    tokens.own(MysqlEffect.READS_DIAGNOSTICS);
    while (!tokens.atEnd()) {
      counts |= tokens.word() == MysqlWord.ROW_COUNT;
      tokens.advance();
    }
    if (counts) {
      tokens.reads(MysqlEffect.GETS_ROW_COUNT, start, tokens.lexer().start());
    }
    return StatementKind.SESSION;
  }

  private StatementKind parenthesised() {
    while (tokens.token() == '(') {
      tokens.advance();
    }
    return switch (tokens.word()) {
      case SELECT, VALUES, TABLE, WITH -> query();
      default -> effects.notUnderstood();
    };
  }

  private StatementKind query() {
    if (tokens.accept(MysqlWord.SELECT) && callsNothingButReleaseOfAllLocks()) {
      tokens.own(MysqlEffect.RELEASES_NAMED_LOCKS);
    }
    tokens.skip();
    return tokens.writesFile() ? StatementKind.UTILITY : StatementKind.SELECT;
  }

  /** Nothing but a call by itself is sure to be carried out, and last. */
  private boolean callsNothingButReleaseOfAllLocks() {
    if (!tokens.accept(MysqlWord.RELEASE_ALL_LOCKS) || tokens.token() != '(') {
      return false;
    }
    tokens.advance();
    if (tokens.token() != ')') {
      return false;
    }
    tokens.advance();
    return tokens.atEnd();
  }

  /** The first verb outside of brackets says what it is. */
  private StatementKind with() {
    while (!tokens.atEnd()) {
      tokens.advance();
      if (tokens.depth() == 0) {
        switch (tokens.word()) {
          case UPDATE, DELETE, INSERT, REPLACE:
            return StatementKind.DML;
          case SELECT, VALUES, TABLE:
            return query();
          default:
        }
      }
    }
    return StatementKind.SELECT;
  }

  private StatementKind set() {
    tokens.advance();
    if (tokens.word() != MysqlWord.STATEMENT) {
      return settings.read();
    }
    tokens.advance();
    if (!settings.readForStatement()) {
      return effects.notUnderstood();
    }
    StatementKind kind = statement();
    return switch (kind) {
      case BEGIN, COMMIT, ROLLBACK, SAVEPOINT -> effects.notUnderstood();
      default -> kind;
    };
  }

  private StatementKind show() {
    tokens.advance();
    if (tokens.word() == MysqlWord.GRANTS || tokens.word() == MysqlWord.CREATE) {
      tokens.namesAccounts();
    }
    if (tokens.accept(MysqlWord.COUNT)) {
      while (!tokens.atEnd() && tokens.token() != ')') {
        tokens.advance();
      }
      if (!tokens.atEnd()) {
        tokens.advance();
      }
    }
    if (tokens.word() == MysqlWord.WARNINGS || tokens.word() == MysqlWord.ERRORS) {
      tokens.own(MysqlEffect.READS_DIAGNOSTICS);
    }
    while (!tokens.atEnd()) {
      if (tokens.word() == MysqlWord.VARIABLES) {
        tokens.own(MysqlEffect.READS_LAST_INSERT_ID);
      }
      tokens.advance();
    }
    return StatementKind.SHOW;
  }

  private StatementKind use() {
    tokens.advance();
    if (!tokens.isName()) {
      return effects.notUnderstood();
    }
    String name = tokens.name();
    int start = tokens.lexer().start();
    int end = tokens.lexer().end();
    tokens.advance();
    if (!tokens.atEnd()) {
      return effects.notUnderstood();
    }
    effects.add(MysqlEffect.USES_DATABASE, name, start, end);
    return StatementKind.SESSION;
  }

  /** A procedure may commit, whatever transaction its CALL stands in. */
  private StatementKind call() {
    effects.add(Effect.Type.COMMITS);
    effects.add(Effect.Type.RENAMES_OBJECTS);
    tokens.callsNothing();
    tokens.advance();
    String name = tokens.isName() ? tokens.name() : "";
    while (!tokens.atEnd() && tokens.token() != '(') {
      tokens.advance();
    }
    tokens.mayCall();
    effects.addOnce(new Effect(MysqlEffect.CALLS_UNSEEN, name, -1, -1));
    return StatementKind.CALL;
  }

  private StatementKind handler() {
    tokens.advance();
    String name = null;
    while (!tokens.atEnd()) {
      switch (tokens.word()) {
        case OPEN:
          effects.pinObject(MysqlPins.HANDLER, handlerAlias(name));
          return StatementKind.DECLARE;
        case CLOSE:
          effects.endObject(MysqlPins.HANDLER, handler(name));
          return StatementKind.CLOSE;
        case READ:
          return StatementKind.FETCH;
        default:
          name = tokens.plainName();
          tokens.advance();
      }
    }
    return effects.notUnderstood();
  }

  /** Name of an open handler: the one that it states, or that of its table. */
  private String handlerAlias(String table) {
    tokens.advance();
    tokens.accept(MysqlWord.AS);
    String name = tokens.atEnd() ? table : tokens.plainName();
    while (!tokens.atEnd()) {
      tokens.advance();
    }
    return handler(name);
  }

  /** It is found by this name alone, whatever the default database is. */
  private static String handler(String alias) {
    return alias == null ? null : "." + alias;
  }

  private StatementKind load() {
    tokens.advance();
    tokens.callsNothing();
    if (tokens.word() == MysqlWord.INDEX) {
      return effects.commits(StatementKind.UTILITY);
    }
    while (!tokens.atEnd() && tokens.word() != MysqlWord.INTO) {
      if (tokens.word() == MysqlWord.LOCAL) {
        tokens.own(MysqlEffect.LOADS_LOCAL_FILE);
      }
      tokens.advance();
    }
    while (!tokens.atEnd() && tokens.word() != MysqlWord.SET) {
      tokens.advance();
    }
    tokens.mayCall();
    return StatementKind.BULK;
  }

  private StatementKind lock() {
    tokens.advance();
    if (tokens.word() == MysqlWord.INSTANCE) {
      effects.pin(MysqlPins.BACKUP_LOCK);
    } else {
      effects.pin(MysqlPins.LOCKED_TABLES);
    }
    return effects.commits(StatementKind.LOCK);
  }

  private StatementKind unlock() {
    tokens.advance();
    PinReason what =
        tokens.word() == MysqlWord.INSTANCE ? MysqlPins.BACKUP_LOCK : MysqlPins.LOCKED_TABLES;
    effects.unpin(Effect.Type.UNPIN, what);
    return effects.commits(StatementKind.LOCK);
  }

  private StatementKind explain() {
    tokens.advance();
    while (!tokens.atEnd()) {
      switch (tokens.word()) {
        case SELECT, VALUES, TABLE, WITH, INSERT, REPLACE, UPDATE, DELETE, FOR:
          return StatementKind.EXPLAIN;
        default:
          tokens.advance();
      }
    }
    return StatementKind.EXPLAIN;
  }

  /** Of tables, or, in MariaDB, of a statement that is run. */
  private StatementKind analyze() {
    tokens.advance();
    while (!tokens.atEnd()) {
      switch (tokens.word()) {
        case SELECT, VALUES, WITH:
          return statement() == StatementKind.DML ? StatementKind.DML : StatementKind.EXPLAIN;
        case INSERT, REPLACE, UPDATE, DELETE:
          return statement();
        case TABLE, TABLES:
          tokens.callsNothing();
          return effects.commits(StatementKind.UTILITY);
        default:
          tokens.advance();
      }
    }
    return effects.commits(StatementKind.UTILITY);
  }

  private StatementKind flush() {
    tokens.callsNothing();
    while (!tokens.atEnd()) {
      tokens.advance();
      if (tokens.word() == MysqlWord.STATUS) {
        effects.pin(MysqlPins.STATUS);
      }
      boolean locks = tokens.word() == MysqlWord.LOCK && tokens.previousWord() == MysqlWord.READ;
      if (locks || tokens.word() == MysqlWord.EXPORT) {
        effects.pin(MysqlPins.LOCKED_TABLES);
      }
    }
    return effects.commits(StatementKind.UTILITY);
  }

  private StatementKind kill() {
    tokens.advance();
    MysqlEffect what = MysqlEffect.KILLS_CONNECTION;
    boolean byNumber = true;
    while (!tokens.atEnd()) {
      switch (tokens.word()) {
        case HARD, SOFT, CONNECTION -> tokens.advance();
        case QUERY -> {
          what = MysqlEffect.KILLS_QUERY;
          tokens.advance();
        }
        case ID, USER -> {
          byNumber = false; // of a statement, or of an account
          tokens.namesAccounts();
          tokens.skip();
        }
        default -> {
          int start = tokens.lexer().start();
          int end = tokens.lexer().end();
          boolean number = tokens.token() == Lexer.NUMBER;
          String id = Lexer.decode(tokens.lexer().text(), start, end);
          tokens.advance();
          literals = true;
          if (number && tokens.atEnd()) {
            effects.add(what, id, start, end);
          } else {
            tokens.own(what);
            tokens.skip();
          }
          return StatementKind.UTILITY;
        }
      }
    }
    return byNumber ? effects.notUnderstood() : StatementKind.UTILITY;
  }
}
