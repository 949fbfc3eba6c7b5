package dev.heimdall.engine.analytics;

import dev.heimdall.engine.observe.OnWriter;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.Statement;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Counts of one event loop for the statements of one pattern in one virtual database. All methods
 * that count are called on that loop only, and neither allocate nor lock; any thread may read.
 */
public final class PatternCounts {
  static final int CALLS = 0;
  static final int MICROS = 1;
  static final int MOST_MICROS = 2;
  static final int ERRORS = 3;
  static final int BYTES = 4;
  static final int HITS = 5;
  static final int BY_RULE = 6;
  static final int REPLICA = 7;
  static final int LAST = 8;
  static final int WAIT_MICROS = 9;
  static final int READS = 10;
  static final int SAMPLED = 11;
  static final int SUITED = 12;
  static final int BY_KEY = 13;
  static final int PAIRS = 14;
  static final int EQUAL = 15;
  static final int UNCACHED = 16;
  static final int ON_WRITER = UNCACHED + Uncached.values().length;
  static final int SIZE = ON_WRITER + OnWriter.values().length;

  /** One read in about so many is sampled, and compared with so many that were sampled before. */
  private static final int SAMPLED_ONE_IN = 16;

  private static final int COMPARED = 8;

  /** About how many bytes one takes in memory, with its place among the others. */
  public static final int WEIGHT = 400 + 8 * (SIZE + COMPARED) + 4 * ResponseTimes.BUCKETS;

  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);

  private final QueryPatterns of;
  private final String text;
  private final long high;
  private final long low;
  private final boolean light;
  private final long since = System.currentTimeMillis();
  private final long[] counts = new long[SIZE];

  /** Number of answers by the time that clients waited for them. */
  private final int[] times = new int[ResponseTimes.BUCKETS];

  /** Hashes of the reads that were sampled last. */
  private final long[] sample = new long[COMPARED];

  /**
   * Columns, in full, by which the last of the sampled ones reads certain rows; written by the
   * loop.
   */
  private volatile List<String> keys = List.of();

  /** Reads up to the next one that is sampled: by chance, as clients may repeat themselves. */
  private int unsampled = SAMPLED_ONE_IN;

  /** Written by the loop, when another one comes than before. */
  private volatile List<MatchedRule> rules = List.of();

  private volatile Statement statement;

  /** Those of the same statements in another virtual database; of the loop alone. */
  private PatternCounts next;

  PatternCounts(
      QueryPatterns of, String text, long high, long low, boolean light, PatternCounts next) {
    this.of = of;
    this.text = text;
    this.high = high;
    this.low = low;
    this.light = light;
    this.next = next;
  }

  /** Those of this virtual database in a chain; null where it has none. */
  public static PatternCounts find(PatternCounts chain, QueryPatterns of) {
    PatternCounts each = chain;
    while (each != null && each.of != of) {
      each = each.next;
    }
    return each;
  }

  /** The chain without those of virtual databases that are closed. */
  static PatternCounts open(PatternCounts chain) {
    if (chain == null) {
      return null;
    }
    PatternCounts rest = open(chain.next);
    if (chain.of.closed()) {
      return rest;
    }
    chain.next = rest;
    return chain;
  }

  /** Returns the number of counts in a chain. */
  public static int length(PatternCounts chain) {
    int length = 0;
    for (PatternCounts each = chain; each != null; each = each.next) {
      length++;
    }
    return length;
  }

  /** The node does not know these statements any more. */
  public static void forget(PatternCounts chain) {
    for (PatternCounts each = chain; each != null; each = each.next) {
      each.of.forgotten(each);
    }
  }

  // ---- counting

  /** True if it costs servers nothing: what comes with it has taken all the time. */
  public boolean light() {
    return light;
  }

  /** A server, or another engine, has answered one. */
  public void answered(long micros, long bytes, boolean failed, long now) {
    add(CALLS, 1);
    add(MICROS, micros);
    if (micros > counts[MOST_MICROS]) {
      set(MOST_MICROS, micros);
    }
    if (bytes != 0) {
      add(BYTES, bytes);
    }
    if (failed) {
      add(ERRORS, 1);
    }
    set(LAST, now);
  }

  /** The client had waited for an answer for so long, with all that was before it was sent. */
  public void responded(long micros) {
    int bucket = ResponseTimes.bucketOf(micros);
    INTS.setOpaque(times, bucket, times[bucket] + 1);
  }

  /** One of them had to wait before it was sent, for a server connection or anything else. */
  public void waited(long micros) {
    add(WAIT_MICROS, micros);
  }

  /** One was answered from the cache. */
  public void hit(long now) {
    add(CALLS, 1);
    add(HITS, 1);
    set(LAST, now);
  }

  /** A rule has answered one, or rejected it. */
  public void answeredByRule(long now) {
    add(CALLS, 1);
    add(BY_RULE, 1);
    set(LAST, now);
  }

  /** One that a rule wants cached was not. */
  public void uncached(Uncached reason) {
    add(UNCACHED + reason.ordinal(), 1);
  }

  /**
   * A read came outside of a transaction that no rule has cached; true if it is to be sampled, and
   * the caller calls {@link #sampled} if the cache could answer it.
   */
  public boolean read() {
    add(READS, 1);
    if (--unsampled > 0) {
      return false;
    }
    unsampled = 1 + ThreadLocalRandom.current().nextInt(2 * SAMPLED_ONE_IN - 1);
    add(SAMPLED, 1);
    return true;
  }

  /**
   * The cache could answer the sampled read.
   *
   * @param hash of the request, equal for those that one result would answer
   * @param rows those on which its result would rest, by the table; all of a table that is not
   *     there
   */
  public void sampled(long hash, Map<String, RowKeys> rows) {
    long before = counts[SUITED];
    int compared = (int) Math.min(COMPARED, before);
    int equal = 0;
    for (int i = 0; i < compared; i++) {
      if (sample[i] == hash) {
        equal++;
      }
    }
    sample[(int) (before % COMPARED)] = hash;
    add(SUITED, 1);
    add(PAIRS, compared);
    if (equal > 0) {
      add(EQUAL, equal);
    }
    if (!rows.isEmpty()) {
      add(BY_KEY, 1);
      List<String> columns =
          rows.values().stream()
              .flatMap(of -> of.columns().stream().map(column -> of.table() + "." + column))
              .toList();
      if (!columns.equals(keys)) {
        keys = columns;
      }
    }
  }

  /** One was sent to a replica. */
  public void onReplica() {
    add(REPLICA, 1);
  }

  /** One that reads was sent to the writer. */
  public void onWriter(OnWriter reason) {
    add(ON_WRITER + reason.ordinal(), 1);
  }

  /**
   * One was judged.
   *
   * @param matched the rules that matched
   * @param does what it does to data; null where that is not known
   */
  public void judged(List<MatchedRule> matched, Statement does) {
    if (matched != rules && !matched.equals(rules)) {
      rules = matched;
    }
    if (does != statement && does != null) {
      statement = does;
    }
  }

  private void add(int counter, long amount) {
    LONGS.setOpaque(counts, counter, counts[counter] + amount);
  }

  private void set(int counter, long value) {
    LONGS.setOpaque(counts, counter, value);
  }

  // ---- reading

  long get(int counter) {
    return (long) LONGS.getOpaque(counts, counter);
  }

  ResponseTimes times() {
    long[] copy = new long[ResponseTimes.BUCKETS];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = Integer.toUnsignedLong((int) INTS.getOpaque(times, i));
    }
    return new ResponseTimes(copy);
  }

  String text() {
    return text;
  }

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  /** Start of this count, in milliseconds since 1970. */
  long since() {
    return since;
  }

  List<MatchedRule> rules() {
    return rules;
  }

  List<String> keys() {
    return keys;
  }

  ReadSample sample() {
    return new ReadSample(
        get(READS), get(SAMPLED), get(SUITED), get(BY_KEY), get(PAIRS), get(EQUAL));
  }

  /** Effect of such statements on data; null where it has not been determined. */
  Statement statement() {
    return statement;
  }
}
