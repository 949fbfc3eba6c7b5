package dev.heimdall.engine.analytics;

import dev.heimdall.engine.observe.OnWriter;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.sql.Statement;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Figures that a node has counted for the statements of one pattern since it first saw them.
 *
 * @param vdb the virtual database
 * @param text the statement without its values
 * @param fingerprint by which the node knows it; two texts of which people see the same have two
 * @param since when that began, in milliseconds since 1970
 * @param last when one came last, likewise
 * @param calls how many were answered, by whomever
 * @param micros how long servers took for all of them
 * @param mostMicros how long for the slowest
 * @param waitMicros how long all of them waited before they were sent to a server
 * @param responses how long clients waited for answers that came from servers, with all that was
 *     before the statement was sent
 * @param errors how many were answered by an error
 * @param bytes of all answers that came from servers
 * @param hits how many were answered from the cache
 * @param byRule how many a rule answered, or rejected
 * @param replica how many were sent to a replica
 * @param uncached how often they were not answered from the cache though a rule wants that, and why
 * @param onWriter how often they were not sent to a replica, and why
 * @param sample of the reads that no rule has cached
 * @param unfit why no rule has the cache answer such statements, whatever their values; null: one
 *     can
 * @param keyed whether rows of what it writes, or reads, can be told apart
 * @param keys columns, in full, by which its results would live
 * @param writesAny whether it may write tables that cannot be named
 * @param rules those that matched last
 * @param tablesRead in full
 * @param tablesWritten in full
 */
