package dev.heimdall.manager.dashboard;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Activity of nodes, updated as their reports come in. A moment is two seconds of the manager's
 * clock; it is closed a little after it is over, when the reports are there that reach over its
 * end. What nodes report is spread over the time that it is of, so that reports need not come
 * evenly.
 *
 * <p>Memory is bounded by the number of {@link Series}: what there is no room for counts in what is
 * shown of all.
 */
final class LiveFigures {
  /** As many nodes are known at a time. */
  static final int MOST_NODES = 500;

  /** Reports are two seconds apart, and some come late. */
  static final long CLOSED_AFTER = 3500;

  /** Time without reports after which a node no longer counts as reporting. */
  static final long LOST_AFTER = 10_000;

  private static final long STEP = Span.HOUR.stepMillis();
  private static final long FORGOTTEN_AFTER = Span.DAY.stepMillis() * Span.DAY.moments;
  private static final int FORGETTING_EVERY = 300;
  private static final int SHARE_OF_HEAP = 8;

  /** Reports that come faster are left out: the next one counts what they have counted. */
  private static final int MOST_DELTAS = 64;

  /** More lines cannot be told apart. */
  private static final int MOST_LINES = 100;

  private final int mostSeries;

  /** Bytes of what nodes have reported last. */
  private final long mostBytes;

  private long bytes;
  private final Map<String, Node> nodes = new TreeMap<>();
  private final Map<Scope, Series> series = new HashMap<>();
  private long closed = Long.MIN_VALUE;
  private long looked = Long.MIN_VALUE;

  private static final class Node {
    private final Deque<Delta> deltas = new ArrayDeque<>();
    private Optional<Reported> last = Optional.empty();
    private long known;
    private long heard;

    Node(long known) {
      this.known = known;
    }

    long bytes() {
      return last.map(Reported::bytes).orElse(0L) + deltas.stream().mapToLong(Delta::bytes).sum();
    }

    /** Returns the last delta reported by then, unless that is too long ago. */
    private Optional<Delta> latest(long end) {
      Delta latest = null;
      for (Delta delta : deltas) {
        if (latest == null || delta.from() < end) {
          latest = delta;
        }
      }
      return Optional.ofNullable(latest)
          .filter(delta -> delta.from() < end && delta.until() > end - LOST_AFTER);
    }
  }

