package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.ByteClass;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.EffectList;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementKind;

/**
 * Reads the tokens of a text one by one, knows where its statements end, and watches for what has
 * an effect wherever in a statement it stands: variables and calls of certain functions. What
 * comments have that servers run is read like the rest.
 */
final class MysqlTokens {
  /** {@code @name}. */
  static final int USER_VARIABLE = 300;

  /** {@code @@name}, {@code @@scope.name}: the lexer is at the last part of the name. */
  static final int SYSTEM_VARIABLE = 301;

  /** Every server runs what is in a comment for this version, and none leaves it out. */
  private static final int RUN_BY_ALL = 50_699;

  private static final int SHORTEST_TABLE = MysqlWord.SYSTEM_VARIABLES.name().length();
  private static final int LONGEST_TABLE = MysqlWord.VARIABLES_BY_THREAD.name().length();

  private final MysqlLexer lexer = new MysqlLexer(false);
  private final EffectList effects;
  private final LockCall lock;
  private final EarlierStatements earlier = new EarlierStatements();

  private int token;
  private MysqlWord word;
  private int previousToken;
  private MysqlWord previousWord;
  private boolean qualified;
  private int depth;
  private boolean inComment;
  private boolean doubtful;
  private MysqlWord scope;

  /** The call whose bracket was opened last, until the next token; null where it matters not. */
  private MysqlEffect call;

  private int callStart;
  private int variableStart;
  private boolean unseen;
  private int nameStart;
  private int nameEnd;
  private boolean accounts;
  private boolean idle;
  private boolean writesFile;
  private boolean selects;
  private int tables;
  private boolean calls;
  private MysqlWord first;

  MysqlTokens(EffectList effects) {
    this.effects = effects;
    this.lock = new LockCall(lexer, effects);
  }

  void reset(byte[] text, int offset, int length, LexerMode mode) {
    lexer.reset(text, offset, length, mode);
    inComment = false;
    doubtful = false;
    lock.reset();
    earlier.reset();
    token = ';';
  }

  /** Forgets the statement read and moves to the first token of the next one, if there is one. */
  void nextStatement() {
    depth = 0;
    token = ';';
    word = MysqlWord.OTHER;
    qualified = false;
    accounts = false;
    idle = false;
    unseen = true;
    call = null;
    writesFile = false;
    selects = false;
    tables = 0;
    calls = false;
    advance();
    first = word;
  }

  /** A statement of this kind ends here, or a part of one that is carried out before the rest. */
  void ran(StatementKind kind) {
    earlier.add(first, kind, selects, calls);
  }

  /** Moves to the next token. Must not be called where {@link #atEnd()}. */
  void advance() {
    previousToken = token;
    previousWord = word;
    boolean behindDot = token == '.';
    token = visible();
    word = MysqlWord.OTHER;
    if (lock.isOpen()) {
      lock.token(token);
    }
    if (call != null) {
      endCall();
    }
    switch (token) {
      case Lexer.WORD -> {
        MysqlWord found = MysqlWord.find(lexer.text(), lexer.start(), lexer.end());
        word = behindDot ? MysqlWord.OTHER : found;
        name(behindDot);
        watch(found, behindDot);
      }
      case Lexer.QUOTED -> {
        name(behindDot);
        watchQuoted();
      }
      case '(' -> {
        depth++;
        if (previousToken == Lexer.WORD || previousToken == Lexer.QUOTED) {
          called();
        }
      }
      case ')' -> depth -= depth > 0 ? 1 : 0;
      case '@' -> variable();
      default -> {}
    }
  }

  /** Moves to the end of the statement. */
  void skip() {
    while (!atEnd()) {
      advance();
    }
  }

  /** Moves to the next token that ends the statement or is a comma outside of brackets. */
  void skipToComma() {
    while (!atEnd() && !(token == ',' && depth == 0)) {
      advance();
    }
  }

  /** Moves on if the current word is this one, and says whether it was. */
  boolean accept(MysqlWord expected) {
    if (word != expected) {
      return false;
    }
    advance();
    return true;
  }

  /** True if the current token is the one after the statement's last. */
  boolean atEnd() {
    return token < 0 || token == ';';
  }

  int token() {
    return token;
  }

  MysqlWord word() {
    return word;
  }

  MysqlWord previousWord() {
    return previousWord;
  }

  int depth() {
    return depth;
  }

  MysqlLexer lexer() {
    return lexer;
  }

  boolean isName() {
    return token == Lexer.WORD || token == Lexer.QUOTED;
  }

  boolean isLiteral() {
    return token == Lexer.STRING || token == Lexer.ESCAPE_STRING;
  }

  /** SESSION, LOCAL, GLOBAL and the like before the name of a system variable; OTHER for none. */
  MysqlWord scope() {
    return scope;
  }

  /** The name that the current token stands for, as it is written. */
  String name() {
    byte[] text = lexer.text();
    if (token == Lexer.QUOTED || lexer.end() > lexer.start() && isQuote(text[lexer.start()])) {
      String content = Lexer.decode(text, lexer.contentStart(), lexer.contentEnd());
      String close = String.valueOf((char) text[lexer.end() - 1]);
      return content.replace(close + close, close);
    }
    return Lexer.decode(text, lexer.start(), lexer.end());
  }

