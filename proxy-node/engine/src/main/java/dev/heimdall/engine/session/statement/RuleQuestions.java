package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.rules.Explanation;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Queries about rules among a session's statements: {@code SHOW QUERYINFO}, about the statement
 * before, and by an operator {@code EXPLAIN RULES statement}. What others ask about says nothing of
 * rules, nor of tables behind views, which they need not have the right to see.
 */
public final class RuleQuestions {
  private static final String EXPLAIN = "explain rules ";
  private static final String QUERYINFO = "show queryinfo";
  private static final int LONGEST_QUERYINFO = 64;

  private final boolean admin;
  private final Supplier<String> replay;
  private final Supplier<String> cached;
  private final Supplier<String> cachedBy;
  private final Supplier<Catalogue> catalogue;
  private final StatementLifecycle lifecycle;

  /**
   * @param admin whether the user may be told of rules
   * @param replay what is known of the transaction's replay; null for nothing
   * @param cached whether the statement before was answered from the cache, or why not; null where
   *     no rule wants it
   * @param cachedBy by which columns a cached result lives; null where nothing is known of that
   * @param catalogue of the session's database
   */
  public RuleQuestions(
      boolean admin,
      Supplier<String> replay,
      Supplier<String> cached,
      Supplier<String> cachedBy,
      Supplier<Catalogue> catalogue,
      StatementLifecycle lifecycle) {
    this.admin = admin;
    this.replay = replay;
    this.cached = cached;
    this.cachedBy = cachedBy;
    this.catalogue = catalogue;
    this.lifecycle = lifecycle;
  }

  /** True if a text may be one of them that has this length and begins so. */
  public boolean mayBe(int length, byte first) {
    return admin
        || (length >= QUERYINFO.length()
            && length <= LONGEST_QUERYINFO
            && (first | 0x20) == QUERYINFO.charAt(0));
  }

  /** True if the text, which {@link #mayBe} one of them, is. Cheap. */
  public boolean recognises(byte[] sql, int offset, int length) {
    int head = Math.min(EXPLAIN.length(), length);
    return (admin && head(sql, offset, head).toLowerCase(Locale.ROOT).equals(EXPLAIN))
        || isQueryInfo(sql, offset, length);
  }

  private static String head(byte[] sql, int offset, int length) {
    return new String(sql, offset, length, StandardCharsets.ISO_8859_1);
  }

  private static boolean isQueryInfo(byte[] sql, int offset, int length) {
    String command = head(sql, offset, Math.min(length, LONGEST_QUERYINFO)).strip();
    if (command.endsWith(";")) {
      command = command.substring(0, command.length() - 1).stripTrailing();
    }
    return command.equalsIgnoreCase(QUERYINFO);
  }

  /**
   * Answers one that was recognised.
   *
   * @return null if that cannot be done now; the reader comes again when it can
   */
  public Answer answer(byte[] sql, int offset, int length) {
    if (isQueryInfo(sql, offset, length)) {
      return texts(List.of("attribute", "value"), queryInfo(), "SHOW");
    }
    Explanation explanation =
        lifecycle.explain(Arrays.copyOfRange(sql, offset + EXPLAIN.length(), offset + length));
    return explanation == null
        ? null
        : texts(Explanation.COLUMNS, explained(explanation), "EXPLAIN");
  }

  private static Answer texts(List<String> names, List<List<String>> rows, String tag) {
    return new Answer.Rows(names.stream().map(Column::text).toList(), rows, tag);
  }

  private static List<List<String>> explained(Explanation explanation) {
    List<List<String>> rows = new ArrayList<>();
    explanation.rows().forEach(row -> rows.add(row.cells()));
    for (String line : explanation.outcome()) {
      rows.add(List.of("decision", "", "", "", "", line, ""));
    }
    return rows;
  }

  private List<List<String>> queryInfo() {
    RunningStatements running = lifecycle.running();
    StatementSummary last = running.last();
    List<List<String>> rows = new ArrayList<>();
    add(rows, "transaction replay", replay.get());
    if (last == null) {
      rows.add(
          List.of(
              "statement",
              "none was judged in this session yet, or there are neither rules nor a catalogue"));
      return rows;
    }
    rows.add(List.of("statement", last.normalised()));
    Statement statement = last.statement();
    if (statement != null) {
      rows.add(List.of("kind", statement.kind().name().toLowerCase(Locale.ROOT)));
      rows.add(List.of("understood", Boolean.toString(statement.understood())));
      if (admin) {
        tables(rows, statement);
      }
    }
    if (last.averageMicros() >= 0) {
      rows.add(List.of("average time", last.averageMicros() + " µs"));
    }
    add(rows, "cached", cached.get());
    add(rows, "pipelined", running.pipelined());
    add(rows, "answered by", running.answeredBy());
    if (admin) {
      add(rows, "cached by", cachedBy.get());
      for (MatchedRule rule : last.decision().matched()) {
        rows.add(List.of("rule", rule.toString()));
      }
      last.decision()
          .effects()
          .forEach((what, value) -> rows.add(List.of("decided: " + what, value)));
    }
    return rows;
  }

  private void tables(List<List<String>> rows, Statement statement) {
    add(rows, "not understood because", statement.doubt());
    rows.add(List.of("tables read", String.join(", ", statement.tablesRead())));
    rows.add(List.of("tables written", String.join(", ", statement.tablesWritten())));
    rows.add(List.of("may write anything", Boolean.toString(statement.writesAnything())));
    rows.add(List.of("repeatable", Boolean.toString(statement.repeatable())));
    rows.add(List.of("rests on", statement.basis().name().toLowerCase(Locale.ROOT)));
    rows.add(List.of("catalog now", catalogue.get().state()));
    add(rows, "not a plain read because", statement.reason());
  }

  private static void add(List<List<String>> rows, String what, String value) {
    if (value != null) {
      rows.add(List.of(what, value));
    }
  }
}
