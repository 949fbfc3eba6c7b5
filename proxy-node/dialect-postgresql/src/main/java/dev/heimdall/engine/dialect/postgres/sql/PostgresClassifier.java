package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;

/**
 * Says what PostgreSQL text is and what it does to its session, in one pass over the bytes. Text
 * that it cannot be sure of gets an effect too many, never one too few; what functions, procedures
 * and triggers of the user do is out of sight.
 *
 * <p>One classifier per event loop: it owns scratch state and is not thread safe. Statements
 * without effects cost no allocation. Nothing is ever thrown, whatever the bytes, and the time
 * taken is linear in their number.
 */
public final class PostgresClassifier implements StatementClassifier {
  /** Stands for bytes that are not of the encoding in which names are read. */
  private static final String UNREADABLE = "\uFFFD";

  private final PostgresEffects effects = new PostgresEffects();
  private final TokenReader reader = new TokenReader(effects);
  private final SettingStatement settings = new SettingStatement(reader, effects);
  private final DatabaseStatement databases = new DatabaseStatement(reader, effects);
  private final CodeBlock block = new CodeBlock();
  private final boolean knowsBlocks;
  private boolean transactionControl;
  private boolean chain;
  private boolean codeBlock;

  /** One whose texts are looked at by their catalogue too, which tells what code blocks call. */
  public PostgresClassifier() {
    this(true);
  }

  /**
   * @param knowsBlocks true if calls of code blocks are found elsewhere; if not, each of them may
   *     have changed the session
   */
  public PostgresClassifier(boolean knowsBlocks) {
    this.knowsBlocks = knowsBlocks;
  }

  @Override
  public SqlDialect dialect() {
    return PostgresSql.DIALECT;
  }

  /**
   * Classifies {@code length} bytes of {@code sql} from {@code offset}.
   *
   * @param lexerMode how the session has its texts cut into tokens
   */
  @Override
  public StatementFacts classify(byte[] sql, int offset, int length, LexerMode lexerMode) {
    effects.clear(offset);
    reader.reset(sql, offset, length, lexerMode);
    transactionControl = false;
    codeBlock = false;
    if (lexerMode.doubtful()) {
      return StatementFacts.DOUBTFUL;
    }
    int statements = 0;
    boolean open = false;
    boolean ends = false;
    Redefining redefining = Redefining.NOT;
    StatementKind kind = StatementKind.EMPTY;
    do {
      reader.nextStatement();
      if (!reader.atEnd()) {
        statements++;
        chain = false;
        kind = statement();
        reader.skip();
        if (reader.asksForConfiguration()) {
          effects.add(Effect.Type.ASKS_SERVER);
        }
        redefining = redefining.and(kind);
        open =
            switch (kind) {
              case BEGIN -> true;
              case COMMIT, ROLLBACK, PREPARE_TRANSACTION -> chain;
              default -> open;
            };
        ends =
            switch (kind) {
              case COMMIT, ROLLBACK, PREPARE_TRANSACTION -> !chain;
              case BEGIN -> false;
              default -> ends;
            };
      }
    } while (reader.token() == ';');
    if (reader.token() == Lexer.BROKEN || reader.routineDepth() > 0) {
      return StatementFacts.UNREADABLE;
    }
    return statements > 1
        ? StatementFacts.ofMulti(
            statements, effects.take(), transactionControl, open, ends, redefining)
        : StatementFacts.ofSingle(kind, effects.take(), chain);
  }

  /** Classifies only so many of the statements of a text: the first ones. */
  public StatementFacts first(byte[] sql, LexerMode lexerMode, int most) {
    effects.clear(0);
    reader.reset(sql, 0, sql.length, lexerMode);
    int statements = 0;
    do {
      reader.nextStatement();
      if (!reader.atEnd()) {
        statement();
        reader.skip();
        statements++;
      }
    } while (reader.token() == ';' && statements < most);
    int length = reader.token() == ';' ? reader.lexer().start() : sql.length;
    effects.take();
    return classify(sql, 0, length, lexerMode);
  }

  @Override
  public boolean dependsOnLiterals() {
    return reader.readsLiterals() || codeBlock;
  }

  @Override
  public int preparedText(byte[] afterName, LexerMode lexerMode) {
    return PreparedText.begin(afterName, lexerMode);
  }

