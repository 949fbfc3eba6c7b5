package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.EffectList;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;

/**
 * Classifies whole batches, whose statements may follow each other without a semicolon: a reserved
 * word that can begin a statement does, unless the statement that it stands in has a place for it.
 *
 * <p>Text in double quotes counts as a name, whatever QUOTED_IDENTIFIER says: it ends at the same
 * place, and a literal can do less. Names of statements are never quoted.
 */
final class SqlServerClassifier implements StatementClassifier {
  private final SqlServerLexer lexer = new SqlServerLexer(false);
  private final EffectList effects = new EffectList();
  private final SqlServerBatch batch = new SqlServerBatch();
  private final SqlServerCalls calls = new SqlServerCalls(effects, batch);
  private final SetReader sets = new SetReader(this, effects);
  private final InnerText inner = new InnerText(this);

  private int token;
  private SqlServerWord word;
  private SqlServerWord previous;
  private boolean behindDot;
  private int depth;
  private int cases;

  /** The word that began the present statement; null where none has begun. */
  private SqlServerWord statement;

  private StatementKind kind;
  private boolean toTheEnd;

  /** True where INSERT has its rows' source ahead, UPDATE its SET, WITH its verb. */
  private boolean awaits;

  /** True if the present statement is a DROP that is sure to run. */
  private boolean drops;

  /** Schema that the procedure was named with which is called; empty for none. */
  private String schema = "";

  @Override
  public SqlDialect dialect() {
    return SqlServerSql.DIALECT;
  }

  @Override
  public StatementFacts classify(byte[] sql, int offset, int length, LexerMode lexerMode) {
    effects.clear(offset);
    lexer.reset(sql, offset, length, lexerMode);
    restart();
    advance();
    while (token >= 0) {
      if (toTheEnd) {
        advance();
      } else {
        read();
      }
    }
    if (token == Lexer.BROKEN) {
      return StatementFacts.UNREADABLE;
    }
    endStatement();
    return batch.facts(effects);
  }

  /** True if the batch that was read begins or ends transactions, or returns to savepoints. */
  boolean controlsTransaction() {
    return batch.controlsTransaction();
  }

  private void restart() {
    batch.restart();
    sets.restart();
    depth = 0;
    cases = 0;
    token = ';';
    word = SqlServerWord.OTHER;
    previous = SqlServerWord.OTHER;
    behindDot = false;
    statement = null;
    kind = null;
    toTheEnd = false;
    awaits = false;
    drops = false;
  }

  /** Moves to the next token. */
  void advance() {
    previous = word;
    behindDot = token == '.';
    token = lexer.next();
    word = SqlServerWord.OTHER;
    switch (token) {
      case Lexer.WORD -> {
        if (!behindDot) {
          word = SqlServerWord.find(lexer.text(), lexer.start(), lexer.end());
        }
        name();
      }
      case Lexer.QUOTED -> name();
      case '(' -> depth++;
      case ')' -> depth -= depth > 0 ? 1 : 0;
      default -> {}
    }
  }

  /** A name is met, wherever it stands: what it has as an effect by itself. */
  private void name() {
    byte[] text = lexer.text();
    boolean quoted = token == Lexer.QUOTED;
    int from = quoted ? lexer.contentStart() : lexer.start();
    if (from < lexer.end() && text[from] == '#') {
      temporary(text, from, quoted);
      return;
    }
    // The body of a definition reads nothing before it runs.
    if (!quoted && text[from] >= 0 && word == SqlServerWord.OTHER && !toTheEnd) {
      calls.readName(text, from, lexer.end());
    }
    if (quoted && !toTheEnd) {
      calls.readQuoted(text, from, lexer.contentEnd());
    }
    if (!quoted && SqlServerPlaces.isOdd(text, from, lexer.end())) {
      doubt();
    }
  }

  private void temporary(byte[] text, int from, boolean quoted) {
    int to = quoted ? lexer.contentEnd() : lexer.end();
    String name = Lexer.decode(text, from, to);
    PinReason reason = SqlServerPins.ofTable(name);
    if (drops) {
      effects.endObject(reason, name);
    } else if (statement == SqlServerWord.DROP) {
      effects.unpin(Effect.Type.MAY_UNPIN, reason);
    } else {
      effects.pinObject(reason, name);
    }
  }

  /** Reads on from the current token, at least by one. */
  private void read() {
    if (token == ';' && depth == 0) {
      endStatement();
      advance();
      return;
    }
    if (depth > 0 && token != '(') {
      inBrackets();
      return;
    }
    switch (word) {
      case CASE -> {
        if (statement == null) {
          begin();
        } else {
          cases++;
          advance();
        }
      }
      case OTHER -> other();
      default -> {
        if (continues()) {
          inStatement();
          advance();
        } else {
          begin();
        }
      }
    }
  }

