package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;

/**
 * Reads the tokens of a text one by one, knows where its statements end, and watches for what has
 * an effect wherever in a statement it stands: calls of certain functions, temporary schemas,
 * {@code INTO TEMP}.
 */
final class TokenReader {
  private static final byte[] TEMPORARY_SCHEMA = "pg_temp".getBytes(StandardCharsets.US_ASCII);

  private final Lexer lexer = new Lexer();
  private final EffectList effects;
  private final SettingCall settingCall;

  private int token;
  private Word word = Word.OTHER;
  private int previousToken;
  private Word previousWord = Word.OTHER;
  private int depth;
  private int routineDepth;
  private boolean intoTarget;
  private boolean makesTable;
  private boolean queryBegun;
  private boolean modifiesData;
  private boolean updates;

  TokenReader(EffectList effects) {
    this.effects = effects;
    settingCall = new SettingCall(lexer, effects);
  }

  void reset(byte[] text, int offset, int length, boolean standardConformingStrings) {
    lexer.reset(text, offset, length, standardConformingStrings);
    token = ';';
  }

  /** Forgets the statement read and moves to the first token of the next one, if there is one. */
  void nextStatement() {
    depth = 0;
    routineDepth = 0;
    intoTarget = false;
    makesTable = false;
    queryBegun = false;
    modifiesData = false;
    updates = false;
    token = ';';
    word = Word.OTHER;
    advance();
  }

  /** Moves to the next token. Must not be called where {@link #atEnd()}. */
  void advance() {
    previousToken = token;
    previousWord = word;
    int next = lexer.next();
    token = next;
    Word found = Word.OTHER;
    switch (next) {
      case Lexer.WORD -> {
        found = Word.find(lexer.text(), lexer.start(), lexer.end());
        word = found;
        if (found.role() == Word.Role.WATCHED) {
          watch(found);
        } else {
          intoTarget = false;
          if (found == Word.OTHER) {
            watchForTemporarySchema(lexer.start(), lexer.end());
          }
        }
      }
      case Lexer.QUOTED, Lexer.UNICODE_QUOTED -> {
        found = quotedName();
        word = found;
        intoTarget = false;
        if (found == Word.PG_TEMP || found == Word.PG_SETTINGS) {
          watch(found);
        }
      }
      case '(' -> {
        word = found;
        depth++;
        if (previousWord.role() == Word.Role.FUNCTION && routineDepth == 0) {
          called(previousWord);
          return;
        }
      }
      case ')' -> {
        word = found;
        if (depth > 0) {
          depth--;
        }
      }
      default -> {
        word = found;
        intoTarget = false;
      }
    }
    if (settingCall.isOpen()) {
      if (atEnd()) {
        settingCall.abandon();
      } else {
        settingCall.token(next, found, depth);
      }
    }
  }

  /** Moves to the end of the statement. */
  void skip() {
    while (!atEnd()) {
      advance();
    }
  }

  /** Moves on if the current word is this one, and says whether it was. */
  boolean accept(Word expected) {
    if (word != expected) {
      return false;
    }
    advance();
    return true;
  }

  /** Whether the current token is the one after the statement's last. */
  boolean atEnd() {
    return token < 0 || (token == ';' && depth == 0 && routineDepth == 0);
  }

  int token() {
    return token;
  }

  /**
   * The current token's word; OTHER for what is not a word of interest. Quoted names are no
   * keywords.
   */
  Word word() {
    return word;
  }

  Word previousWord() {
    return previousWord;
  }

  int previousToken() {
    return previousToken;
  }

  /** How many parentheses are open after the current token. */
  int depth() {
    return depth;
  }

  Lexer lexer() {
    return lexer;
  }

  /** Inside {@code BEGIN ATOMIC … END}, semicolons do not end the statement and nothing is run. */
  void enterRoutineBlock() {
    routineDepth++;
  }

  void leaveRoutineBlock() {
    routineDepth--;
  }

  int routineDepth() {
    return routineDepth;
  }

  /** Whether the statement had INTO with a table to make: SELECT … INTO. */
  boolean makesTable() {
    return makesTable;
  }

  /** Whether INSERT, UPDATE, DELETE or MERGE stood where a (sub)statement begins. */
  boolean modifiesData() {
    return modifiesData;
  }

  boolean isLiteral() {
    return token >= Lexer.STRING && token <= Lexer.DOLLAR_STRING;
  }

  boolean isName() {
    return token == Lexer.WORD || token == Lexer.QUOTED;
  }

