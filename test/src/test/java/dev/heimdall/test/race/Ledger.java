package dev.heimdall.test.race;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What was acknowledged, what each node has heard, and so what a read must find. Each table has one
 * number, which every commit counts up: who knows of so many commits must find at least that.
 *
 * <p>Tables are written through one place, or by all. Of what comes from elsewhere a node may serve
 * less until it has heard of it, and no longer: a read that finds less is compared with what its
 * node had taken in before it began, and its age with the longest time that any commit has taken to
 * be heard in the same run.
 */
final class Ledger {
  /** Of a table that all places write. */
  static final int ALL = -1;

  /** What a read has not kept to. */
  enum Breach {
    /** It misses what its own node had acknowledged. */
    OWN,
    /** It misses what its node had heard of another one. */
    HEARD_OF_PEER,
    /** It misses what its node had heard from the database. */
    HEARD_OF_DATABASE,
    /** It misses what any node had acknowledged. */
    ANY,
    /** It misses what its client had seen, through the only node that writes it. */
    BACKWARD
  }

  private final Level level;
  private final int nodes;
  private final int[] owners;
  private final AtomicLongArray[] acknowledgedAt;
  private final AtomicIntegerArray[] highest;
  private final AtomicIntegerArray[] count;
  private final Heard[] fromPeers;
  private final Heard[] fromDatabase;
  private final AtomicIntegerArray steps;
  private final AtomicIntegerArray open;
  private final Queue<String> breaches = new ConcurrentLinkedQueue<>();
  private final Set<Breach> kinds = ConcurrentHashMap.newKeySet();
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong interleaved = new AtomicLong();
  private final AtomicLong behind = new AtomicLong();
  private final AtomicLongArray[] oldest;

  /** How many commits of each table a node has heard of on one way, and when. */
  private static final class Heard {
    final AtomicIntegerArray count;
    final AtomicLongArray[] at;

    Heard(int tables, int most) {
      count = new AtomicIntegerArray(tables);
      at =
          IntStream.range(0, tables)
              .mapToObj(t -> new AtomicLongArray(most))
              .toArray(AtomicLongArray[]::new);
    }

    void heard(int table) {
      int number = count.incrementAndGet(table);
      at[table].set(number, System.nanoTime());
    }
  }

  /**
   * @param nodes how many
   * @param owners for each table the place that writes it; a place that is no node writes past them
   * @param most commits of one table, at most
   */
  Ledger(Level level, int nodes, int[] owners, int most) {
    this.level = level;
    this.nodes = nodes;
    this.owners = owners.clone();
    int tables = owners.length;
    acknowledgedAt = times(tables, most + 1);
    highest = counts(nodes, tables);
    count = counts(nodes, tables);
    fromPeers = heard(tables, most + 1);
    fromDatabase = heard(tables, most + 1);
    steps = new AtomicIntegerArray(tables);
    open = new AtomicIntegerArray(tables);
    oldest =
        IntStream.range(0, nodes)
            .mapToObj(n -> new AtomicLongArray(tables))
            .toArray(AtomicLongArray[]::new);
  }

  private static AtomicLongArray[] times(int tables, int most) {
    return IntStream.range(0, tables)
        .mapToObj(t -> new AtomicLongArray(most))
        .toArray(AtomicLongArray[]::new);
  }

  private static AtomicIntegerArray[] counts(int nodes, int tables) {
    return IntStream.range(0, nodes)
        .mapToObj(n -> new AtomicIntegerArray(tables))
        .toArray(AtomicIntegerArray[]::new);
  }

  private Heard[] heard(int tables, int most) {
    return IntStream.range(0, nodes).mapToObj(n -> new Heard(tables, most)).toArray(Heard[]::new);
  }

  int tables() {
    return owners.length;
  }

  /** Whether a place writes a table. */
  boolean writes(int place, int table) {
    return owners[table] == place || owners[table] == ALL;
  }

  /** A write is about to be sent. */
  void begun(int table) {
    open.incrementAndGet(table);
    steps.incrementAndGet(table);
  }

  /**
   * A write was answered.
   *
   * @param value what the commit has made of the number; 0 where it was rolled back
   */
  void acknowledged(int place, int table, int value) {
    long now = System.nanoTime();
    if (value > 0) {
      acknowledgedAt[table].set(value, now);
      if (place < nodes) {
        highest[place].accumulateAndGet(table, value, Math::max);
        count[place].incrementAndGet(table);
      }
    }
    steps.incrementAndGet(table);
    open.decrementAndGet(table);
  }

  /** A node has noted a commit of which another one has told. */
  void heardOfPeer(int node, int table) {
    fromPeers[node].heard(table);
  }

  /** A node has noted a commit of which the database has told. */
  void heardOfDatabase(int node, int table) {
    fromDatabase[node].heard(table);
  }

  /** One reader at one node. */
  final class Reader {
    private final int node;
    private final int[] seen = new int[owners.length];

    Reader(int node) {
      this.node = node;
    }