public record PatternFigures(
    String vdb,
    String text,
    String fingerprint,
    long since,
    long last,
    long calls,
    long micros,
    long mostMicros,
    long waitMicros,
    ResponseTimes responses,
    long errors,
    long bytes,
    long hits,
    long byRule,
    long replica,
    Map<Uncached, Long> uncached,
    Map<OnWriter, Long> onWriter,
    ReadSample sample,
    Uncached unfit,
    boolean keyed,
    List<String> keys,
    boolean writesAny,
    List<Rule> rules,
    SortedSet<String> tablesRead,
    SortedSet<String> tablesWritten) {

  /** A rule that matched: where it stands, and what it does. */
  public record Rule(String list, int number, String action) {
    @Override
    public String toString() {
      return list + " #" + number;
    }
  }

  /** Calls and time of the patterns that are forgotten, under one name. */
  public static PatternFigures of(String vdb, String name, QueryPatterns.Forgotten forgotten) {
    return new PatternFigures(
        vdb,
        name,
        "",
        0,
        0,
        forgotten.calls(),
        forgotten.micros(),
        0,
        0,
        ResponseTimes.none(),
        0,
        0,
        0,
        0,
        0,
        Map.of(),
        Map.of(),
        ReadSample.NONE,
        null,
        false,
        List.of(),
        false,
        List.of(),
        Collections.emptySortedSet(),
        Collections.emptySortedSet());
  }

  static PatternFigures of(String vdb, PatternCounts counts, long last) {
    Map<Uncached, Long> uncached = new EnumMap<>(Uncached.class);
    for (Uncached reason : Uncached.values()) {
      put(uncached, reason, counts.get(PatternCounts.UNCACHED + reason.ordinal()));
    }
    Map<OnWriter, Long> onWriter = new EnumMap<>(OnWriter.class);
    for (OnWriter reason : OnWriter.values()) {
      put(onWriter, reason, counts.get(PatternCounts.ON_WRITER + reason.ordinal()));
    }
    Statement statement = counts.statement();
    return new PatternFigures(
        vdb,
        counts.text(),
        String.format("%016x%016x", counts.high(), counts.low()),
        counts.since(),
        last,
        counts.get(PatternCounts.CALLS),
        counts.get(PatternCounts.MICROS),
        counts.get(PatternCounts.MOST_MICROS),
        counts.get(PatternCounts.WAIT_MICROS),
        counts.times(),
        counts.get(PatternCounts.ERRORS),
        counts.get(PatternCounts.BYTES),
        counts.get(PatternCounts.HITS),
        counts.get(PatternCounts.BY_RULE),
        counts.get(PatternCounts.REPLICA),
        uncached,
        onWriter,
        counts.sample(),
        unfit(statement),
        statement != null && !statement.keys().isEmpty(),
        counts.keys(),
        statement != null && statement.writesAnything(),
        counts.rules().stream().map(PatternFigures::rule).toList(),
        statement == null ? new TreeSet<>() : statement.tablesRead(),
        statement == null ? new TreeSet<>() : statement.tablesWritten());
  }

  /** As the cache would find it, of what the statement says whatever its values. */
  private static Uncached unfit(Statement statement) {
    if (statement == null) {
      return Uncached.UNKNOWN;
    }
    if (!statement.readOnly()) {
      return Uncached.NOT_A_READ;
    }
    if (statement.changesSession() != null || statement.readsSequences() || statement.maySeed()) {
      return Uncached.SESSION;
    }
    return switch (statement.basis()) {
      case TABLES -> statement.tablesRead().isEmpty() ? Uncached.NO_TABLES : null;
      case MOMENT -> Uncached.VOLATILE;
      case SERVER -> Uncached.SYSTEM;
      case ANYTHING -> Uncached.UNKNOWN;
    };
  }

  /** Without what its groups hold, which are values. */
  private static Rule rule(MatchedRule matched) {
    return new Rule(matched.list(), matched.number(), matched.action());
  }

  private static <E extends Enum<E>> void put(Map<E, Long> into, E reason, long count) {
    if (count > 0) {
      into.put(reason, count);
    }
  }

  /** With what another event loop has counted. */
  PatternFigures plus(PatternFigures other) {
    PatternFigures newer = other.last > last ? other : this;
    return new PatternFigures(
        vdb,
        text,
        newer.fingerprint,
        Math.min(since, other.since),
        newer.last,
        calls + other.calls,
        micros + other.micros,
        Math.max(mostMicros, other.mostMicros),
        waitMicros + other.waitMicros,
        responses.plus(other.responses),
        errors + other.errors,
        bytes + other.bytes,
        hits + other.hits,
        byRule + other.byRule,
        replica + other.replica,
        sum(Uncached.class, uncached, other.uncached),
        sum(OnWriter.class, onWriter, other.onWriter),
        sample.plus(other.sample),
        newer.unfit,
        newer.keyed,
        keys.isEmpty() ? other.keys : keys,
        newer.writesAny,
        newer.rules,
        union(tablesRead, other.tablesRead),
        union(tablesWritten, other.tablesWritten));
  }

  private static <E extends Enum<E>> Map<E, Long> sum(
      Class<E> type, Map<E, Long> one, Map<E, Long> other) {
    Map<E, Long> sum = new EnumMap<>(type);
    sum.putAll(one);
    other.forEach((reason, count) -> sum.merge(reason, count, Long::sum));
    return sum;
  }

  private static SortedSet<String> union(SortedSet<String> one, SortedSet<String> other) {
    SortedSet<String> union = new TreeSet<>(one);
    union.addAll(other);
    return union;
  }

  /** Number of statements that were sent to a server. */
  public long sent() {
    return Math.max(0, calls - hits - byRule);
  }

  /** Average time that a server takes for one statement. */
  public long averageMicros() {
    return sent() == 0 ? 0 : micros / sent();
  }

  /** Average time that clients wait for the answer of a server. */
  public long averageResponseMicros() {
    return sent() == 0 ? 0 : (micros + waitMicros) / sent();
  }

  /** Of a hundred, so many were answered from the cache. */
  public long hitPercent() {
    return calls == 0 ? 0 : 100 * hits / calls;
  }

  /** The most frequent reason why a rule's wish to have them cached was not met. */
  public Optional<Uncached> whyUncached() {
    return most(uncached);
  }

  /** The most frequent reason why the writer was sent what only reads. */
  public Optional<OnWriter> whyOnWriter() {
    return most(onWriter);
  }

  private static <E> Optional<E> most(Map<E, Long> reasons) {
    return reasons.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }
}
