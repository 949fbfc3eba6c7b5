package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlClassifier;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * The text that a session has sent last, kept until it is answered where it matters how much of it
 * was carried out. Nothing is behind a statement that has failed. A server that cannot read one
 * quotes the text from there on. Routines may raise the same error, but hardly with the rest of the
 * text that calls them.
 */
final class SentText {
  /** Of longer ones nothing is known but their error. */
  private static final int MOST = 65_536;

  /** Length in bytes from which a quotation in an error may have been cut. */
  private static final int CUT = 77;

  private static final String DOTS = "...";

  /** No statement ends with one of these, or with one of {@link #JOINING}. */
  private static final Set<String> UNFINISHED =
      Set.of(
          "AND", "AS", "BETWEEN", "BY", "CALL", "DELETE", "FROM", "IN", "INSERT", "INTO", "JOIN",
          "LIKE", "LIMIT", "NOT", "ON", "OR", "REPLACE", "SELECT", "SET", "UPDATE", "USING",
          "VALUES", "WHERE");

  private static final String JOINING = ",.=+-/<>({@";

  /** Null where there is none. */
  private byte[] sql;

  private LexerMode mode;

  /**
   * True if it matters: where the text pins the session, or what it calls may, and only what its
   * server says of it shows that this has not come to be.
   *
   * @param statement what the catalogue knows of it; null for nothing
   */
  static boolean matters(StatementFacts facts, Statement statement, long bytes) {
    return bytes <= MOST
        && !facts.has(MysqlEffect.RUNS_NO_CODE)
        && (facts.has(Effect.Type.PIN)
            || (facts.statements() > 1 && facts.has(Effect.Type.SET_VARIABLE))
            || facts.has(MysqlEffect.CALLS_UNSEEN)
            || (statement != null && statement.changesSession() != null));
  }

  void keep(byte[] text, LexerMode how) {
    sql = text;
    mode = how;
  }

  void forget() {
    sql = null;
  }

  /**
   * Returns the part of it that was executed; null where that cannot be determined.
   *
   * @param error what it has ended with
   * @param results how many there were, the error included
   */
  CarriedOut carriedOut(ServerError error, int results) {
    if (sql == null || mode.doubtful()) {
      return null;
    }
    int at = MysqlErrors.isOfSyntax(error) ? at(error.message()) : -1;
    return at < 0 ? begun(error, results) : new MysqlClassifier().first(sql, mode, results - 1, at);
  }

  /** The statements up to the one that has failed: those behind it were never begun. */
  private CarriedOut begun(ServerError error, int results) {
    StatementPlace failed = StatementPlace.of(sql, mode, results);
    if (failed == null) {
      return null;
    }
    String table = MysqlErrors.unknownTable(error);
    String variable = MysqlErrors.unknownVariable(error);
    String illegal = MysqlErrors.illegalVariable(error);
    if ((table != null && failed.opens(sql, mode, table))
        || (variable != null && failed.sets(sql, mode, variable))
        || (illegal != null && failed.hasUserVariable(sql, mode, illegal))) {
      return new MysqlClassifier().first(sql, mode, results - 1, failed.start());
    }
    return failed.end() == sql.length
        ? null
        : new MysqlClassifier().first(sql, mode, results, failed.end() + 1);
  }

  /** From where on the server has not read it; -1 where the message is not about this text. */
  private int at(String message) {
    int open = message.indexOf('\'');
    int close = message.lastIndexOf('\'');
    if (open == close) {
      return -1;
    }
    String quoted = message.substring(open + 1, close);
    String rest = stripped(quoted);
    if (rest.isEmpty()) {
      return endsEarly() ? sql.length : -1;
    }
    String text = stripped(new String(sql, StandardCharsets.UTF_8));
    int whole = text.length() - rest.length();
    if (text.endsWith(rest) && begins(text, whole)) {
      int at = index(text, whole);
      return closesWell(rest, at) ? -1 : at;
    }
    if (quoted.getBytes(StandardCharsets.UTF_8).length < CUT) {
      return -1;
    }
    String head = quoted.endsWith(DOTS) ? quoted.substring(0, quoted.length() - 3) : quoted;
    int found = text.lastIndexOf(head); // the last one: what it keeps is never too little
    return found >= 0 && begins(text, found) ? index(text, found) : -1;
  }

  /** Servers leave out what ends the last statement. */
  private static String stripped(String text) {
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) <= ' ' || text.charAt(end - 1) == ';')) {
      end--;
    }
    return text.substring(0, end);
  }

  private static int index(String text, int at) {
    return text.substring(0, at).getBytes(StandardCharsets.UTF_8).length;
  }

  /** True if a token begins there, rather than part of one, such as of a literal. */
  private boolean begins(String text, int at) {
    int index = index(text, at);
    Lexer lexer = lexer();
    int token;
    do {
      token = lexer.next();
    } while (token >= 0 && lexer.start() < index);
    return token != Lexer.END && lexer.start() == index;
  }

  /** True if it can be seen that something is missing at its end. */
  private boolean endsEarly() {
    Head all = head(sql.length);
    return all.depth > 0 || all.tokens == 1 || all.unfinished;
  }

  /**
   * True if what is quoted may be the end of any text that has brackets, and there is nothing wrong
   * with those of this one.
   */
  private boolean closesWell(String rest, int at) {
    if (!rest.chars().allMatch(c -> c == ')' || c == ' ')) {
      return false;
    }
    Head ahead = head(at);
    return !ahead.unfinished && ahead.depth == rest.chars().filter(c -> c == ')').count();
  }

  /**
   * The tokens ahead of a place.
   *
   * @param depth how many brackets are open
   * @param unfinished whether the last one is followed by another one in each statement
   */
  private record Head(int depth, int tokens, boolean unfinished) {}

  private Head head(int before) {
    Lexer lexer = lexer();
    int depth = 0;
    int tokens = 0;
    int last = Lexer.END;
    int lastButOne = Lexer.END;
    int start = 0;
    int end = 0;
    int token = lexer.next();
    while (token >= 0 && lexer.start() < before) {
      depth += token == '(' ? 1 : token == ')' ? -1 : 0;
      tokens++;
      lastButOne = last;
      last = token;
      start = lexer.start();
      end = lexer.end();
      token = lexer.next();
    }
    boolean unfinished =
        last == Lexer.WORD
            ? lastButOne != '.'
                && UNFINISHED.contains(Lexer.decode(sql, start, end).toUpperCase(Locale.ROOT))
            : JOINING.indexOf(last) >= 0;
    return new Head(depth, tokens, unfinished);
  }

  private Lexer lexer() {
    Lexer lexer = new MysqlLexer(false);
    lexer.reset(sql, 0, sql.length, mode);
    return lexer;
  }
}