  /**
   * The name that the current token stands for, if it is spelled with signs that mean the same in
   * every character set and mode; else null.
   */
  String plainName() {
    if (!isName()) {
      return null;
    }
    String name = name();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_')) {
        return null;
      }
    }
    return name.isEmpty() ? null : name;
  }

  private static boolean isQuote(byte b) {
    return b == '`' || b == '"';
  }

  /** Treats a name after @ as the host of an account from here on, not as a variable. */
  void namesAccounts() {
    accounts = true;
  }

  /** Treats the following text as stored, not run. */
  void runsNothing() {
    idle = true;
  }

  /** Treats names before brackets from here on as types, columns and the like. */
  void callsNothing() {
    unseen = false;
  }

  /** Calls of what is not built in are noted from here on. */
  void mayCall() {
    unseen = true;
  }

  /** True if it has been INTO OUTFILE or INTO DUMPFILE. */
  boolean writesFile() {
    return writesFile;
  }

  /** True if a query was met, be it inside of something else. */
  boolean selects() {
    return selects;
  }

  /** True if a comment was met that only some servers run. */
  boolean doubtful() {
    return doubtful;
  }

  /**
   * True if it may read from a table, or a view.
   *
   * @param names whether it may have one of the words for that without reading anything
   */
  boolean readsTables(boolean names) {
    return tables > (names && !selects ? 1 : 0);
  }

  void own(MysqlEffect effect) {
    effects.addOnce(new Effect(effect, "", -1, -1));
  }

  /**
   * Notes that the text at this place reads state that an earlier statement has left, maybe one of
   * this text.
   */
  void reads(MysqlEffect effect, int start, int end) {
    if (earlier.leave(effect)) {
      effects.add(effect, "", start, end);
    } else if (effect == MysqlEffect.READS_FOUND_ROWS && earlier.mayLeaveFound()) {
      own(MysqlEffect.READS_FOUND_ROWS_UNSEEN);
    } else if (effect == MysqlEffect.READS_LAST_INSERT_ID) {
      own(effect); // they may have generated none
    }
  }

  /** The next token, the marks of comments that are run left out. */
  private int visible() {
    while (true) {
      int next = lexer.next();
      if (next == Lexer.EXECUTABLE) {
        inComment = true;
        doubtful |= !isRunByAll();
      } else if (inComment && next == '*' && endsComment()) {
        lexer.next();
        inComment = false;
      } else {
        return next == Lexer.END && inComment ? Lexer.BROKEN : next;
      }
    }
  }

  private boolean endsComment() {
    return lexer.end() < lexer.limit() && lexer.text()[lexer.end()] == '/';
  }

  /** A comment that names no version, or one that every server has had for long. */
  private boolean isRunByAll() {
    byte[] text = lexer.text();
    int p = lexer.start() + 2;
    if (text[p] == 'M') {
      return false;
    }
    long version = 0;
    for (p++; p < lexer.end() && version <= RUN_BY_ALL; p++) {
      version = version * 10 + text[p] - '0';
    }
    return version <= RUN_BY_ALL;
  }

  private void name(boolean behindDot) {
    qualified = behindDot;
    nameStart = lexer.start();
    nameEnd = lexer.end();
  }

  private void watch(MysqlWord found, boolean behindDot) {
    if (idle) {
      return;
    }
    switch (found) {
      case SELECT -> {
        unseen = true;
        selects = true;
      }
      case FROM, TABLE -> tables++;
      case NEXTVAL -> {
        if (behindDot) {
          effects.pin(MysqlPins.SEQUENCE); // as Oracle spells it
        }
      }
      case CURRVAL -> {
        if (behindDot) {
          lastValue();
        }
      }
      case VALUE -> {
        if (previousWord == MysqlWord.NEXT) {
          effects.pin(MysqlPins.SEQUENCE);
        } else if (previousWord == MysqlWord.PREVIOUS) {
          lastValue();
        }
      }
      case SESSION_VARIABLES, SYSTEM_VARIABLES, VARIABLES_BY_THREAD ->
          own(MysqlEffect.READS_LAST_INSERT_ID);
      case SQL_CALC_FOUND_ROWS -> own(MysqlEffect.COUNTS_FOUND_ROWS);
      case RETURNING -> own(MysqlEffect.SETS_LAST_INSERT_ID); // no answer with rows says so
      case OUTFILE, DUMPFILE -> writesFile |= previousWord == MysqlWord.INTO;
      default -> {}
    }
  }

  /** A table with variables of sessions may stand in quotes as well. */
  private void watchQuoted() {
    int length = nameEnd - nameStart - 2;
    if (!idle && length >= SHORTEST_TABLE && length <= LONGEST_TABLE) {
      switch (MysqlWord.inQuotes(lexer)) {
        case SESSION_VARIABLES, SYSTEM_VARIABLES, VARIABLES_BY_THREAD ->
            own(MysqlEffect.READS_LAST_INSERT_ID);
        default -> {}
      }
    }
  }

  /**
   * Notes a read of a sequence's last value, which a column's default may have produced without a
   * trace in any text: a session that reads it once keeps its connection from then on.
   */
  private void lastValue() {
    effects.add(Effect.Type.LAST_VALUE);
    effects.pin(MysqlPins.SEQUENCE);
  }

  /** The bracket just opened follows a name: notes what a call does. */
  private void called() {
    if (idle) {
      return;
    }
    byte[] text = lexer.text();
    boolean quoted = previousToken == Lexer.QUOTED;
    int from = quoted ? nameStart + 1 : nameStart;
    int to = quoted ? nameEnd - 1 : nameEnd;
    if (!qualified) {
      switch (MysqlWord.find(text, from, to)) {
        case GET_LOCK -> lock.called();
        case RELEASE_LOCK, RELEASE_ALL_LOCKS ->
            effects.unpin(Effect.Type.MAY_UNPIN, MysqlPins.NAMED_LOCK);
        case NEXTVAL -> effects.pin(MysqlPins.SEQUENCE);
        case DEFAULT -> {
          if (unseen) {
            effects.pin(MysqlPins.SEQUENCE); // which may be what a column's default draws from
          }
        }
        case LASTVAL -> lastValue();
        case FOUND_ROWS -> begin(MysqlEffect.READS_FOUND_ROWS);
        case ROW_COUNT -> begin(MysqlEffect.READS_ROW_COUNT);
        case CONNECTION_ID -> begin(MysqlEffect.READS_CONNECTION_ID);
        case LAST_INSERT_ID -> begin(MysqlEffect.READS_LAST_INSERT_ID);
        default -> {}
      }
    }
    if (unseen && (qualified || !BuiltInFunctions.mayPrecedeBracket(text, from, to, quoted))) {
      calls = true;
      effects.addOnce(new Effect(MysqlEffect.CALLS_UNSEEN, Lexer.decode(text, from, to), -1, -1));
    }
  }

  private void begin(MysqlEffect effect) {
    call = effect;
    callStart = nameStart;
  }

  /** The current token follows the bracket of a call that has no argument, or that sets an id. */
  private void endCall() {
    if (token == ')') {
      reads(call, callStart, lexer.end());
    } else {
      own(call);
      if (call == MysqlEffect.READS_LAST_INSERT_ID) {
        own(MysqlEffect.SETS_LAST_INSERT_ID);
      }
    }
    call = null;
  }

  /** The current token is @. */
  private void variable() {
    byte[] text = lexer.text();
    int next = lexer.end();
    if (next < lexer.limit() && text[next] == '@') {
      lexer.next();
      token = SYSTEM_VARIABLE;
      variableStart = next - 1;
      systemVariable();
      return;
    }
    token = USER_VARIABLE;
    while (next < lexer.limit() && continues(text[next])) {
      int part = lexer.next();
      if (part < 0) {
        token = part;
        return;
      }
      next = lexer.end();
      if (part >= Lexer.QUOTED && part <= Lexer.ESCAPE_STRING) {
        break;
      }
    }
    if (!idle && !(accounts && isAccount())) {
      effects.pin(MysqlPins.USER_VARIABLE);
    }
  }

  /** True if what stands before @ is the name of a user. */
  private boolean isAccount() {
    return switch (previousToken) {
      case Lexer.WORD, Lexer.QUOTED, Lexer.STRING, Lexer.ESCAPE_STRING -> true;
      default -> false;
    };
  }

  private static boolean continues(byte b) {
    return ByteClass.isInWord(b) || b == '.' || b == '`' || b == '\'' || b == '"';
  }

  private void systemVariable() {
    scope = MysqlWord.OTHER;
    int part = lexer.next();
    while (part == Lexer.WORD || part == Lexer.QUOTED) {
      int after = lexer.end();
      if (after >= lexer.limit() || lexer.text()[after] != '.') {
        readSystemVariable();
        return;
      }
      MysqlWord before = MysqlWord.find(lexer.text(), lexer.start(), lexer.end());
      if (scope == MysqlWord.OTHER) {
        scope = before;
      }
      lexer.next();
      part = lexer.next();
    }
    if (part < 0) {
      token = part;
    }
  }

  private void readSystemVariable() {
    if (idle) {
      return;
    }
    byte[] text = lexer.text();
    boolean quoted = isQuote(text[lexer.start()]);
    int from = lexer.start() + (quoted ? 1 : 0);
    switch (MysqlWord.find(text, from, lexer.end() - (quoted ? 1 : 0))) {
      case IDENTITY, LAST_INSERT_ID ->
          reads(MysqlEffect.READS_LAST_INSERT_ID, variableStart, lexer.end());
      case WARNING_COUNT, ERROR_COUNT -> own(MysqlEffect.READS_DIAGNOSTICS);
      case PSEUDO_THREAD_ID ->
          effects.add(MysqlEffect.READS_CONNECTION_ID, "", variableStart, lexer.end());
      case LAST_GTID -> reads(MysqlEffect.READS_LAST_GTID, variableStart, lexer.end());
      default -> {}
    }
  }
}