  /**
   * Reads the statement that the current token begins, up to its end or to where nothing more is of
   * interest.
   */
  private StatementKind statement() {
    switch (reader.word()) {
      case SELECT, VALUES, TABLE, WITH:
        return query();
      case INSERT, UPDATE, DELETE, MERGE:
        return StatementKind.DML;
      case BEGIN, START:
        return begin();
      case COMMIT, END:
        return endTransaction(StatementKind.COMMIT);
      case ROLLBACK, ABORT:
        return endTransaction(StatementKind.ROLLBACK);
      case SAVEPOINT, RELEASE:
        transactionControl = true;
        return StatementKind.SAVEPOINT;
      case SET:
        settings.set();
        return StatementKind.SET;
      case RESET:
        settings.reset();
        return StatementKind.SET;
      case SHOW:
        return StatementKind.SHOW;
      case DISCARD:
        return discard();
      case PREPARE:
        return prepare();
      case EXECUTE:
        reader.advanceToName();
        nameEffect(Effect.Type.EXECUTE);
        return StatementKind.EXECUTE;
      case DEALLOCATE:
        return deallocate();
      case LISTEN:
        reader.advanceToName();
        return named(Effect.Type.LISTEN, StatementKind.SESSION);
      case UNLISTEN:
        return unlisten();
      case NOTIFY:
        return StatementKind.SESSION;
      case DECLARE:
        return declare();
      case FETCH, MOVE:
        return StatementKind.FETCH;
      case CLOSE:
        return close();
      case COPY:
        return StatementKind.BULK;
      case CALL:
        return StatementKind.CALL;
      case DO:
        return codeBlock();
      case LOCK:
        return StatementKind.LOCK;
      case EXPLAIN:
        return explain();
      case LOAD:
        effects.pin(PostgresPins.LOADED_LIBRARY);
        return StatementKind.UTILITY;
      case CREATE:
        return create();
      case ALTER:
        reader.markDefinition();
        reader.advance();
        noteExtension();
        databases.alter();
        return StatementKind.DDL;
      case DROP:
        reader.drops();
        databases.drop();
        return StatementKind.DDL;
      case TRUNCATE, COMMENT, GRANT, REVOKE, REFRESH, IMPORT, REASSIGN, SECURITY:
        return StatementKind.DDL;
      case VACUUM, ANALYZE, ANALYSE, CHECKPOINT, CLUSTER, REINDEX, REPACK, WAIT:
        return StatementKind.UTILITY;
      default:
        if (reader.token() == '(') {
          return parenthesised();
        }
        return notUnderstood();
    }
  }

  private StatementKind parenthesised() {
    while (reader.token() == '(') {
      reader.advance();
    }
    switch (reader.word()) {
      case SELECT, VALUES, TABLE, WITH:
        return query();
      default:
        return notUnderstood();
    }
  }

  private StatementKind query() {
    boolean with = reader.word() == Word.WITH;
    reader.skip();
    if (with && reader.modifiesData()) {
      return StatementKind.DML;
    }
    return reader.makesTable() ? StatementKind.DDL : StatementKind.SELECT;
  }

  /** A BEGIN is only called one if the server will take it: it may be answered without asking. */
  private StatementKind begin() {
    transactionControl = true;
    if (reader.word() == Word.START) {
      reader.advance();
      if (!reader.accept(Word.TRANSACTION)) {
        return StatementKind.UNKNOWN;
      }
    } else {
      reader.advance();
      acceptWorkOrTransaction();
    }
    boolean first = true;
    boolean comma = false;
    while (!reader.atEnd()) {
      if (reader.token() == ',' && !first && !comma) {
        comma = true;
        reader.advance();
      } else if (acceptTransactionMode()) {
        first = false;
        comma = false;
      } else {
        return StatementKind.UNKNOWN;
      }
    }
    return comma ? StatementKind.UNKNOWN : StatementKind.BEGIN;
  }

  private boolean acceptTransactionMode() {
    if (reader.accept(Word.ISOLATION)) {
      if (!reader.accept(Word.LEVEL)) {
        return false;
      }
      if (reader.accept(Word.READ)) {
        return reader.accept(Word.COMMITTED) || reader.accept(Word.UNCOMMITTED);
      }
      if (reader.accept(Word.REPEATABLE)) {
        return reader.accept(Word.READ);
      }
      return reader.accept(Word.SERIALIZABLE);
    }
    if (reader.accept(Word.READ)) {
      return reader.accept(Word.ONLY) || reader.accept(Word.WRITE);
    }
    if (reader.accept(Word.NOT)) {
      return reader.accept(Word.DEFERRABLE);
    }
    return reader.accept(Word.DEFERRABLE);
  }

  private void acceptWorkOrTransaction() {
    if (!reader.accept(Word.WORK)) {
      reader.accept(Word.TRANSACTION);
    }
  }

