package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The rule lists of one virtual database, made ready for use. Immutable but for its counters;
 * thread-safe.
 */
public final class RuleBook {
  private final List<CompiledList> lists;
  private final TextExpressions texts;
  private final List<TableExpression> tables;
  private final List<SessionExpression> sessions;
  private final Set<String> builtIns;
  private final boolean usesTableNames;
  private final boolean dynamicTables;
  private final boolean empty;
  private final boolean printsResults;
  private final boolean printsTiming;
  private final RuleCounters counters;
  private volatile boolean retired;

  RuleBook(
      List<CompiledList> lists,
      TextExpressions texts,
      List<TableExpression> tables,
      List<SessionExpression> sessions,
      Set<String> builtIns,
      boolean usesTableNames,
      boolean printsResults,
      boolean printsTiming,
      RuleCounters counters) {
    this.lists = List.copyOf(lists);
    this.texts = texts;
    this.tables = List.copyOf(tables);
    this.sessions = List.copyOf(sessions);
    this.builtIns = Set.copyOf(builtIns);
    this.usesTableNames = usesTableNames;
    this.dynamicTables = tables.stream().anyMatch(TableExpression::isDynamic);
    this.empty = lists.stream().allMatch(list -> !list.enabled() || list.rules().isEmpty());
    this.printsResults = printsResults;
    this.printsTiming = printsTiming;
    this.counters = counters;
  }

  /** Makes a virtual database's rules ready that have no regular expressions with others. */
  public static RuleBook compile(
      Configuration configuration, VirtualDatabase vdb, SqlDialect dialect, RuleBook before) {
    return compile(configuration, vdb, dialect, before, new RulePatterns());
  }

  /**
   * Makes a virtual database's rules ready.
   *
   * @param configuration a checked one
   * @param dialect whose SQL its clients write
   * @param before the same VDB's rules until now, whose counters go on where rules are the same;
   *     null when there are none
   * @param patterns those of all virtual databases
   */
  public static RuleBook compile(
      Configuration configuration,
      VirtualDatabase vdb,
      SqlDialect dialect,
      RuleBook before,
      RulePatterns patterns) {
    return new RuleCompiler(configuration, before == null ? null : before.counters, patterns)
        .compile(vdb, dialect);
  }

  /** Another book has taken its place: event loops need not keep what they remember of it. */
  public void retire() {
    retired = true;
  }

  /** True if another has taken its place. */
  public boolean retired() {
    return retired;
  }

  /** True if no rule could ever match. */
  public boolean isEmpty() {
    return empty;
  }

  /** True if some rule looks at tables, so that deciding has to wait for the statement's facts. */
  public boolean needsStatement() {
    return !tables.isEmpty() || usesTableNames;
  }

  /** True if some rule may want to write down what a statement's result is like. */
  public boolean printsResults() {
    return printsResults;
  }

  /** True if some rule may want to write down how long it took to decide. */
  public boolean printsTiming() {
    return printsTiming;
  }

  /** Returns the state that one event loop needs to decide by these rules. */
  public LoopRules forLoop(RuleMemory memory) {
    return new LoopRules(this, memory);
  }

  /**
   * Tries all expressions on a text, however long that takes: not for an event loop. Changes
   * nothing.
   */
  public TextMatches match(StatementText text) {
    return texts.match(text, false);
  }

  /**
   * Says which rules match and why, and what would be decided now. Counts nothing and keeps
   * nothing, but takes as long as it takes.
   *
   * @param statement what the text does; null when that is not known, and then it has no tables
   * @see LoopRules#decide for the other parameters
   */
  public Explanation explain(
      SessionFacts facts,
      StatementText text,
      Statement statement,
      boolean inTransaction,
      boolean prepared,
      long averageMicros,
      long nowNanos) {
    TextMatches matches = texts.match(text, false);
    Profile profile = profile(0, facts);
    TableBits bits = tableBits(0, statement, profile);
    Explainer explainer =
        new Explainer(
            matches,
            bits,
            profile,
            new Candidates(matches, bits, profile, inTransaction, prepared),
            facts,
            statement,
            averageMicros,
            nowNanos,
            counters);
    for (CompiledList list : lists) {
      explainer.list(list, 0, Map.of());
    }
    boolean deferred = texts.match(text, true) == null;
    return new Explanation(explainer.rows(), explainer.decision(), deferred);
  }

  TextExpressions expressions() {
    return texts;
  }

  boolean hasDynamicTables() {
    return dynamicTables;
  }

  Profile profile(int id, SessionFacts facts) {
    long[] bits = new long[(sessions.size() + 63) >> 6];
    for (SessionExpression expression : sessions) {
      if (expression.matches(facts)) {
        bits[expression.id() >> 6] |= 1L << expression.id();
      }
    }
    List<Set<String>> lists = new ArrayList<>();
    for (TableExpression expression : tables) {
      lists.add(expression.list(facts));
    }
    return new Profile(id, bits, used(facts), lists);
  }

  /** Only the facts that parameters name, so that sessions which differ in others are alike. */
  private SessionFacts used(SessionFacts facts) {
    boolean catalog = builtIns.contains("catalog") || builtIns.contains("database");
    return new SessionFacts(
        facts.vdb(),
        catalog ? facts.catalog() : "",
        builtIns.contains("user") ? facts.user() : "",
        List.of(),
        "",
        null,
        0,
        builtIns.contains("connid") ? facts.connectionId() : 0,
        facts.foldedSchema());
  }

  TableBits tableBits(int id, Statement statement, Profile profile) {
    long[] bits = new long[(tables.size() + 63) >> 6];
    if (statement == null) {
      return new TableBits(id, bits, true, new TreeSet<>());
    }
    SortedSet<String> names = TableExpression.tables(statement);
    for (TableExpression expression : tables) {
      if (expression.matches(statement, names, profile.tableLists().get(expression.id()))) {
        bits[expression.id() >> 6] |= 1L << expression.id();
      }
    }
    return new TableBits(
        id, bits, statement.understood(), usesTableNames ? names : new TreeSet<>());
  }

  Outcome outcome(Candidates candidates, RuleEvaluation walk) {
    List<List<Candidate>> found = new ArrayList<>();
    for (CompiledList list : lists) {
      found.add(candidates.of(list));
    }
    return new Outcome(List.copyOf(found), candidates.count(), counters, walk);
  }
}
