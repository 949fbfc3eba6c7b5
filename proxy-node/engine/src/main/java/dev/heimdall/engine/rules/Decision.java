package dev.heimdall.engine.rules;

import com.google.re2j.Pattern;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.RuleAction;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedSet;

/**
 * Decision of the rules for one statement. Immutable, but for the limits, which count. The order in
 * which a statement is to be treated: {@link #dropped}, {@link #result}, the cache, {@link
 * #asyncExecute}, {@link #forward}, then {@link #rateLimits} and {@link #concurrency} once, then
 * {@link #delayMicros}, then the database.
 */
public final class Decision {
  /** No rule matched. */
  public static final Decision NONE = new DecisionBuilder().build();

  /**
   * Trying the expressions on so long a text would hold the event loop up. Nothing has been decided
   * or counted: see {@link RuleBook#match}.
   */
  public static final Decision DEFERRED = new DecisionBuilder().build();

  private final List<MatchedRule> matched;
  private final boolean dropped;
  private final boolean allowed;
  private final boolean nocache;
  private final boolean readerEligible;
  private final Optional<ActionParameters.AsyncExecute> asyncExecute;
  private final Optional<ActionParameters.Cache> cache;
  private final boolean cachesInTransactions;
  private final OptionalInt tableCacheMillis;
  private final Optional<Boolean> debug;
  private final Optional<ActionParameters.ExtractPlan> extractPlan;
  private final Optional<ActionParameters.Forward> forward;
  private final Optional<ActionParameters.LearnPattern> learn;
  private final Optional<ActionParameters.Log> log;
  private final Optional<ActionParameters.Multiplex> multiplex;
  private final Optional<ActionParameters.Pool> pool;
  private final OptionalInt result;
  private final Optional<ActionParameters.Retry> retry;
  private final OptionalLong stackTraceMicros;
  private final Optional<String> transformed;
  private final Optional<ActionParameters.Trigger> trigger;
  private final List<RateLimit> rateLimits;
  private final List<ConcurrencyLimit> concurrency;
  private final int delayMicros;
  private final OptionalInt queryTimeoutMillis;
  private final Optional<Pattern> serverFilter;
  private final SortedSet<String> evictTables;
  private final SortedSet<String> extraTables;
  private final boolean withoutTables;
  private final OptionalInt olderThanMillis;
  private final Map<Flag, Boolean> flags;
  private final boolean letsShare;
  private final boolean letsReplicaAnswer;
  private final boolean asksToShare;
  private final boolean tracked;

  /** Flags that a rule can set or clear besides its action. */
  public enum Flag {
    INVALIDATE,
    LAG_IGNORE,
    NOTIFY,
    NO_TRACK,
    PROCEDURE_WRAP,
    UPDATE,
    PRINT_META,
    PRINT_RESULTS,
    PRINT_TABLES,
    PRINT_TIMING
  }

  Decision(DecisionBuilder of) {
    matched = List.copyOf(of.matched);
    allowed = of.allowed;
    dropped = of.dropped && !of.allowed;
    nocache = of.nocache;
    readerEligible = of.readerEligible;
    asyncExecute = Optional.ofNullable(of.asyncExecute);
    cache = Optional.ofNullable(nocache ? null : of.cache);
    cachesInTransactions = of.cachesInTransactions;
    tableCacheMillis =
        nocache || of.tableCacheMillis < 0
            ? OptionalInt.empty()
            : OptionalInt.of(of.tableCacheMillis);
    debug = Optional.ofNullable(of.debug);
    extractPlan = Optional.ofNullable(of.extractPlan);
    forward = Optional.ofNullable(of.forward);
    learn = Optional.ofNullable(allowed ? null : of.learn);
    log = Optional.ofNullable(of.log);
    multiplex = Optional.ofNullable(of.multiplex);
    pool = Optional.ofNullable(of.pool);
    result = of.result < 0 ? OptionalInt.empty() : OptionalInt.of(of.result);
    retry = Optional.ofNullable(of.retry);
    stackTraceMicros =
        of.stackTraceMicros < 0 ? OptionalLong.empty() : OptionalLong.of(of.stackTraceMicros);
    transformed = Optional.ofNullable(of.transformed);
    trigger = Optional.ofNullable(of.trigger);
    rateLimits = List.copyOf(of.rateLimits);
    concurrency = List.copyOf(of.concurrency);
    delayMicros = of.delayMicros;
    queryTimeoutMillis =
        of.queryTimeoutMillis < 0 ? OptionalInt.empty() : OptionalInt.of(of.queryTimeoutMillis);
    serverFilter = Optional.ofNullable(of.serverFilter);
    evictTables = Collections.unmodifiableSortedSet(of.evictTables);
    extraTables = Collections.unmodifiableSortedSet(of.extraTables);
    withoutTables = of.withoutTables;
    olderThanMillis = of.olderThanMillis;
    flags = Collections.unmodifiableMap(of.flags);
    letsShare = leavesConnectionAlone();
    letsReplicaAnswer = leavesReadAlone();
    asksToShare = pool.flatMap(ActionParameters.Pool::pipeline).orElse(false);
    tracked = !flag(Flag.NO_TRACK).orElse(false);
  }