  /** Series take an eighth of the heap at most, and what was reported last another one. */
  LiveFigures() {
    this(
        (int) (Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / Series.BYTES),
        Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  }

  /**
   * @param mostSeries as many are kept at a time
   */
  LiveFigures(int mostSeries) {
    this(mostSeries, Long.MAX_VALUE);
  }

  LiveFigures(int mostSeries, long mostBytes) {
    this.mostSeries = Math.max(1, mostSeries);
    this.mostBytes = mostBytes;
  }

  /**
   * A node has reported.
   *
   * @param now by the manager's clock, in milliseconds
   */
  synchronized void arrived(String id, Reported reported, long now) {
    advance(now);
    Node node = nodes.get(id);
    if (node == null) {
      if (nodes.size() >= MOST_NODES && !forgetOneBefore(now - LOST_AFTER)) {
        return;
      }
      node = new Node(now);
      nodes.put(id, node);
    }
    node.heard = now;
    long had = node.bytes();
    if (node.deltas.size() >= MOST_DELTAS || !fits(reported, had)) {
      return;
    }
    // What a node did before it was known is of no moment that is kept.
    boolean begins = node.last.isPresent() || reported.upMillis() <= LOST_AFTER;
    Delta delta = reported.since(begins ? node.last : Optional.of(reported), now);
    node.last = Optional.of(reported);
    node.deltas.add(delta);
    bytes += node.bytes() - had;
    delta.vdbs().forEach((vdb, did) -> count(id, vdb, did.counts()));
  }

  /** Each node may take its part of the room, and more while there is some. */
  private boolean fits(Reported reported, long had) {
    long next = had + reported.bytes();
    return next <= mostBytes / MOST_NODES || bytes - had + next <= mostBytes;
  }

  private void count(String node, String vdb, long[] more) {
    for (Scope scope :
        List.of(Scope.ALL, new Scope(node, ""), new Scope("", vdb), new Scope(node, vdb))) {
      of(scope).ifPresent(kept -> kept.count(more));
    }
  }

  /** Closes the moments that are over. */
  private void advance(long now) {
    if (looked != Long.MIN_VALUE && now < looked - CLOSED_AFTER) {
      beginAnew(now);
    }
    looked = now;
    long due = Math.floorDiv(now - CLOSED_AFTER, STEP) - 1;
    closed = Math.max(closed, due - Span.HOUR.moments);
    while (closed < due) {
      closed++;
      close(closed);
    }
  }

  /** The clock was put back: what lies ahead by it is of no moment that comes. */
  private void beginAnew(long now) {
    for (Node node : nodes.values()) {
      long had = node.bytes();
      node.deltas.clear();
      node.known = Math.min(node.known, now);
      bytes += node.bytes() - had;
    }
    closed = Math.floorDiv(now - CLOSED_AFTER, STEP) - 1;
  }

  private void close(long moment) {
    long begin = moment * STEP;
    long end = begin + STEP;
    Sum all = new Sum();
    Map<String, Sum> vdbs = new TreeMap<>();
    for (Map.Entry<String, Node> entry : nodes.entrySet()) {
      Node node = entry.getValue();
      Map<String, Sum> own = new TreeMap<>();
      Sum whole = sum(node, own, begin, end);
      if (node.latest(end).isPresent()) {
        put(new Scope(entry.getKey(), ""), moment, whole);
        own.forEach((vdb, sum) -> put(new Scope(entry.getKey(), vdb), moment, sum));
      }
      all.beside(whole);
      own.forEach((vdb, sum) -> vdbs.computeIfAbsent(vdb, one -> new Sum()).beside(sum));
      while (node.deltas.size() > 1 && node.deltas.peek().until() <= end) {
        bytes -= node.deltas.remove().bytes();
      }
    }
    if (nodes.values().stream().anyMatch(node -> node.known < end)) {
      put(Scope.ALL, moment, all);
    }
    vdbs.forEach((vdb, sum) -> put(new Scope("", vdb), moment, sum));
    while (forgetOneBefore(end - FORGOTTEN_AFTER)) {
      // until all are from after that
    }
    if (moment % FORGETTING_EVERY == 0) {
      series
          .values()
          .removeIf(
              kept ->
                  kept.last() != Long.MIN_VALUE && kept.last() < moment - FORGOTTEN_AFTER / STEP);
    }
  }

  /** Sums up the activity of a node in an interval, and that of each of its virtual databases. */
  private static Sum sum(Node node, Map<String, Sum> own, long begin, long end) {
    Sum whole = new Sum();
    for (Delta delta : node.deltas) {
      double share = delta.share(begin, end);
      if (share > 0) {
        whole.addCpu(delta.cpuMicros() * share);
        delta
            .vdbs()
            .forEach(
                (vdb, did) -> {
                  whole.add(did, share);
                  own.computeIfAbsent(vdb, one -> new Sum()).add(did, share);
                });
      }
    }
    node.latest(end).ifPresent(latest -> addLevels(latest, whole, own));
    return whole;
  }

  private static void addLevels(Delta latest, Sum whole, Map<String, Sum> own) {
    whole.addNode();
    latest
        .vdbs()
        .forEach(
            (vdb, did) -> {
              whole.addLevels(did.levels());
              Sum sum = own.computeIfAbsent(vdb, one -> new Sum());
              sum.addLevels(did.levels());
              sum.addNode();
            });
  }

  private void put(Scope scope, long moment, Sum sum) {
    of(scope).ifPresent(kept -> kept.put(moment, sum));
  }

  /**
   * Returns the series of a scope, kept from now on if there is room; pairs, of which there may be
   * many, leave half of it to others.
   */
  private Optional<Series> of(Scope scope) {
    Series kept = series.get(scope);
    boolean room =
        scope.equals(Scope.ALL) || series.size() < (scope.isPair() ? mostSeries / 2 : mostSeries);
    if (kept == null && room) {
      kept = new Series();
      series.put(scope, kept);
    }
    return Optional.ofNullable(kept);
  }

  private boolean forgetOneBefore(long when) {
    Iterator<Map.Entry<String, Node>> all = nodes.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Node> one = all.next();
      if (one.getValue().heard < when) {
        bytes -= one.getValue().bytes();
        all.remove();
        series.keySet().removeIf(scope -> scope.node().equals(one.getKey()));
        return true;
      }
    }
    return false;
  }

  /** Bytes of what nodes have reported last. */
  synchronized long bytes() {
    return bytes;
  }

  /** Number of series that are kept. */
  synchronized int series() {
    return series.size();
  }