  private StatementKind endTransaction(StatementKind kind) {
    Word first = reader.word();
    reader.advance();
    if (reader.word() == Word.PREPARED && (first == Word.COMMIT || first == Word.ROLLBACK)) {
      return StatementKind.UTILITY;
    }
    transactionControl = true;
    acceptWorkOrTransaction();
    if (reader.word() == Word.TO && first == Word.ROLLBACK) {
      return StatementKind.SAVEPOINT;
    }
    if (reader.accept(Word.AND)) {
      boolean chained = !reader.accept(Word.NO);
      if (!reader.accept(Word.CHAIN) || !reader.atEnd()) {
        return StatementKind.UNKNOWN;
      }
      chain = chained;
    }
    return reader.atEnd() ? kind : StatementKind.UNKNOWN;
  }

  private StatementKind discard() {
    reader.advance();
    Word what = reader.word();
    switch (what) {
      case ALL, TEMP, TEMPORARY, SEQUENCES, PLANS -> reader.advance();
      default -> {
        return notUnderstood();
      }
    }
    if (!reader.atEnd()) {
      return notUnderstood();
    }
    switch (what) {
      case ALL -> effects.add(Effect.Type.RESET_SESSION);
      case SEQUENCES -> effects.add(Effect.Type.FORGET_SEQUENCES);
      case PLANS -> {
        // No client sees a difference.
      }
      default -> effects.unpin(Effect.Type.UNPIN_IF_FINAL, PinReason.TEMP_TABLE);
    }
    return StatementKind.SESSION;
  }

  private StatementKind prepare() {
    reader.advanceToName();
    boolean transaction = reader.word() == Word.TRANSACTION;
    if (!reader.isName()) {
      return notUnderstood();
    }
    int start = reader.lexer().start();
    int end = reader.lexer().end();
    reader.advance();
    if (transaction && reader.isLiteral()) {
      transactionControl = true;
      return StatementKind.PREPARE_TRANSACTION;
    }
    if (reader.token() != '(' && reader.word() != Word.AS) {
      return notUnderstood();
    }
    effects.add(Effect.Type.PREPARE, reader.lexer().identifier(start, end), start, end);
    return StatementKind.PREPARE;
  }

  private StatementKind deallocate() {
    reader.advanceToName();
    if (reader.word() == Word.PREPARE) {
      int start = reader.lexer().start();
      int end = reader.lexer().end();
      reader.advanceToName();
      if (reader.atEnd()) {
        effects.add(Effect.Type.DEALLOCATE, "prepare", start, end);
        return StatementKind.DEALLOCATE;
      }
    }
    return reader.word() == Word.ALL
        ? complete(Effect.Type.DEALLOCATE_ALL, StatementKind.DEALLOCATE)
        : named(Effect.Type.DEALLOCATE, StatementKind.DEALLOCATE);
  }

  private StatementKind unlisten() {
    reader.advanceToName();
    return reader.token() == '*'
        ? complete(Effect.Type.UNLISTEN_ALL, StatementKind.SESSION)
        : named(Effect.Type.UNLISTEN, StatementKind.SESSION);
  }

  /** The current token must be the statement's last. */
  private StatementKind complete(Effect.Type type, StatementKind kind) {
    reader.advance();
    if (!reader.atEnd()) {
      return notUnderstood();
    }
    effects.add(type);
    return kind;
  }

  /** The current token must be a name, and the statement's last. */
  private StatementKind named(Effect.Type type, StatementKind kind) {
    if (!reader.isName()) {
      return notUnderstood();
    }
    int start = reader.lexer().start();
    int end = reader.lexer().end();
    reader.advance();
    if (!reader.atEnd()) {
      return notUnderstood();
    }
    effects.add(type, reader.lexer().identifier(start, end), start, end);
    return kind;
  }

  /**
   * Most likely an error, which the server will tell; if it is none, anything may have happened.
   */
  private StatementKind notUnderstood() {
    effects.pin(PinReason.UNKNOWN_STATEMENT);
    return StatementKind.UNKNOWN;
  }

  private StatementKind declare() {
    reader.advanceToName();
    int start = reader.lexer().start();
    int end = reader.lexer().end();
    boolean named = reader.isName();
    while (!reader.atEnd() && reader.word() != Word.FOR) {
      reader.advance();
      if (reader.word() == Word.HOLD && reader.previousWord() == Word.WITH) {
        effects.pin(PinReason.HOLD_CURSOR);
        String name = named ? reader.lexer().identifier(start, end) : UNREADABLE;
        if (!name.contains(UNREADABLE)) { // two of them may look alike
          effects.addOnce(new Effect(Effect.Type.OPEN_CURSOR, name));
        }
      }
    }
    return StatementKind.DECLARE;
  }

