package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.StatementSplitter;
import dev.heimdall.engine.sql.Token;
import dev.heimdall.engine.sql.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/**
 * Says what a text of one dialect says by itself, in time linear in its length. Thread safe; never
 * throws, whatever the text.
 *
 * <p>What is said depends on the text only as far as its fingerprint does ({@link
 * dev.heimdall.engine.sql.Fingerprinter}): values of literals are never looked at, but for the
 * bodies of DO statements.
 */
public final class StatementParser {
  /** Longer texts are not read, in bytes of UTF-8. */
  public static final int LONGEST = 1 << 20;

  /** Of longer texts not even the words are read, in characters. */
  private static final int LONGEST_BY_WORDS = 16 << 20;

  /**
   * In statements with more tokens, shortened lists of literals counted once, and in what follows
   * so many statements, only names are recognised.
   */
  static final int MOST_TOKENS = 10_000;

  static final int MOST_STATEMENTS = 200;

  private final SqlDialect dialect;
  private final Function<Findings, StatementReader> readers;

  /**
   * @param readers makes one for each text
   */
  public StatementParser(SqlDialect dialect, Function<Findings, StatementReader> readers) {
    this.dialect = dialect;
    this.readers = readers;
  }

  /** {@link SqlDialect#parse}. */
  public ParsedStatement parse(String sql, LexerMode lexerMode) {
    Findings findings = new Findings();
    try {
      read(sql, lexerMode, findings, readers.apply(findings));
    } catch (RuntimeException | StackOverflowError unreadable) {
      findings.uncertain(StatementClass.UNKNOWN, "could not be read");
      byte[] text = sql.getBytes(StandardCharsets.UTF_8);
      recognise(text, 0, Math.min(text.length, LONGEST), lexerMode, findings);
      findings.words(RoutineBody.UNREADABLE);
    }
    return findings.result();
  }

  private static RoutineBody words(StatementReader reader, String statement, LexerMode lexerMode) {
    return statement.length() <= LONGEST_BY_WORDS
        ? reader.words(statement, lexerMode)
        : RoutineBody.UNREADABLE;
  }

  private void read(String sql, LexerMode lexerMode, Findings findings, StatementReader reader) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    if (lexerMode.doubtful()) {
      findings.statement();
      findings.uncertain(
          StatementClass.UNKNOWN,
          "may be read in more than one way, as a setting of its session is being changed");
      for (boolean escapes : new boolean[] {false, true}) {
        for (boolean names : new boolean[] {false, true}) {
          LexerMode one = new LexerMode(escapes, names, lexerMode.hiddenSigns());
          recognise(text, 0, Math.min(text.length, LONGEST), one, findings);
        }
      }
      findings.words(RoutineBody.UNREADABLE);
      return;
    }
    if (text.length > LONGEST) {
      findings.statement();
      findings.uncertain(StatementClass.UNKNOWN, "is longer than " + LONGEST + " bytes");
      recognise(text, 0, LONGEST, lexerMode, findings);
      findings.words(words(reader, sql, lexerMode));
      return;
    }
    StatementSplitter splitter = new StatementSplitter(dialect);
    int statements = splitter.split(text, 0, text.length, lexerMode);
    if (statements < 0) {
      findings.statement();
      findings.uncertain(
          StatementClass.UNKNOWN, "ends inside a literal, a quoted name, a comment or a body");
      recognise(text, 0, text.length, lexerMode, findings);
      String other = dialect.otherReading(text, 0, text.length, lexerMode);
      if (other != null) {
        byte[] reading = other.getBytes(StandardCharsets.UTF_8);
        recognise(reading, 0, reading.length, lexerMode, findings);
      }
      findings.words(words(reader, sql, lexerMode));
      return;
    }
    String other = dialect.otherReading(text, 0, text.length, lexerMode);
    Tokenizer tokenizer = new Tokenizer(dialect);
    for (int i = 0; i < statements; i++) {
      findings.statement();
      int start = splitter.start(i);
      int length = splitter.end(i) - start;
      if (other != null) {
        findings.uncertain(StatementClass.UNKNOWN, "may be read in more than one way by servers");
      }
      if (i >= MOST_STATEMENTS) {
        for (int rest = i + 1; rest < statements; rest++) {
          findings.statement();
        }
        findings.uncertain(
            StatementClass.UNKNOWN, "is one of more than " + MOST_STATEMENTS + " in one text");
        recognise(text, start, splitter.end(statements - 1) - start, lexerMode, findings);
        findings.words(words(reader, sql, lexerMode));
        return;
      }
      List<Token> tokens = tokenizer.read(text, start, length, lexerMode, MOST_TOKENS);
      if (tokens == null) {
        findings.uncertain(StatementClass.UNKNOWN, "has more than " + MOST_TOKENS + " tokens");
        recognise(text, start, length, lexerMode, findings);
      } else {
        reader.read(tokens);
        if (!findings.explained()) {
          reader.notUnderstood(tokens);
        }
      }
      if (!findings.explained() && (tokens == null || reader.computes(tokens))) {
        String statement = new String(text, start, length, StandardCharsets.UTF_8);
        findings.words(words(reader, statement, lexerMode));
      }
    }
    if (other != null) {
      byte[] reading = other.getBytes(StandardCharsets.UTF_8);
      recognise(reading, 0, reading.length, lexerMode, findings);
    }
  }

  /** Finds names in a part of a text that is not read. */
  private void recognise(
      byte[] text, int from, int length, LexerMode lexerMode, Findings findings) {
    NamedTables.note(new Tokenizer(dialect).readable(text, from, length, lexerMode), findings);
  }
}