    /** What a read that begins now must find, and be judged by. */
    Read begins(int table) {
      int own = highest[node].get(table);
      int told = count[node].get(table) + fromPeers[node].count.get(table);
      int fed = fromDatabase[node].count.get(table);
      int any = 0;
      for (int i = 0; i < nodes; i++) {
        any = Math.max(any, highest[i].get(table));
      }
      boolean between = open.get(table) > 0;
      return new Read(
          this, table, own, told, fed, any, between, steps.get(table), System.nanoTime());
    }
  }

  /** A read that has begun. */
  final class Read {
    private final Reader by;
    private final int table;
    private final int own;
    private final int told;
    private final int fed;
    private final int any;
    private final boolean between;
    private final int step;
    private final long at;

    Read(
        Reader by,
        int table,
        int own,
        int told,
        int fed,
        int any,
        boolean between,
        int step,
        long at) {
      this.by = by;
      this.table = table;
      this.own = own;
      this.told = told;
      this.fed = fed;
      this.any = any;
      this.between = between;
      this.step = step;
      this.at = at;
    }

    void found(int value) {
      reads.incrementAndGet();
      if (between || steps.get(table) != step) {
        interleaved.incrementAndGet();
      }
      least(Breach.OWN, own, value);
      if (level != Level.SESSION) {
        least(Breach.HEARD_OF_PEER, told, value);
      }
      least(Breach.HEARD_OF_DATABASE, fed, value);
      if (level == Level.STRICT) {
        least(Breach.ANY, any, value);
      }
      if (owners[table] == by.node) {
        least(Breach.BACKWARD, by.seen[table], value);
      }
      by.seen[table] = Math.max(by.seen[table], value);
      long missed = acknowledgedAt[table].get(value + 1);
      if (missed != 0 && at - missed > 0) {
        behind.incrementAndGet();
        oldest[by.node].accumulateAndGet(table, at - missed, Math::max);
      }
    }

    private void least(Breach kind, int least, int value) {
      if (value < least) {
        kinds.add(kind);
        breaches.add(
            "%s: %d instead of %d of table %d through node %d"
                .formatted(kind, value, least, table, by.node));
      }
    }
  }

  /** On which way a node hears of what is written to a table elsewhere; null where it does not. */
  private Heard way(int node, int table, boolean fed) {
    if (owners[table] == ALL || owners[table] == node) {
      return null;
    }
    if (owners[table] < nodes && level != Level.SESSION) {
      return fromPeers[node];
    }
    return fed ? fromDatabase[node] : null;
  }

  /**
   * Whether all that was committed was heard of by whoever is to hear of it.
   *
   * @param fed whether nodes hear of writes from the database
   * @param values of the tables
   */
  boolean allHeard(boolean fed, int[] values) {
    for (int node = 0; node < nodes; node++) {
      for (int table = 0; table < owners.length; table++) {
        Heard way = way(node, table, fed);
        if ((way != null && way.count.get(table) < values[table])
            || (fed && fromDatabase[node].count.get(table) < values[table])) {
          return false;
        }
      }
    }
    return true;
  }

  /** How long the commits of a table have taken to be heard by a node, in nanoseconds, in order. */
  private long[] delays(int node, int table, boolean fed) {
    Heard way = way(node, table, fed);
    return way == null
        ? new long[0]
        : IntStream.rangeClosed(1, way.count.get(table))
            .mapToLong(i -> Math.max(0, way.at[table].get(i) - acknowledgedAt[table].get(i)))
            .sorted()
            .toArray();
  }

  /** The same of all nodes, and of the tables of those places. */
  long[] delays(IntPredicate owner, boolean fed) {
    return IntStream.range(0, nodes * owners.length)
        .filter(i -> owner.test(owners[i % owners.length]))
        .mapToObj(i -> delays(i / owners.length, i % owners.length, fed))
        .flatMapToLong(LongStream::of)
        .sorted()
        .toArray();
  }

  /** The greatest age of an answer, counted from the first acknowledged commit that it misses. */
  long oldest(IntPredicate owner) {
    return IntStream.range(0, nodes * owners.length)
        .filter(i -> owner.test(owners[i % owners.length]))
        .mapToLong(i -> oldest[i / owners.length].get(i % owners.length))
        .max()
        .orElse(0);
  }

  /** Answers that were older than any commit of their table has taken to be heard. */
  List<String> late(boolean fed) {
    List<String> late = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      for (int table = 0; table < owners.length; table++) {
        long[] delays = delays(node, table, fed);
        long age = oldest[node].get(table);
        if (delays.length > 0 && age > delays[delays.length - 1]) {
          late.add(
              "table %d through node %d: %d ns behind, all was heard within %d ns"
                  .formatted(table, node, age, delays[delays.length - 1]));
        }
      }
    }
    return late;
  }

  /** Reads that found less than they must. */
  Queue<String> breaches() {
    return breaches;
  }

  Set<Breach> kinds() {
    return kinds.isEmpty() ? EnumSet.noneOf(Breach.class) : EnumSet.copyOf(kinds);
  }

  long reads() {
    return reads.get();
  }

  /** Reads during which their table was being written. */
  long interleaved() {
    return interleaved.get();
  }

  /** Reads that found less than was acknowledged somewhere, as they may. */
  long behind() {
    return behind.get();
  }
}