  private void inBrackets() {
    switch (word) {
      case CASE -> cases++;
      case END -> cases -= cases > 0 ? 1 : 0;
      case INSERT, UPDATE, DELETE, RECEIVE -> atLeast(StatementKind.DML);
      case OPENROWSET, OPENQUERY, OPENDATASOURCE -> runsElsewhere();
      case EXEC, EXECUTE -> doubt();
      default -> {}
    }
    advance();
  }

  /** A token that is no word of the classifier's. */
  private void other() {
    if (statement != null || kind != null) {
      advance();
      return;
    }
    if (token == '(') {
      start(SqlServerWord.SELECT, StatementKind.SELECT);
      advance();
    } else if (batch.isEmpty() && (token == Lexer.WORD || token == Lexer.QUOTED)) {
      start(SqlServerWord.EXEC, StatementKind.CALL);
      call();
    } else {
      start(SqlServerWord.OTHER, StatementKind.UNKNOWN);
      doubt();
      advance();
    }
  }

  private void doubt() {
    effects.pin(PinReason.UNKNOWN_STATEMENT);
    batch.changes();
    if (kind != null) {
      kind = StatementKind.UNKNOWN;
    }
  }

  private void runsElsewhere() {
    effects.addOnce(new Effect(SqlServerEffect.RUNS_ELSEWHERE, "", -1, -1));
    atLeast(StatementKind.DML);
  }

  private void atLeast(StatementKind least) {
    batch.changes();
    if (kind == StatementKind.SELECT || kind == StatementKind.SET) {
      kind = least;
    }
  }

  /** True if the current word is a part of the statement that has begun. */
  private boolean continues() {
    return statement != null
        && (!isStarter() || SqlServerPlaces.hasPlace(statement, word, previous, awaits, cases > 0));
  }

  private boolean isStarter() {
    return statement == null ? word.beginsAtStart() : begins();
  }

  /** Notes what a word means inside the statement that has begun. */
  private void inStatement() {
    if (statement == SqlServerWord.GRANT
        || statement == SqlServerWord.REVOKE
        || statement == SqlServerWord.DENY) {
      awaits &= word != SqlServerWord.TO && word != SqlServerWord.FROM;
      return;
    }
    switch (word) {
      case SELECT -> {
        if (statement == SqlServerWord.WITH && awaits) {
          statement = SqlServerWord.SELECT;
          kind = StatementKind.SELECT;
        }
        awaits = false;
      }
      case INSERT, UPDATE, DELETE, MERGE -> {
        batch.changes();
        if (statement == SqlServerWord.WITH) {
          statement = word;
          kind = StatementKind.DML;
          awaits = word == SqlServerWord.INSERT || word == SqlServerWord.UPDATE;
        }
      }
      case SET -> awaits = false;
      case VALUES -> awaits &= statement != SqlServerWord.INSERT;
      case EXEC, EXECUTE -> {
        awaits = false;
        batch.changes();
        call();
      }
      case INTO -> {
        if (statement == SqlServerWord.SELECT) {
          kind = StatementKind.DDL;
          batch.changes();
        }
      }
      case END -> cases -= cases > 0 ? 1 : 0;
      case OPENROWSET, OPENQUERY, OPENDATASOURCE -> runsElsewhere();
      case PROC, PROCEDURE, FUNCTION, TRIGGER, VIEW ->
          toTheEnd |= previous == SqlServerWord.CREATE || previous == SqlServerWord.ALTER;
      case STATISTICS -> awaits &= statement != SqlServerWord.UPDATE;
      case BULK -> {
        if (statement == SqlServerWord.INSERT && previous == SqlServerWord.INSERT) {
          effects.addOnce(new Effect(SqlServerEffect.AWAITS_ROWS, "", -1, -1));
        }
        kind = StatementKind.BULK;
        awaits = false;
      }
      default -> {}
    }
  }

  private void start(SqlServerWord by, StatementKind as) {
    endStatement();
    statement = by;
    kind = as;
    batch.begins();
    awaits = false;
    drops = false;
    cases = 0;
  }

  private void endStatement() {
    if (kind != null) {
      boolean inserts = statement == SqlServerWord.INSERT || statement == SqlServerWord.MERGE;
      if (inserts) {
        effects.addOnce(new Effect(SqlServerEffect.GENERATES_IDENTITY, "", -1, -1));
      }
      batch.ends(kind, inserts);
    }
    statement = null;
    kind = null;
    awaits = false;
    drops = false;
  }