  /** True if it was decided that no rule matches. */
  public boolean isNone() {
    return matched.isEmpty() && !isDeferred();
  }

  /** True if the statement may run in a pipeline that other sessions use as well. */
  public boolean letsShare() {
    return matched.isEmpty() || letsShare;
  }

  /** True if it is to run so, however long such statements take. */
  public boolean asksToShare() {
    return asksToShare;
  }

  /** True if nothing is to be done with a read that a replica could not be part of. */
  public boolean letsReplicaAnswer() {
    return matched.isEmpty() || letsReplicaAnswer;
  }

  /** True if something is wanted of the statement for which it has to reach a server. */
  public boolean needsServer() {
    return transformed.isPresent()
        || trigger.isPresent()
        || forward.isPresent()
        || asyncExecute.isPresent()
        || extractPlan.isPresent()
        || flags.getOrDefault(Flag.UPDATE, false);
  }

  /** True if a replica is wanted for it. */
  public boolean asksForReplica() {
    return readerEligible || forward.map(ActionParameters.Forward::readonly).orElse(false);
  }

  /**
   * True if what is carried out is what the client has sent, and nothing that a rule calls more.
   */
  public boolean leavesText() {
    return matched.isEmpty()
        || (transformed.isEmpty()
            && !wraps()
            && asyncExecute.isEmpty()
            && !flags.getOrDefault(Flag.UPDATE, false));
  }

  private boolean leavesReadAlone() {
    return !dropped
        && asyncExecute.isEmpty()
        && forward.flatMap(ActionParameters.Forward::source).isEmpty()
        && multiplex.isEmpty()
        && result.isEmpty()
        && retry.isEmpty()
        && transformed.isEmpty()
        && trigger.isEmpty()
        && !flags.getOrDefault(Flag.UPDATE, false)
        && pool.map(
                rule ->
                    rule.reuse() && rule.multiplex().isEmpty() && rule.multiplexSkip().isEmpty())
            .orElse(true);
  }

  private boolean leavesConnectionAlone() {
    return !dropped
        && asyncExecute.isEmpty()
        && forward.isEmpty()
        && multiplex.isEmpty()
        && result.isEmpty()
        && retry.isEmpty()
        && transformed.isEmpty()
        && trigger.isEmpty()
        && pool.map(Decision::onlyAboutPipeline).orElse(true);
  }

  private static boolean onlyAboutPipeline(ActionParameters.Pool rule) {
    return rule.pipeline().orElse(true)
        && rule.reuse()
        && rule.multiplex().isEmpty()
        && rule.multiplexSkip().isEmpty();
  }

  /** True if nothing has been decided yet: this is {@link #DEFERRED}. */
  public boolean isDeferred() {
    return this == DEFERRED;
  }

  /** The rules that matched, in the order in which they were looked at. */
  public List<MatchedRule> matched() {
    return matched;
  }

  /** The last rule with this action that matched; empty if none did. */
  public Optional<MatchedRule> lastMatched(RuleAction action) {
    return matched.stream()
        .filter(rule -> rule.action().equals(action.spelling()))
        .reduce((first, last) -> last);
  }

  /** The rule with this action that matched last, by its place, for messages of errors. */
  public String nameOfLast(RuleAction action) {
    return lastMatched(action).map(rule -> "rule " + rule.place()).orElse("a rule");
  }

  /** The statement is to be refused; already false when an {@code allow} matched. */
  public boolean dropped() {
    return dropped;
  }

  /** An {@code allow} matched. */
  public boolean allowed() {
    return allowed;
  }

  /** The statement must neither be answered from the cache nor be put there. */
  public boolean nocache() {
    return nocache;
  }

  /** A read-only server may answer. */
  public boolean readerEligible() {
    return readerEligible;
  }

