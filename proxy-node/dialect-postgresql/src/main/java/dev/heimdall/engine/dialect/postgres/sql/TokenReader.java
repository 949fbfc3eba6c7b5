package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.ByteClass;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.UnicodeEscapes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the tokens of a text one by one, knows where its statements end, and watches for what has
 * an effect wherever in a statement it stands: calls of certain functions, temporary schemas,
 * {@code INTO TEMP}.
 */
final class TokenReader {
  private static final int OTHER = Word.OTHER.ordinal();
  private static final int PG_TEMP = Word.PG_TEMP.ordinal();
  private static final String TEMPORARY_SCHEMA = "pg_temp";
  private static final byte[] NOTHING = new byte[0];

  private final PostgresLexer lexer = new PostgresLexer();
  private final PostgresEffects effects;
  private final SettingCall settingCall;
  private final SequenceCall sequenceCall;

  // Words are kept by ordinal: storing a reference for every token would cost more than reading the
  // token.
  private int token;
  private int word;
  private int previousToken;
  private int previousWord;
  private int depth;

  /** Content of the last name with unicode escapes. */
  private int escapedFrom;

  private int escapedTo;
  private int routineDepth;
  private boolean intoTarget;
  private boolean makesTable;
  private boolean queryBegun;
  private boolean modifiesData;
  private boolean updates;
  private boolean definition;
  private boolean drops;
  private boolean naming;
  private boolean readsLiterals;

  /** True if the bracket of a call of current_setting was opened by the token before. */
  private boolean asksSetting;

  /** True if one was met for how the server is configured. */
  private boolean asksConfiguration;

  private boolean from;

  TokenReader(PostgresEffects effects) {
    this.effects = effects;
    settingCall = new SettingCall(lexer, effects);
    sequenceCall = new SequenceCall(lexer, effects);
  }

  void reset(byte[] text, int offset, int length, LexerMode lexerMode) {
    lexer.reset(text, offset, length, lexerMode);
    sequenceCall.reset();
    readsLiterals = false;
    asksSetting = false;
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
    definition = false;
    drops = false;
    asksConfiguration = false;
    from = false;
    token = ';';
    word = OTHER;
    advance();
  }

  /** Moves to the next token. Must not be called where {@link #atEnd()}. */
  void advance() {
    previousToken = token;
    previousWord = word;
    int next = lexer.next();
    token = next;
    if (asksSetting) {
      asksSetting = false;
      switch (settingNamed()) {
        case OF_SESSION -> {}
        case CONFIGURATION -> asksConfiguration = true;
        case ANYTHING -> effects.add(Effect.Type.ASKS_SERVER);
      }
    }
    if (sequenceCall.isOpen()) {
      sequenceCall.token(next);
    }
    Word found = Word.OTHER;
    boolean calls = false;
    if (next == Lexer.WORD) {
      found = Word.find(lexer.text(), lexer.start(), lexer.end());
      word = found.ordinal();
      if (found == Word.OTHER) {
        intoTarget = false;
        watchForTemporarySchema(lexer.text(), lexer.start(), lexer.end());
      } else {
        watch(found);
      }
    } else {
      word = OTHER;
      if (next == '(') {
        depth++;
        calls = previousWord != OTHER && routineDepth == 0 && called();
      } else if (next == ')') {
        depth -= depth > 0 ? 1 : 0;
      } else {
        intoTarget = false;
        if (next == '.' && previousWord == PG_TEMP && !drops) {
          effects.pin(PinReason.TEMP_TABLE);
        }
        if (next == Lexer.QUOTED || next == Lexer.UNICODE_QUOTED) {
          found = quotedName();
          word = found.ordinal();
        }
      }
    }
    if (settingCall.isOpen() && !calls) {
      if (atEnd()) {
        settingCall.abandon();
      } else {
        settingCall.token(next, found, depth);
      }
    }
  }

  /**
   * Moves to a token that names a statement or channel: whatever it is spelled like, it does
   * nothing.
   */
  void advanceToName() {
    naming = true;
    advance();
    naming = false;
    if (word().role() == Word.Role.FUNCTION) {
      word = OTHER;
    }
  }

  /** The statement makes nothing, in whatever schema: it drops what it names. */
  void drops() {
    drops = true;
  }

  /** Moves to the end of the statement. */
  void skip() {
    while (!atEnd()) {
      advance();
    }
  }

  /** Moves on if the current word is this one, and says whether it was. */
  boolean accept(Word expected) {
    if (word != expected.ordinal()) {
      return false;
    }
    advance();
    return true;
  }

