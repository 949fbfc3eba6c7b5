package dev.heimdall.engine.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.heimdall.engine.cache.far.FarFigures;
import dev.heimdall.engine.cache.far.FarTier;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.model.CacheSettings;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The results that are kept of one virtual database, weighed in bytes, those that were not used for
 * long going first. May be used from any thread, and never waits.
 *
 * <p>A result is kept with the number of writes that were noted before its statement was sent. It
 * is served as long as none of its tables was written since: a write through any node of the fleet
 * is noted before it is acknowledged. So a result cannot be older than what was acknowledged,
 * whatever the order in which the two came.
 */
public final class QueryCache {
  /** Of the results' memory, so much again may be taken by answers that are just being copied. */
  private static final int COPIES_SHARE = 4;

  /** Texts and values of which it is remembered that they came, for `preCacheTracking`. */
  private static final int MOST_SEEN = 1 << 16;

  /** The last part of a result's time is one of so many. */
  private static final int LAST_PART = 5;

  private final CacheSettings settings;
  private final Optional<FarResults> far;
  private final Cache<CacheKey, Entry> entries;
  private final Flights flights;
  private final TableTraffic traffic;
  private final long[] seen;
  private final AtomicLong copied = new AtomicLong();
  private final CachePatterns patterns;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder same = new LongAdder();
  private final LongAdder different = new LongAdder();
  private final LongAdder stored = new LongAdder();
  private final Map<Removal, LongAdder> removed = new EnumMap<>(Removal.class);

  /** A result, and how often it was of use. */
  private static final class Entry {
    /** Uses beyond that are not counted: frequent lookups shall not write all the time. */
    private static final int MOST_USES = 1_000;

    final StoredAnswer answer;

    /** View that is queried for writes: a cluster that is watched anew has counted anew. */
    final ClusterView in;

    /** Writes before the statement was sent. */
    final long noted;

    /** Time of the server's answer, by {@link System#nanoTime}. */
    final long at;

    /** Time after which it is no longer served, likewise. */
    final long until;

    final PatternWorth worth;

    /** A race costs one of them. */
    private int uses;

    Entry(
        StoredAnswer answer, ClusterView in, long noted, long at, long until, PatternWorth worth) {
      this.answer = answer;
      this.in = in;
      this.noted = noted;
      this.at = at;
      this.until = until;
      this.worth = worth;
    }

    int weight() {
      int weight = answer.size();
      for (RowKeys rows : answer.by().values()) {
        weight += rows.weight();
      }
      return weight;
    }

    void used() {
      if (uses < MOST_USES) {
        uses++;
      }
    }

    void went() {
      worth.went(at, uses);
    }
  }

  /** An entry is gone when its own time is over, for all sessions. */
  private static final class UntilOver implements Expiry<CacheKey, Entry> {
    @Override
    public long expireAfterCreate(CacheKey key, Entry entry, long now) {
      return Math.max(0, entry.until - System.nanoTime());
    }

    @Override
    public long expireAfterUpdate(CacheKey key, Entry entry, long now, long left) {
      return expireAfterCreate(key, entry, now);
    }

    @Override
    public long expireAfterRead(CacheKey key, Entry entry, long now, long left) {
      return left;
    }
  }

  /**
   * @param far where nodes keep results for each other, where they do
   */
  public QueryCache(CacheSettings settings, Optional<FarTier> far) {
    this.far = settings.pciHipaaCache() ? Optional.empty() : far.map(FarResults::new);
    this.settings = settings;
    this.flights = new Flights(settings.singleFlight().toNanos(), System::nanoTime);
    this.traffic = new TableTraffic(settings.dmlThreshold(), System::nanoTime);
    this.patterns = new CachePatterns(settings.dmlThreshold() < TableTraffic.ALL, System::nanoTime);
    this.seen = new long[settings.preCacheTracking() ? MOST_SEEN : 0];
    for (Removal why : Removal.values()) {
      removed.put(why, new LongAdder());
    }
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(settings.maxSize())
            .weigher((CacheKey key, Entry entry) -> key.weight() + entry.weight())
            .expireAfter(new UntilOver())
            .executor(Runnable::run) // upkeep is a few pointers each time: no thread for it
            .evictionListener((key, entry, cause) -> evicted(entry, cause))
            .build();
  }

  /** Results that the nodes keep for each other; empty where this one keeps all to itself. */
  public Optional<FarResults> far() {
    return far;
  }

  /** Statements that are on their way for several who wait. */
  public Flights flights() {
    return flights;
  }

  /** Frequency of reads and writes of tables. */
  public TableTraffic traffic() {
    return traffic;
  }

  public CacheSettings settings() {
    return settings;
  }

  /**
   * Returns the result that is cached and valid.
   *
   * @param tables that the result is from
   * @param nanos how long after it was answered it may be served, as rules and settings say by now
   * @return null for nothing
   */
  public StoredAnswer find(CacheKey key, ClusterView view, Collection<String> tables, long nanos) {
    Entry entry = entries.getIfPresent(key);
    if (entry == null) {
      return null;
    }
    long now = System.nanoTime();
    if (entry.until - now <= 0 || now - entry.at >= nanos) {
      return null; // Caffeine removes it at its leisure, or another rule may serve it
    }
    if (entry.in != view) {
      remove(key, entry, Removal.CLUSTER);
      return null;
    }
    if (!view.holds(entry.noted, entry.at, tables, entry.answer.by())) {
      if (remove(key, entry, Removal.WRITTEN)) {
        entry.went();
      }
      return null;
    }
    entry.used();
    return entry.answer;
  }

