package dev.heimdall.manager.analytics;

import dev.heimdall.model.CacheSettings;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Recommends which patterns to cache, by what nodes have counted within the last hour: how often
 * equal reads come, how long they take, and how often their tables are written.
 */
final class CacheAdvice {
  /** Fewer reads in a sample say nothing. */
  private static final int LEAST_SUITED = 20;

  /** Nodes keep no results that are used less. */
  private static final double LEAST_HITS = 0.25;

  /** Microseconds of each second. */
  private static final long LEAST_SAVED = 1_000;

  /** Results that live by key are no more than this share of all where one does not. */
  private static final double BY_KEY = 0.9;

  private static final Set<String> DECIDED = Set.of("cache", "nocache");
  private static final double MILLIS = 1_000;
  private static final int ALL = 100;

  private final RuleMaker maker;
  private final Configuration configuration;
  private final OptionalInt staleness;
  private final double seconds;

  /** By data source and table. */
  private final Map<String, Traffic> traffic = new HashMap<>();

  /** Statements of a table. */
  private static final class Traffic {
    private long reads;
    private long writes;

    /** Those that touch certain rows. */
    private final List<QueryLine> writesByKey = new ArrayList<>();
  }

  /**
   * Writes that take results.
   *
   * @param all of the tables
   * @param byKey those of them that take results with their key alone
   */
  private record Writes(long all, long byKey) {}

  /**
   * @param staleness seconds for which results may be outdated; empty: not at all
   * @param counted time in which the statements have come
   */
  CacheAdvice(
      RuleMaker maker, Configuration configuration, OptionalInt staleness, Duration counted) {
    this.maker = maker;
    this.configuration = configuration;
    this.staleness = staleness;
    this.seconds = Math.max(1, counted.toMillis() / MILLIS);
  }

  /**
   * The recommendations, what saves the most time first.
   *
   * @param lines of all virtual databases: several may write the same tables
   */
  List<Recommendation> of(List<QueryLine> lines) {
    lines.forEach(this::count);
    List<Recommendation> all = new ArrayList<>();
    for (QueryLine line : lines) {
      VirtualDatabase vdb = configuration.vdbs().get(line.key().vdb());
      if (vdb != null) {
        recommendation(line, vdb).ifPresent(all::add);
      }
    }
    all.sort(Comparator.comparingLong(Recommendation::savedMicrosPerSecond).reversed());
    return all;
  }

  private void count(QueryLine line) {
    VirtualDatabase vdb = configuration.vdbs().get(line.key().vdb());
    if (vdb == null) {
      return;
    }
    PatternFacts facts = line.facts();
    long calls = line.sums().calls();
    for (String table : facts.writes()) {
      Traffic of = traffic(vdb, table);
      of.writes += calls;
      if (facts.keyed()) {
        of.writesByKey.add(line);
      }
    }
    for (String table : facts.reads()) {
      traffic(vdb, table).reads += facts.writes().contains(table) ? 0 : calls;
    }
    if (facts.writesAny()) {
      traffic(vdb, "").writes += calls;
    }
  }

  /**
   * @param table empty: any table
   */
  private Traffic traffic(VirtualDatabase vdb, String table) {
    return traffic.computeIfAbsent(vdb.source() + "\n" + table, key -> new Traffic());
  }

  private Optional<Recommendation> recommendation(QueryLine line, VirtualDatabase vdb) {
    ReadSample sample = line.sums().sample();
    PatternFacts facts = line.facts();
    CacheSettings cache = vdb.cache();
    boolean changing = facts.unfit().equals("volatile");
    if (sample.suited() < LEAST_SUITED
        || (!facts.unfit().isEmpty() && !changing)
        || facts.rules().stream().anyMatch(rule -> DECIDED.contains(rule.action()))
        || line.sums().averageBytes() > cache.maxResultSize()) {
      return Optional.empty();
    }
    boolean byKey = sample.keyed() > BY_KEY;
    boolean exempt = changing || isWrittenOften(facts, vdb, byKey);
    if (exempt && staleness.isEmpty()) {
      return Optional.empty();
    }
    Writes written = written(facts, vdb, byKey);
    double reads = sample.cacheable() / seconds;
    double lost = (written.all() - written.byKey()) / seconds;
    double lostByKey = written.byKey() / seconds;
    Duration most =
        exempt && cache.ttl().toSeconds() > staleness.getAsInt()
            ? Duration.ofSeconds(staleness.getAsInt())
            : cache.ttl();
    double used = reads * sample.repetition();
    double gone = lost + lostByKey * sample.repetition() + MILLIS / most.toMillis();
    double hits = used / (used + gone) * room(line, cache);
    Recommendation found =
        new Recommendation(
            line,
            reads,
            written.all() / seconds,
            hits,
            maker.match(line.key(), configuration).orElse(""),
            RuleMaker.lists(line.key(), configuration),
            exempt ? staleness : OptionalInt.empty(),
            cache.enabled());
    return hits < LEAST_HITS
            || found.savedMicrosPerSecond() < LEAST_SAVED
            || found.match().isEmpty()
        ? Optional.empty()
        : Optional.of(found);
  }

  /** Writes of the tables that the statements read. */
  private Writes written(PatternFacts facts, VirtualDatabase vdb, boolean byKey) {
    long all = traffic(vdb, "").writes;
    long ofKey = 0;
    for (String table : facts.reads()) {
      all += traffic(vdb, table).writes;
      ofKey += byKey ? ofKey(traffic(vdb, table), facts, table) : 0;
    }
    return new Writes(all, ofKey);
  }

  private static long ofKey(Traffic of, PatternFacts facts, String table) {
    List<String> columns =
        facts.keys().stream()
            .filter(key -> key.startsWith(table + "."))
            .map(key -> key.substring(table.length() + 1))
            .toList();
    return of.writesByKey.stream()
        .filter(write -> WrittenColumns.has(write.key().text(), columns))
        .mapToLong(write -> write.sums().calls())
        .sum();
  }

  /** True if one of these tables is written more often than results of all of it are kept. */
  private boolean isWrittenOften(PatternFacts facts, VirtualDatabase vdb, boolean byKey) {
    int most = vdb.cache().dmlThreshold();
    for (String table : facts.reads()) {
      Traffic of = traffic(vdb, table);
      double writes = of.writes - (byKey ? ofKey(of, facts, table) : 0);
      if (most < ALL && ALL * writes > most * (of.reads + writes)) {
        return true;
      }
    }
    return false;
  }

  /** Share of the results that the cache has memory for. */
  private static double room(QueryLine line, CacheSettings cache) {
    double repetition = line.sums().sample().repetition();
    double bytes = line.sums().averageBytes() / Math.max(repetition, Double.MIN_NORMAL);
    return Math.min(1, cache.maxSize() / Math.max(1, bytes));
  }
}