  /** True if the current token is the one after the statement's last. */
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
    return Word.of(word);
  }

  Word previousWord() {
    return Word.of(previousWord);
  }

  /** Number of open parentheses after the current token. */
  int depth() {
    return depth;
  }

  PostgresLexer lexer() {
    return lexer;
  }

  /**
   * The statement defines something: the temporary schema without an object in it is part of a
   * search path that is stored, not used.
   */
  void markDefinition() {
    definition = true;
  }

  /**
   * Moves to the end of a statement that makes a function or procedure. Inside {@code BEGIN ATOMIC
   * … END}, semicolons do not end the statement and nothing is run. One in a language of which the
   * server loads a library has it loaded at once, and some languages run parts of it.
   */
  void skipRoutine() {
    while (!atEnd()) {
      advance();
      if (routineDepth == 0) {
        if (previousWord() == Word.LANGUAGE && !isLanguageWithoutLibrary()) {
          effects.add(Effect.Type.LAST_USE);
        }
        if (word() == Word.ATOMIC && previousWord() == Word.BEGIN) {
          routineDepth++;
        }
      } else if (previousToken != '.' && previousWord() != Word.AS) {
        if (word() == Word.CASE) {
          routineDepth++;
        } else if (word() == Word.END) {
          routineDepth--;
        }
      }
    }
  }

  /** True if the current token is a language whose functions the server only keeps. */
  private boolean isLanguageWithoutLibrary() {
    Word language = token == Lexer.QUOTED || token == Lexer.STRING ? Word.inQuotes(lexer) : word();
    return language == Word.SQL || language == Word.PLPGSQL || language == Word.INTERNAL;
  }

  /** True if a call was met whose effect depends on literals among its arguments. */
  boolean readsLiterals() {
    return readsLiterals;
  }

  int routineDepth() {
    return routineDepth;
  }

  /** True if the statement had INTO with a table to make: SELECT … INTO. */
  boolean makesTable() {
    return makesTable;
  }

  /** True if INSERT, UPDATE, DELETE or MERGE stood where a (sub)statement begins. */
  boolean modifiesData() {
    return modifiesData;
  }

  boolean isLiteral() {
    return token >= Lexer.STRING && token <= Lexer.DOLLAR_STRING;
  }

  boolean isName() {
    return token == Lexer.WORD || token == Lexer.QUOTED;
  }

  private void watch(Word found) {
    boolean into = intoTarget;
    intoTarget = false;
    if (found.role() != Word.Role.WATCHED || routineDepth > 0 || naming) {
      return;
    }
    switch (found) {
      case INTO -> {
        intoTarget =
            previousWord() != Word.INSERT
                && previousWord() != Word.MERGE
                && previousWord() != Word.AS
                && previousToken != '.';
        makesTable |= intoTarget;
      }
      case LOCAL, GLOBAL -> intoTarget = into;
      case FROM -> from = true;
      case TEMP, TEMPORARY -> {
        if (into) {
          effects.pin(PinReason.TEMP_TABLE);
        }
      }
      case PG_TEMP -> {
        if (!definition && !drops) {
          effects.pin(PinReason.TEMP_TABLE);
        }
      }
      case PG_SETTINGS -> {
        // A rule turns an update of this view into set_config.
        if (updates) {
          effects.pin(PinReason.COMPUTED_SETTING);
        }
      }
      case UESCAPE -> {
        if (previousToken == Lexer.UNICODE_QUOTED) {
          watchEscape();
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
            && previousWord() != Word.WITH
            && previousWord() != Word.RECURSIVE) {
          modifiesData = true;
        }
      }
      default -> {}
    }
  }

  private SessionSettings.Named settingNamed() {
    return token == Lexer.STRING && lexer.plain()
        ? SessionSettings.named(
            lexer.text(), lexer.contentStart(), lexer.contentEnd(), lexer.end(), lexer.limit())
        : SessionSettings.Named.ANYTHING;
  }

  /** True if the statement asks for a server's configuration and reads nothing besides. */
  boolean asksForConfiguration() {
    return asksConfiguration && !from;
  }

  /** Names in quotes are taken for what they say only if they say it in small letters. */
  private Word quotedName() {
    byte[] s = lexer.text();
    int from = lexer.contentStart();
    int to = lexer.contentEnd();
    if (token == Lexer.UNICODE_QUOTED) {
      escapedFrom = from;
      escapedTo = to;
      if (!lexer.plain()) {
        // Another escape may be named behind it; else what cannot be read is rejected.
        String name = escapedName('\\');
        s = name == null ? NOTHING : name.getBytes(StandardCharsets.UTF_8);
        from = 0;
        to = s.length;
      }
    }
    return named(s, from, to);
  }

  /** The last name with escapes, read by this one; null where the server rejects it. */
  private String escapedName(char escape) {
    byte[] content = Arrays.copyOfRange(lexer.text(), escapedFrom, escapedTo);
    return UnicodeEscapes.decode(content, '"', escape);
  }

  /** Pins where the name in front of {@code UESCAPE} may be one that matters, or is not known. */
  private void watchEscape() {
    byte[] s = lexer.text();
    int p = lexer.end();
    while (p < lexer.limit() && ByteClass.isSpace(s[p])) {
      p++;
    }
    boolean literal = p + 2 < lexer.limit() && s[p] == '\'' && s[p + 2] == '\'';
    String name = literal ? escapedName((char) s[p + 1]) : null;
    byte[] read = name == null ? NOTHING : name.getBytes(StandardCharsets.UTF_8);
    if (!literal || Word.find(read, 0, read.length) != Word.OTHER) {
      effects.pin(PinReason.UNKNOWN_STATEMENT);
    } else {
      watchForTemporarySchema(read, 0, read.length);
    }
  }

  private Word named(byte[] s, int from, int to) {
    Word found = Word.find(s, from, to);
    if (found == Word.OTHER) {
      watchForTemporarySchema(s, from, to);
      return found;
    }
    if (found.role() != Word.Role.FUNCTION && found != Word.PG_TEMP && found != Word.PG_SETTINGS) {
      return Word.OTHER;
    }
    for (int i = from; i < to; i++) {
      if (s[i] != ByteClass.lower(s[i])) {
        return Word.OTHER;
      }
    }
    watch(found);
    return found;
  }

  /** The temporary schema of a session also has a name with a number: {@code pg_temp_3}. */
  static boolean isNumberedTemporarySchema(byte[] s, int from, int to) {
    if (to - from < 9 || ByteClass.lower(s[from]) != 'p' || s[from + 7] != '_') {
      return false;
    }
    for (int i = 0; i < 7; i++) {
      if (ByteClass.lower(s[from + i]) != TEMPORARY_SCHEMA.charAt(i)) {
        return false;
      }
    }
    for (int i = from + 8; i < to; i++) {
      if (s[i] < '0' || s[i] > '9') {
        return false;
      }
    }
    return true;
  }

  private void watchForTemporarySchema(byte[] s, int from, int to) {
    if (isNumberedTemporarySchema(s, from, to) && routineDepth == 0 && !naming && !drops) {
      effects.pin(PinReason.TEMP_TABLE);
    }
  }

  /**
   * The parenthesis just opened follows a word: if that is a function of interest, notes what a
   * call does. Returns whether this opens a call of set_config, whose arguments begin with the next
   * token.
   */
  private boolean called() {
    switch (previousWord()) {
      case SET_CONFIG -> {
        if (!settingCall.isOpen()) {
          settingCall.open(depth);
          readsLiterals = true;
          return true;
        }
        // A call inside the arguments of a call: not worth following.
        effects.pin(PinReason.COMPUTED_SETTING);
      }
      case CURRENT_SETTING -> {
        asksSetting = true;
        readsLiterals = true;
      }
      case CURRVAL -> {
        sequenceCall.open();
        readsLiterals = true;
      }
      case LASTVAL -> effects.add(Effect.Type.LAST_VALUE);
      case PG_ADVISORY_LOCK, PG_ADVISORY_LOCK_SHARED -> effects.pin(PostgresPins.ADVISORY_LOCK);
      case PG_TRY_ADVISORY_LOCK, PG_TRY_ADVISORY_LOCK_SHARED -> {
        effects.pin(PostgresPins.ADVISORY_LOCK);
        effects.unpin(Effect.Type.MAY_UNPIN, PostgresPins.ADVISORY_LOCK); // it may have been taken
      }
      case PG_ADVISORY_UNLOCK, PG_ADVISORY_UNLOCK_ALL, PG_ADVISORY_UNLOCK_SHARED ->
          effects.unpin(Effect.Type.MAY_UNPIN, PostgresPins.ADVISORY_LOCK);
      case SETSEED, SET_LIMIT -> effects.pin(PinReason.COMPUTED_SETTING);
      case DBLINK_CONNECT, DBLINK_CONNECT_U -> effects.pin(PostgresPins.FOREIGN_CONNECTION);
      case PG_BACKUP_START, PG_START_BACKUP -> effects.pin(PostgresPins.BACKUP);
      case PG_REPLICATION_ORIGIN_SESSION_SETUP -> effects.pin(PostgresPins.REPLICATION_ORIGIN);
      case PG_COPY_LOGICAL_REPLICATION_SLOT,
          PG_COPY_PHYSICAL_REPLICATION_SLOT,
          PG_CREATE_LOGICAL_REPLICATION_SLOT,
          PG_CREATE_PHYSICAL_REPLICATION_SLOT ->
          effects.pin(PostgresPins.REPLICATION_SLOT);
      default -> {}
    }
    return false;
  }
}