  private boolean remove(CacheKey key, Entry entry, Removal why) {
    boolean there = entries.asMap().remove(key, entry);
    if (there) {
      removed.get(why).increment();
    }
    return there;
  }

  private void evicted(Entry entry, RemovalCause cause) {
    entry.went();
    removed.get(cause == RemovalCause.EXPIRED ? Removal.EXPIRED : Removal.SIZE).increment();
  }

  /**
   * True if a result that is kept has lived through most of its time.
   *
   * @param nanos as {@link #find} has it
   */
  public boolean ages(CacheKey key, long nanos) {
    Entry entry = entries.getIfPresent(key);
    if (entry == null) {
      return false;
    }
    long whole = Math.min(nanos, entry.until - entry.at);
    return entry.at + whole - System.nanoTime() < whole / LAST_PART;
  }

  /**
   * Keeps a result, unless its tables were written meanwhile.
   *
   * @param noted writes before the statement was sent
   * @param age nanoseconds since the server answered it
   * @param nanos how long it may be served from then on
   * @param worth hears of how it fares
   * @param rows those on which it rests, by the table; all of a table that is not there
   * @return whether it is kept
   */
  public boolean keep(
      CacheKey key,
      StoredAnswer answer,
      ClusterView view,
      long noted,
      Collection<String> tables,
      long age,
      long nanos,
      PatternWorth worth,
      Map<String, RowKeys> rows) {
    boolean holds = age < nanos && view.holds(noted, tables, rows);
    if (holds) {
      view.keptBy(rows);
      long at = System.nanoTime() - age;
      entries.put(key, new Entry(answer.by(rows), view, noted, at, at + nanos, worth));
      stored.increment();
    }
    return holds;
  }

  /**
   * So many bytes of an answer are about to be copied.
   *
   * @return whether there is room for them; if not, nothing was taken
   */
  public boolean takeRoom(int bytes) {
    if (copied.addAndGet(bytes) > settings.maxSize() / COPIES_SHARE) {
      copied.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /** So many bytes that were copied are kept by now, or dropped. */
  public void giveRoomBack(int bytes) {
    copied.addAndGet(-bytes);
  }

  /** True if a result is worth its memory: it was asked for before, where that is demanded. */
  public boolean mayKeep(CacheKey key) {
    if (seen.length == 0) {
      return true;
    }
    long name = key.name();
    int at = (int) (name >>> 48) & (MOST_SEEN - 1);
    boolean before = seen[at] == name; // a race costs one more miss
    seen[at] = name;
    return before;
  }

  /** Cache statistics of the statements of each pattern. */
  public CachePatterns patterns() {
    return patterns;
  }

  /** A statement was looked for. */
  public void counted(boolean hit) {
    (hit ? hits : misses).increment();
  }

  /** A result was compared with what the server answers. */
  public void compared(boolean alike) {
    (alike ? same : different).increment();
  }

  /** Lets go of all that is kept. */
  public void clear() {
    removed.get(Removal.FLUSHED).add(entries.estimatedSize());
    entries.invalidateAll();
  }

  /** Figures of the cache, for operators. */
  public Figures figures() {
    return new Figures(
        entries.estimatedSize(),
        entries
            .policy()
            .eviction()
            .flatMap(e -> e.weightedSize().stream().boxed().findAny())
            .orElse(0L),
        settings.maxSize(),
        hits.sum(),
        misses.sum(),
        stored.sum(),
        removed(),
        flights.waiting(),
        flights.waited(),
        same.sum(),
        different.sum(),
        far.map(FarResults::outdatedSoFar).orElse(0L),
        far.map(FarResults::figures));
  }

  private Map<Removal, Long> removed() {
    Map<Removal, Long> sums = new EnumMap<>(Removal.class);
    removed.forEach((why, count) -> sums.put(why, count.sum()));
    return sums;
  }

  /**
   * Its figures.
   *
   * @param bytes that the results and what they are known by take
   * @param limit bytes that they may take
   * @param removed results that are not kept any more, by why
   * @param waiting statements that wait for an equal one at present
   * @param waited statements that were served what another one has fetched meanwhile
   * @param same results that were compared with what the server answers, and were the same
   * @param different those that were not
   * @param farOutdated results of other nodes that were found and not served, as their tables were
   *     written since
   * @param far of what the nodes keep for each other, all virtual databases of this node together
   */
  public record Figures(
      long entries,
      long bytes,
      long limit,
      long hits,
      long misses,
      long stored,
      Map<Removal, Long> removed,
      long waiting,
      long waited,
      long same,
      long different,
      long farOutdated,
      Optional<FarFigures> far) {
    public Figures {
      removed = Map.copyOf(removed);
    }

    /** Results that were found to be older than a write of their tables. */
    public long outdated() {
      return removed.get(Removal.WRITTEN) + removed.get(Removal.CLUSTER);
    }

    /** Results that had to go for want of room, or whose time was over. */
    public long evictions() {
      return removed.get(Removal.SIZE) + removed.get(Removal.EXPIRED);
    }
  }
}