  /**
   * Whether a token of a search path puts temporary objects on it, or could, being written with
   * escapes.
   */
  static boolean mayNameTemporarySchema(Lexer lexer, int token) {
    return switch (token) {
      case Lexer.STRING, Lexer.QUOTED, Lexer.DOLLAR_STRING ->
          lexer.contentMentions(TEMPORARY_SCHEMA);
      case Lexer.ESCAPE_STRING, Lexer.UNICODE_STRING, Lexer.UNICODE_QUOTED ->
          !lexer.plain() || lexer.contentMentions(TEMPORARY_SCHEMA);
      default -> false;
    };
  }

  private void watch(Word found) {
    if (routineDepth > 0) {
      return;
    }
    boolean into = intoTarget;
    intoTarget = false;
    switch (found) {
      case INTO -> {
        intoTarget =
            previousWord != Word.INSERT
                && previousWord != Word.MERGE
                && previousWord != Word.AS
                && previousToken != '.';
        makesTable |= intoTarget;
      }
      case LOCAL, GLOBAL -> intoTarget = into;
      case TEMP, TEMPORARY -> {
        if (into) {
          effects.pin(PinReason.TEMP_TABLE);
        }
      }
      case PG_TEMP -> effects.pin(PinReason.TEMP_TABLE);
      case PG_SETTINGS -> {
        // A rule turns an update of this view into set_config.
        if (updates) {
          effects.pin(PinReason.COMPUTED_SETTING);
        }
      }
      case UESCAPE -> {
        if (previousToken == Lexer.UNICODE_QUOTED) {
          effects.pin(PinReason.UNKNOWN_STATEMENT);
        }
      }
      case SELECT, VALUES, TABLE -> queryBegun |= depth == 0;
      case INSERT, UPDATE, DELETE, MERGE -> {
        updates |= found == Word.UPDATE;
        if (previousToken == '(' || previousToken == ')') {
          modifiesData = true;
        } else if (depth == 0
            && !queryBegun
            && previousToken != ','
            && previousWord != Word.WITH
            && previousWord != Word.RECURSIVE) {
          modifiesData = true;
        }
      }
      default -> {}
    }
  }

  /** Names in quotes are taken for what they say only if they say it in small letters. */
  private Word quotedName() {
    if (token == Lexer.UNICODE_QUOTED && !lexer.plain()) {
      effects.pin(PinReason.UNKNOWN_STATEMENT);
      return Word.OTHER;
    }
    byte[] s = lexer.text();
    int from = lexer.contentStart();
    int to = lexer.contentEnd();
    Word found = Word.find(s, from, to);
    if (found == Word.OTHER) {
      watchForTemporarySchema(from, to);
      return found;
    }
    if (found.role() != Word.Role.FUNCTION && found != Word.PG_TEMP && found != Word.PG_SETTINGS) {
      return Word.OTHER;
    }
    for (int i = from; i < to; i++) {
      if (s[i] != Lexer.lower(s[i])) {
        return Word.OTHER;
      }
    }
    return found;
  }

  /** The temporary schema of a session also has a name with a number. */
  private void watchForTemporarySchema(int from, int to) {
    byte[] s = lexer.text();
    if (to - from < 9 || Lexer.lower(s[from]) != 'p' || s[from + 7] != '_' || routineDepth > 0) {
      return;
    }
    for (int i = 0; i < 7; i++) {
      if (Lexer.lower(s[from + i]) != TEMPORARY_SCHEMA[i]) {
        return;
      }
    }
    for (int i = from + 8; i < to; i++) {
      if (s[i] < '0' || s[i] > '9') {
        return;
      }
    }
    effects.pin(PinReason.TEMP_TABLE);
  }

  private void called(Word function) {
    switch (function) {
      case SET_CONFIG -> {
        if (settingCall.isOpen()) {
          // A call inside the arguments of a call: not worth following.
          effects.pin(PinReason.COMPUTED_SETTING);
          settingCall.token(token, word, depth);
        } else {
          settingCall.open(depth);
        }
        return;
      }
      case CURRVAL, LASTVAL -> effects.add(Effect.Type.SEQUENCE_STATE);
      case PG_ADVISORY_UNLOCK_ALL -> effects.add(Effect.Type.UNLOCK_ALL);
      case PG_ADVISORY_LOCK,
          PG_ADVISORY_LOCK_SHARED,
          PG_TRY_ADVISORY_LOCK,
          PG_TRY_ADVISORY_LOCK_SHARED ->
          effects.pin(PinReason.ADVISORY_LOCK);
      case SETSEED, SET_LIMIT -> effects.pin(PinReason.COMPUTED_SETTING);
      case DBLINK_CONNECT, DBLINK_CONNECT_U -> effects.pin(PinReason.FOREIGN_CONNECTION);
      case PG_BACKUP_START, PG_START_BACKUP -> effects.pin(PinReason.BACKUP);
      default -> effects.pin(PinReason.REPLICATION_SLOT);
    }
    if (settingCall.isOpen()) {
      settingCall.token(token, word, depth);
    }
  }
}