  /**
   * Returns the figures to show.
   *
   * @param since only moments after this one, in seconds since 1970
   * @param now by the manager's clock, in milliseconds
   */
  synchronized ShownFigures look(Scope scope, Span span, long since, long now) {
    advance(now);
    // One that no moment was put into yet is there, too, and has no newest.
    Optional<Series> of =
        Optional.ofNullable(series.get(scope)).filter(kept -> kept.last() != Long.MIN_VALUE);
    long last = of.map(kept -> kept.newest(span)).orElse(0L);
    long first = Math.max(last - span.moments + 1, since / span.stepSeconds + 1);
    while (first <= last && Double.isNaN(of.get().get(span, first, Field.NODES))) {
      first++;
    }
    int count = of.isEmpty() ? 0 : (int) Math.max(0, last - first + 1);
    long[] times = new long[count];
    Map<Field, double[]> columns = new EnumMap<>(Field.class);
    for (Field field : Field.values()) {
      columns.put(field, column(of, span, first, count, field));
    }
    for (int i = 0; i < count; i++) {
      times[i] = (first + i) * span.stepSeconds;
    }
    List<ShownFigures.Line> lines =
        nodes.keySet().stream().map(id -> line(id, scope.vdb())).toList();
    Map<String, double[]> byNode = new LinkedHashMap<>();
    if (scope.node().isEmpty()) {
      for (String node : drawn(scope.vdb())) {
        byNode.put(
            node,
            column(
                Optional.ofNullable(series.get(new Scope(node, scope.vdb()))),
                span,
                first,
                count,
                Field.QUERIES));
      }
    }
    return new ShownFigures(
        span,
        times,
        columns,
        byNode,
        Map.of(),
        lines,
        vdbs().stream()
            .map(vdb -> new ShownFigures.Line(vdb, newest(new Scope(scope.node(), vdb))))
            .toList(),
        newest(scope),
        Optional.ofNullable(series.get(scope))
            .map(Series::counted)
            .orElseGet(() -> new long[Count.values().length]));
  }

  /** Of the moment that was closed last, of each virtual database on all nodes. */
  synchronized Map<String, double[]> newest(long now) {
    advance(now);
    Map<String, double[]> newest = new TreeMap<>();
    vdbs().forEach(vdb -> newest.put(vdb, newest(new Scope("", vdb))));
    return newest;
  }

  private ShownFigures.Line line(String node, String vdb) {
    return new ShownFigures.Line(node, newest(new Scope(node, vdb)));
  }

  /** The nodes of which there are lines, also those that do not report any more. */
  private List<String> drawn(String vdb) {
    return series.keySet().stream()
        .filter(scope -> !scope.node().isEmpty() && scope.vdb().equals(vdb))
        .map(Scope::node)
        .sorted()
        .limit(MOST_LINES)
        .toList();
  }

  /** Returns the whole minutes of each series except those of pairs, of which there are many. */
  synchronized SortedMap<Long, Map<Scope, char[]>> minutes(long after, long now) {
    advance(now);
    long last = Math.floorDiv(closed * STEP, Span.DAY.stepMillis()) - 1;
    SortedMap<Long, Map<Scope, char[]>> minutes = new TreeMap<>();
    for (long minute = Math.max(after, last - Span.DAY.moments) + 1; minute <= last; minute++) {
      Map<Scope, char[]> rows = new HashMap<>();
      for (Map.Entry<Scope, Series> one : series.entrySet()) {
        if (!one.getKey().isPair()) {
          one.getValue().minute(minute).ifPresent(row -> rows.put(one.getKey(), row));
        }
      }
      minutes.put(minute, rows);
    }
    return minutes;
  }

  /** Restores a minute from before this manager was started. */
  synchronized void restore(Scope scope, long minute, char[] row) {
    of(scope).ifPresent(kept -> kept.restore(minute, row));
  }

  /** The minutes of ten minutes, as far as they are known here. */
  synchronized SortedMap<Long, List<char[]>> tens(Scope scope, long from, long to) {
    SortedMap<Long, List<char[]>> tens = new TreeMap<>();
    Series kept = series.get(scope);
    if (kept == null || kept.newest(Span.DAY) == Long.MIN_VALUE) {
      return tens;
    }
    long last = kept.newest(Span.DAY);
    for (long minute = last - Span.DAY.moments + 1; minute <= last; minute++) {
      long ten = KeptFigures.ten(minute);
      Optional<char[]> row = kept.minute(minute);
      if (row.isPresent() && ten >= from && ten <= to) {
        tens.computeIfAbsent(ten, one -> new ArrayList<>()).add(row.get());
      }
    }
    return tens;
  }

  private Collection<String> vdbs() {
    Collection<String> names = new TreeSet<>();
    for (Scope scope : series.keySet()) {
      if (!scope.vdb().isEmpty()) {
        names.add(scope.vdb());
      }
    }
    return names;
  }

  /** Of the moment that was closed last; nothing is known of who has not reported for it. */
  private double[] newest(Scope scope) {
    double[] values = new double[Field.values().length];
    Series kept = series.get(scope);
    for (Field field : Field.values()) {
      values[field.ordinal()] = kept == null ? Double.NaN : kept.get(Span.HOUR, closed, field);
    }
    return values;
  }

  private static double[] column(
      Optional<Series> of, Span span, long first, int count, Field field) {
    double[] column = new double[count];
    for (int i = 0; i < count; i++) {
      column[i] = of.isEmpty() ? Double.NaN : of.get().get(span, first + i, field);
    }
    return column;
  }
}