  /** Carry it out later. */
  public Optional<ActionParameters.AsyncExecute> asyncExecute() {
    return asyncExecute;
  }

  /** Cache it; empty with {@link #nocache}. */
  public Optional<ActionParameters.Cache> cache() {
    return cache;
  }

  /** True if the rule that has it cached matches inside transactions, too. */
  public boolean cachesInTransactions() {
    return cachesInTransactions;
  }

  /** The shortest time that a {@code table-cache} gives the statement's tables. */
  public OptionalInt tableCacheMillis() {
    return tableCacheMillis;
  }

  /**
   * Time for which a result may be served: the shorter one of the cache rule's and the tables'.
   * Empty when no rule says.
   */
  public OptionalInt ttlMillis() {
    if (cache.isEmpty() || cache.get().ttl().isEmpty()) {
      return tableCacheMillis;
    }
    return OptionalInt.of(
        Math.min(cache.get().ttl().get(), tableCacheMillis.orElse(Integer.MAX_VALUE)));
  }

  /** Switch debug lines on or off for the session. */
  public Optional<Boolean> debug() {
    return debug;
  }

  /** Ask for the plan. */
  public Optional<ActionParameters.ExtractPlan> extractPlan() {
    return extractPlan;
  }

  /** Send it elsewhere. */
  public Optional<ActionParameters.Forward> forward() {
    return forward;
  }

  /** Learn its pattern; empty when an {@code allow} matched. */
  public Optional<ActionParameters.LearnPattern> learn() {
    return learn;
  }

  /** Write it to the query log. */
  public Optional<ActionParameters.Log> log() {
    return log;
  }

  /** Words that keep the session's connection, or no longer do. */
  public Optional<ActionParameters.Multiplex> multiplex() {
    return multiplex;
  }

  /** Pool the session's user differently. */
  public Optional<ActionParameters.Pool> pool() {
    return pool;
  }

  /** The number of rows to answer with, without the database. */
  public OptionalInt result() {
    return result;
  }

  /** Repeat it when it fails. */
  public Optional<ActionParameters.Retry> retry() {
    return retry;
  }

  /** Log a stack trace when it took longer than this. */
  public OptionalLong stackTraceMicros() {
    return stackTraceMicros;
  }

  /** The text to send in its place. */
  public Optional<String> transformed() {
    return transformed;
  }

  /** Trigger to run as well. */
  public Optional<ActionParameters.Trigger> trigger() {
    return trigger;
  }

  /** The rates that it has to keep to before the database is asked, each once. */
  public List<RateLimit> rateLimits() {
    return rateLimits;
  }

  /** The places that it needs while the database works. */
  public List<ConcurrencyLimit> concurrency() {
    return concurrency;
  }

  /** Delay before the database is queried; 0 for none. */
  public int delayMicros() {
    return delayMicros;
  }

  /** Time after which to cancel it; 0 for never, empty when no rule sets it. */
  public OptionalInt queryTimeoutMillis() {
    return queryTimeoutMillis;
  }

  /** Pattern for the servers that may answer, by a part of their name. */
  public Optional<Pattern> serverFilter() {
    return serverFilter;
  }

  /** Tables whose results leave the cache. */
  public SortedSet<String> evictTables() {
    return evictTables;
  }

  /** Tables that it depends on besides its own. */
  public SortedSet<String> extraTables() {
    return extraTables;
  }

  /** True if it may be cached though it has no tables. */
  public boolean withoutTables() {
    return withoutTables;
  }

  /** Results younger than this survive a write; negative: none are kept for as long. */
  public OptionalInt olderThanMillis() {
    return olderThanMillis;
  }

  /** Value that the rules gave to a flag; empty when none gave one. */
  public Optional<Boolean> flag(Flag flag) {
    return flags.isEmpty() ? Optional.empty() : Optional.ofNullable(flags.get(flag));
  }

  /** True if the statement is to run as a procedure of its own. */
  public boolean wraps() {
    return flag(Flag.PROCEDURE_WRAP).orElse(false);
  }

  /** True if statistics are to show the statement. */
  public boolean tracked() {
    return tracked;
  }

  /** Everything that was decided, for people: what it is called, and the value. */
  public Map<String, String> effects() {
    return DecisionText.effects(this);
  }

  @Override
  public String toString() {
    if (isDeferred()) {
      return "deferred";
    }
    Map<String, String> effects = effects();
    return effects.isEmpty() ? (isNone() ? "none" : "nothing") : DecisionText.line(effects);
  }
}
