package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.Token;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.parser.ParseException;
import net.sf.jsqlparser.statement.Statement;

/**
 * Queries and changes of rows, read by JSqlParser and checked against the tokens. The library is
 * given a text that is written anew from our tokens, so that it cannot see another literal, comment
 * or quoted name than we do.
 */
final class LibraryParser {
  /** How long the library may compute for one statement, whatever else the machine does. */
  static final Duration PATIENCE = Duration.ofMillis(500);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Brackets and CASEs inside one another; the library takes more than linear time for them. */
  private static final int DEEPEST = 40;

  /** Names with more parts are none; the library takes more than linear time for them. */
  private static final int MOST_PARTS = 6;

  private final SyntaxTree tree = new SyntaxTree();
  private final ScheduledThreadPoolExecutor watchdog;

  LibraryParser() {
    watchdog =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "sql-parser-watchdog");
              thread.setDaemon(true);
              return thread;
            });
    watchdog.setRemoveOnCancelPolicy(true);
  }

  void read(Dialect dialect, List<Token> written, Findings findings) {
    List<Token> tokens = dialect == Dialect.POSTGRES ? PlainGrammar.of(written) : written;
    boolean tooDeep = depth(tokens) > DEEPEST;
    Statement statement =
        tooDeep || parts(tokens) > MOST_PARTS ? null : parsed(LibraryText.of(dialect, tokens));
    SyntaxTree.Names names = statement == null ? null : tree.read(statement, dialect);
    List<Functions.Call> calls = Functions.in(tokens);
    if (names == null || !names.certain()) {
      calls.forEach(call -> findings.calls(call.name()));
      findings.uncertain(
          StatementClass.UNKNOWN,
          tooDeep
              ? "nests brackets and CASEs more than " + DEEPEST + " deep"
              : "has syntax that is not known here, or takes too long to read");
    } else {
      names.reads().forEach(findings::reads);
      names.writes().forEach(findings::writes);
      names.functions().forEach(findings::calls);
      calls.stream()
          .filter(call -> call.certain() || !names.explains(call.name()))
          .forEach(call -> findings.calls(call.name()));
      findings.kind(names.kind());
      changes(tokens, findings);
      if (!new TokenWitness(dialect, tokens).agrees(names)) {
        findings.uncertain(StatementClass.UNKNOWN, "names tables that two readers see differently");
      }
    }
    if (TokenWitness.locks(written, dialect)) {
      findings.locks();
    }
  }

  /** How rows may be changed: by every word that could say so, wherever it stands. */
  private static void changes(List<Token> tokens, Findings findings) {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean locks =
          i > 1
              && (tokens.get(i - 1).is("for")
                  || (tokens.get(i - 1).is("key") && tokens.get(i - 2).is("no")));
      if (token.is("insert") || token.is("into")) {
        findings.changes(RowChange.INSERT);
      } else if (token.is("update") && !locks) {
        findings.changes(RowChange.UPDATE);
      } else if (token.is("delete")) {
        findings.changes(RowChange.DELETE);
      } else if (token.is("replace") || token.is("upsert")) {
        findings.changes(RowChange.INSERT);
        findings.changes(RowChange.UPDATE);
        findings.changes(RowChange.DELETE);
      }
    }
  }

  private Statement parsed(String text) {
    CCJSqlParser parser = CCJSqlParserUtil.newParser(text).withAllowComplexParsing(true);
    long thread = Thread.currentThread().getId();
    long began = THREADS.getThreadCpuTime(thread);
    ScheduledFuture<?> end =
        watchdog.scheduleWithFixedDelay(
            () -> {
              long now = THREADS.getThreadCpuTime(thread);
              if (now < 0 || now - began >= PATIENCE.toNanos()) {
                parser.interrupted = true;
              }
            },
            PATIENCE.toMillis(),
            LOOK_AGAIN.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      return parser.Statement();
    } catch (ParseException | RuntimeException | StackOverflowError e) {
      return null;
    } finally {
      end.cancel(false);
    }
  }

  private static int parts(List<Token> tokens) {
    int parts = 1;
    int most = 1;
    for (int i = 1; i < tokens.size(); i++) {
      if (tokens.get(i).isSign(".")) {
        parts++;
        most = Math.max(most, parts);
      } else if (!tokens.get(i - 1).isSign(".")) {
        parts = 1;
      }
    }
    return most;
  }

  private static int depth(List<Token> tokens) {
    int depth = 0;
    int deepest = 0;
    for (Token token : tokens) {
      if (token.isSign("(") || token.isSign("[") || token.is("case")) {
        depth++;
        deepest = Math.max(deepest, depth);
      } else if (token.isSign(")") || token.isSign("]") || token.is("end")) {
        depth--;
      }
    }
    return deepest;
  }
}
