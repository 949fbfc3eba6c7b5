package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.analytics.PatternText;
import dev.heimdall.engine.analytics.QueryPatterns;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.Weight;
import java.util.ArrayList;
import java.util.List;

/**
 * Knowledge of an event loop about statements with one fingerprint. Belongs to the loop; what was
 * resolved is kept for the scope and the catalogue that were asked for last, which seldom change.
 */
public final class FingerprintEntry {
  /** Weight of the newest time in the average: 1/8. */
  private static final int SHARE = 3;

  private final long high;
  private final long low;
  private final StatementFacts facts;
  private final String normalised;
  private final String shown;
  private final boolean setsByCall;
  private final boolean movesPath;
  private final StatementTimes times;
  private ParsedStatement parsed;
  private List<Runnable> waiting;

  private NameScope scope;
  private Catalogue.Edition judgedBy;
  private Statement statement;

  private final RunHistory history = new RunHistory();
  private long averageMicros = -1;

  /** Published average when this loop looked last; null for none. */
  private StatementTimes.Average published;

  /** Counts of such statements, for each virtual database; null for none. */
  private PatternCounts counts;

  private boolean dropped;
  private boolean heavier;

  /**
   * @param facts null where they depend on the literals of the text
   * @param movesPath whether unqualified names may mean something else behind a text like it
   * @param setsByCall whether a text like it may give a setting another value by a call
   * @param times what the loops tell each other
   */
  FingerprintEntry(
      long high,
      long low,
      StatementFacts facts,
      String normalised,
      boolean movesPath,
      boolean setsByCall,
      StatementTimes times) {
    this.high = high;
    this.low = low;
    this.facts = facts;
    this.normalised = normalised;
    this.shown = PatternText.of(normalised);
    this.times = times;
    this.setsByCall = setsByCall;
    this.movesPath = movesPath;
  }

  StatementFacts facts() {
    return facts;
  }

  /** The upper half of the fingerprint. */
  public long high() {
    return high;
  }

  /** The lower half of the fingerprint. */
  public long low() {
    return low;
  }

  /** True if it may change where unqualified names lead, in its own transaction at least. */
  public boolean movesPath() {
    return movesPath;
  }

  /** True if it may give a setting another value by a call. */
  public boolean setsByCall() {
    return setsByCall;
  }

  /** The text without its literals. */
  public String normalised() {
    return normalised;
  }

  /** Normalised text without anything else that could be a secret: fit for logs, and for people. */
  public String shown() {
    return shown;
  }

  /**
   * Returns the counts of such statements in a virtual database; null when this has lost its slot.
   *
   * @param of null where nothing is counted
   */
  public PatternCounts counts(QueryPatterns of) {
    if (of == null || dropped) {
      return null;
    }
    PatternCounts known = PatternCounts.find(counts, of);
    if (known == null) {
      boolean light = facts != null && LoopKnowledge.isOfSession(facts);
      known = of.begin(shown, high, low, light, counts);
      counts = known;
      heavier = true;
    }
    return known;
  }

  /** Run history of such statements. */
  public RunHistory history() {
    return history;
  }

  /**
   * Average time of such statements, in microseconds, as measured by all loops; -1 when no loop has
   * measured it.
   */
  public long averageMicros() {
    StatementTimes.Average now = times.of(high, low);
    if (now != null && now != published) {
      published = now; // of another loop, or of this one before the text was looked up anew
      averageMicros = now.micros();
    }
    return averageMicros;
  }

  /** One was carried out. */
  public void took(long micros) {
    long before = averageMicros();
    averageMicros = before < 0 ? micros : before + ((micros - before) >> SHARE);
    published = times.publish(high, low, averageMicros);
  }

  boolean isParsed() {
    return parsed != null;
  }

  /** True if it is being read already; then the waiter is notified with the others. */
  boolean beingParsed(Runnable waiter) {
    boolean already = waiting != null;
    if (!already) {
      waiting = new ArrayList<>(2);
    }
    waiting.add(waiter);
    return already;
  }

  void parsed(ParsedStatement read) {
    parsed = read;
    List<Runnable> told = waiting;
    waiting = null;
    told.forEach(Runnable::run);
  }

  /** True if it has lost its place: a holder of the old entry looks its text up anew. */
  boolean dropped() {
    return dropped;
  }

  /** Lets go of what is large: its place is another's. */
  void drop() {
    dropped = true;
    PatternCounts.forget(counts);
    counts = null;
    parsed = null;
    scope = null;
    judgedBy = null;
    statement = null;
  }

  /** True if it may weigh more than when this was asked last. */
  boolean grewHeavier() {
    boolean grew = heavier;
    heavier = false;
    return grew;
  }

  /** About how many bytes it takes in memory. */
  int weight() {
    return Weight.bounded(weighed());
  }

  private long weighed() {
    return 400
        + Weight.of(normalised)
        + (shown.equals(normalised) ? 0 : Weight.of(shown))
        + (long) PatternCounts.WEIGHT * PatternCounts.length(counts)
        + (facts == null ? 0 : facts.weight())
        + (parsed == null ? 0 : parsed.weight())
        + (statement == null ? 0 : statement.weight() * (1L + PatternCounts.length(counts)))
        + (scope == null || scope.searchPath() == null ? 0 : Weight.of(scope.searchPath()));
  }

  /**
   * Returns the effects of such statements.
   *
   * @param declared object ids of the types that a Parse gives to its parameters
   * @return as it was found out last, where nothing has changed since
   */
  Statement statement(NameScope asked, Catalogue by, int... declared) {
    if (by.minds(declared)) {
      return by.resolve(parsed, asked, declared); // which is not what others like it do
    }
    if (statement == null || judgedBy != by.edition() || !scope.equals(asked)) {
      statement = by.resolve(parsed, asked);
      scope = asked;
      heavier = true;
      judgedBy = by.edition(); // not the catalogue itself: it is large, and may be of long ago
    }
    return statement;
  }
}