  private StatementKind close() {
    reader.advanceToName();
    if (reader.word() == Word.ALL) {
      effects.unpin(Effect.Type.UNPIN, PinReason.HOLD_CURSOR);
    } else if (reader.isName()) {
      int start = reader.lexer().start();
      int end = reader.lexer().end();
      effects.addOnce(new Effect(Effect.Type.CLOSE_CURSOR, reader.lexer().identifier(start, end)));
    }
    return StatementKind.CLOSE;
  }

  private StatementKind codeBlock() {
    codeBlock = true;
    boolean opaque = !knowsBlocks;
    while (!reader.atEnd()) {
      reader.advance();
      if (reader.previousWord() == Word.LANGUAGE) {
        opaque |= !isPlpgsql();
      } else if (reader.isLiteral()) {
        opaque |= block.mayChangeSession(reader.lexer(), reader.token());
      }
    }
    if (opaque) {
      effects.pin(PinReason.UNKNOWN_STATEMENT);
    }
    return StatementKind.BLOCK;
  }

  private boolean isPlpgsql() {
    return switch (reader.token()) {
      case Lexer.WORD -> reader.word() == Word.PLPGSQL;
      case Lexer.QUOTED, Lexer.STRING -> Word.inQuotes(reader.lexer()) == Word.PLPGSQL;
      default -> false;
    };
  }

  private StatementKind explain() {
    reader.advance();
    if (reader.token() == '(') {
      reader.advance();
      while (!reader.atEnd() && reader.depth() > 0) {
        reader.advance();
      }
      if (!reader.atEnd()) {
        reader.advance();
      }
    } else {
      while (reader.word() == Word.ANALYZE
          || reader.word() == Word.ANALYSE
          || reader.word() == Word.VERBOSE) {
        reader.advance();
      }
    }
    if (reader.word() == Word.EXECUTE) {
      reader.advanceToName();
      nameEffect(Effect.Type.EXECUTE);
    } else if (reader.word() == Word.CREATE) {
      create();
    }
    return StatementKind.EXPLAIN;
  }

  private StatementKind create() {
    reader.markDefinition();
    reader.advance();
    if (reader.accept(Word.OR)) {
      reader.accept(Word.REPLACE);
    }
    if (reader.word() == Word.LOCAL || reader.word() == Word.GLOBAL) {
      reader.advance();
    }
    boolean temporary = reader.word() == Word.TEMP || reader.word() == Word.TEMPORARY;
    if (temporary || reader.word() == Word.UNLOGGED) {
      reader.advance();
    }
    if (reader.word() == Word.TABLE) {
      boolean dropped = createTable();
      temporary &= !dropped;
    } else if (reader.word() == Word.FUNCTION || reader.word() == Word.PROCEDURE) {
      reader.skipRoutine();
    } else {
      noteExtension();
      databases.create();
    }
    if (temporary) {
      effects.pin(PinReason.TEMP_TABLE);
    }
    return StatementKind.DDL;
  }

  /** The scripts of an extension, as languages are, run what they like, and load its library. */
  private void noteExtension() {
    if (reader.word() == Word.EXTENSION || reader.word() == Word.LANGUAGE) {
      effects.add(Effect.Type.LAST_USE);
    }
  }

  /** Returns whether the table goes when the transaction ends. */
  private boolean createTable() {
    boolean dropped = false;
    boolean onCommit = false;
    boolean body = false;
    while (!reader.atEnd()) {
      reader.advance();
      if (reader.depth() > 0 || body) {
        continue;
      }
      switch (reader.word()) {
        case COMMIT -> {
          onCommit = reader.previousWord() == Word.ON;
          continue;
        }
        case DROP -> dropped |= onCommit;
        case EXECUTE -> {
          if (reader.previousWord() == Word.AS) {
            reader.advanceToName();
            nameEffect(Effect.Type.EXECUTE);
          }
          body = true;
        }
        case SELECT, WITH, VALUES, TABLE -> body |= reader.previousWord() == Word.AS;
        default -> {}
      }
      onCommit = false;
    }
    return dropped;
  }

  /** The current token names what the statement is about. */
  private void nameEffect(Effect.Type type) {
    if (reader.isName()) {
      Lexer lexer = reader.lexer();
      effects.add(type, lexer.identifier(lexer.start(), lexer.end()), lexer.start(), lexer.end());
    } else if (reader.token() == Lexer.UNICODE_QUOTED) {
      effects.pin(PinReason.UNKNOWN_STATEMENT);
    }
  }
}