  /** Reads the beginning of the statement that the current word begins. */
  private void begin() {
    SqlServerWord by = word;
    switch (by) {
      case SELECT -> begin(StatementKind.SELECT, false);
      case WITH -> begin(StatementKind.SELECT, true);
      case INSERT, UPDATE -> begin(StatementKind.DML, true);
      case DELETE, MERGE, WRITETEXT, UPDATETEXT, RECEIVE, SEND, MOVE, GET ->
          begin(StatementKind.DML, false);
      case READTEXT -> begin(StatementKind.SELECT, false);
      case BULK -> begin(StatementKind.BULK, false);
      case CREATE, ALTER, TRUNCATE, ADD, ENABLE, DISABLE -> begin(StatementKind.DDL, false);
      case GRANT, REVOKE, DENY -> begin(StatementKind.DDL, true);
      case DROP -> drop();
      case EXEC, EXECUTE -> {
        start(by, StatementKind.CALL);
        call();
      }
      case BEGIN -> beginBlock();
      case COMMIT, ROLLBACK, SAVE -> transaction(by);
      case IF, WHILE, ELSE, GOTO, RETURN, BREAK, CONTINUE -> control(by);
      case END -> {
        endStatement();
        advance();
        if (word == SqlServerWord.TRY || word == SqlServerWord.CATCH) {
          advance();
        } else if (word == SqlServerWord.CONVERSATION) {
          start(SqlServerWord.SEND, StatementKind.DML);
        }
      }
      case DECLARE -> declare();
      case SET -> set();
      case USE -> use();
      case OPEN, CLOSE, DEALLOCATE, FETCH -> cursor(by);
      case REVERT -> {
        effects.unpin(Effect.Type.MAY_UNPIN, SqlServerPins.EXECUTE_AS);
        begin(StatementKind.SESSION, false);
      }
      case SETUSER -> {
        effects.pin(SqlServerPins.EXECUTE_AS);
        begin(StatementKind.SESSION, false);
      }
      case KILL -> {
        start(by, StatementKind.UTILITY);
        effects.addOnce(new Effect(SqlServerEffect.KILLS_CONNECTION, "", -1, -1));
        advance();
      }
      case DBCC -> {
        start(by, StatementKind.UTILITY);
        effects.pin(SqlServerPins.TRACE_FLAG);
        advance();
      }
      case PRINT, RAISERROR, WAITFOR, THROW -> {
        if (by == SqlServerWord.THROW) {
          batch.mayBranch();
        }
        begin(StatementKind.UTILITY, false);
      }
      case BACKUP, RESTORE, CHECKPOINT, RECONFIGURE, SHUTDOWN, DUMP, LOAD ->
          begin(StatementKind.UTILITY, false);
      default -> {
        start(by, StatementKind.UNKNOWN);
        doubt();
        advance();
      }
    }
  }

  private void begin(StatementKind as, boolean awaiting) {
    start(word, as);
    awaits = awaiting;
    advance();
  }

  private void control(SqlServerWord by) {
    batch.mayBranch();
    if (by == SqlServerWord.GOTO) {
      sets.jumpsBack();
    }
    start(by, StatementKind.SHOW);
    advance();
  }

  private void drop() {
    start(SqlServerWord.DROP, StatementKind.DDL);
    advance();
    drops = word == SqlServerWord.TABLE && !batch.branches();
  }

  private void beginBlock() {
    advance();
    switch (word) {
      case TRAN, TRANSACTION -> beginTransaction();
      case DISTRIBUTED -> {
        effects.pin(SqlServerPins.SHARED_TRANSACTION);
        beginTransaction();
      }
      case DIALOG, CONVERSATION -> begin(StatementKind.DML, false);
      case TRY, CATCH -> {
        batch.mayBranch();
        endStatement();
        advance();
      }
      default -> endStatement();
    }
  }

  private void beginTransaction() {
    start(SqlServerWord.BEGIN, StatementKind.BEGIN);
    batch.beginsTransaction();
    boolean distributed = word == SqlServerWord.DISTRIBUTED;
    advance();
    if (distributed || isNamed()) {
      effects.addOnce(new Effect(SqlServerEffect.NAMES_TRANSACTION, "", -1, -1));
    }
  }

  private void transaction(SqlServerWord by) {
    batch.controls();
    start(
        by,
        switch (by) {
          case COMMIT -> StatementKind.COMMIT;
          case ROLLBACK -> StatementKind.ROLLBACK;
          default -> StatementKind.SAVEPOINT;
        });
    advance();
    boolean named = word == SqlServerWord.TRAN || word == SqlServerWord.TRANSACTION;
    if (named || word == SqlServerWord.WORK) {
      advance();
    }
    boolean hasName = named && isNamed();
    if (by == SqlServerWord.ROLLBACK && hasName) {
      kind = StatementKind.SAVEPOINT;
      effects.addOnce(new Effect(SqlServerEffect.ROLLS_BACK_TO_NAME, "", -1, -1));
    } else if (by == SqlServerWord.ROLLBACK) {
      batch.rollsBack();
    } else if (by == SqlServerWord.COMMIT) {
      batch.commits();
    }
  }

  private boolean isNamed() {
    return token == Lexer.QUOTED || token == Lexer.WORD && !isStarter();
  }

  private void declare() {
    start(SqlServerWord.DECLARE, StatementKind.SHOW);
    advance();
    boolean variable = token == Lexer.WORD && lexer.text()[lexer.start()] == '@';
    if (variable || token < 0) {
      return;
    }
    String cursor = spelled();
    boolean local = false;
    while (token >= 0 && token != ';' && word != SqlServerWord.FOR) {
      advance();
      local |= word == SqlServerWord.LOCAL;
    }
    kind = StatementKind.DECLARE;
    if (local) {
      batch.hasLocalCursor();
    } else {
      effects.pinObject(SqlServerPins.CURSOR, cursor);
    }
  }

  private void cursor(SqlServerWord by) {
    start(
        by,
        switch (by) {
          case FETCH -> StatementKind.FETCH;
          case CLOSE, DEALLOCATE -> StatementKind.CLOSE;
          default -> StatementKind.SESSION;
        });
    advance();
    boolean key =
        word == SqlServerWord.SYMMETRIC
            || word == SqlServerWord.MASTER
            || word == SqlServerWord.ALL && by == SqlServerWord.CLOSE;
    if (key && by == SqlServerWord.OPEN) {
      effects.pin(SqlServerPins.KEY);
    } else if (key) {
      effects.unpin(Effect.Type.MAY_UNPIN, SqlServerPins.KEY);
    } else if (by == SqlServerWord.DEALLOCATE && batch.mayDeallocateAnother()) {
      effects.unpin(Effect.Type.MAY_UNPIN, SqlServerPins.CURSOR);
    } else if (by == SqlServerWord.DEALLOCATE) {
      effects.endObject(SqlServerPins.CURSOR, spelled());
    }
  }

  private void use() {
    start(SqlServerWord.USE, StatementKind.SESSION);
    advance();
    if (token != Lexer.WORD && token != Lexer.QUOTED) {
      doubt();
      return;
    }
    effects.add(SqlServerEffect.USES_DATABASE, spelled(), lexer.start(), lexer.end());
    advance();
  }

  private void set() {
    start(SqlServerWord.SET, StatementKind.SET);
    advance();
    if (token == Lexer.WORD && lexer.text()[lexer.start()] == '@') {
      kind = StatementKind.SHOW;
      return;
    }
    if (!sets.read(!batch.branches())) {
      doubt();
    }
  }

  /** Reads what follows EXEC, or the first name of a batch that begins with a procedure's. */
  private void call() {
    batch.changes();
    if (word == SqlServerWord.EXEC || word == SqlServerWord.EXECUTE) {
      advance();
    }
    if (word == SqlServerWord.AS) {
      effects.pin(SqlServerPins.EXECUTE_AS);
      kind = StatementKind.SESSION;
      return;
    }
    String name = token == '(' ? null : procedure();
    if (name == null || !calls.called(schema, name)) {
      runsText(name);
    }
  }

  /** A text is run, or a procedure that cannot be told from that; null for a computed name. */
  private void runsText(String procedure) {
    if (!inner.read(procedure, effects)) {
      effects.pin(SqlServerPins.RUN_TEXT);
    }
    batch.changes();
    if (kind != null) {
      kind = StatementKind.UNKNOWN;
    }
  }

  /** The last part of a procedure's name; null where it is computed. */
  private String procedure() {
    String last = null;
    schema = "";
    while (true) {
      if (token == '.') {
        schema = behindDot || last == null ? "" : last;
      } else if (token == '=') {
        last = null;
      } else if ((token == Lexer.WORD || token == Lexer.QUOTED) && (last == null || behindDot)) {
        last = spelled();
      } else {
        break;
      }
      advance();
    }
    return last == null || last.startsWith("@") ? null : last;
  }

  /** The current token as it is written. */
  String written() {
    return Lexer.decode(lexer.text(), lexer.start(), lexer.end());
  }

  int token() {
    return token;
  }

  /** True if the current token begins a statement, wherever it stands. */
  boolean begins() {
    return word.begins();
  }

  /** The current name as it is spelled, without its quotes. */
  String spelled() {
    byte[] text = lexer.text();
    return token == Lexer.QUOTED
        ? Lexer.decode(text, lexer.contentStart(), lexer.contentEnd())
        : Lexer.decode(text, lexer.start(), lexer.end());
  }
}
