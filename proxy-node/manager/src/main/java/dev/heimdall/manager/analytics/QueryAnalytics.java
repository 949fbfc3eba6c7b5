package dev.heimdall.manager.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.ReportListener;
import dev.heimdall.manager.fleet.SeenNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Adds up what nodes report of statements by their pattern. Nodes report what they have counted
 * since they know a pattern; the differences are kept minute by minute for an hour. Thread-safe.
 */
public final class QueryAnalytics implements ReportListener {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int MINUTES = 60;

  /** Patterns of one node that are followed; those that were not reported for longest go first. */
  private static final int MOST_OF_NODE = 1_000;

  /** Patterns of one minute, and those of which something is known. */
  private static final int MOST = 5_000;

  private static final int MOST_IN_REPORT = 400;
  private static final int MOST_NODES = 500;
  private static final int LONGEST_TEXT = 4_000;

  /** What a node has counted, in its present run. */
  private static final class Counted {
    private String run = "";
    private final Map<PatternKey, PatternSums> last = oldestFirst(MOST_OF_NODE);
  }

  /** What came in one minute. */
  private record Minute(long number, Map<PatternKey, PatternSums> sums) {}

  private final Clock clock;
  private final Map<String, Counted> nodes = oldestFirst(MOST_NODES);
  private final Deque<Minute> minutes = new ArrayDeque<>();
  private final Map<PatternKey, PatternFacts> facts = oldestFirst(MOST);

  /** Many nodes have the same statements: their texts are kept once. */
  private final Map<PatternKey, PatternKey> shared = oldestFirst(MOST);

  public QueryAnalytics(Clock clock) {
    this.clock = clock;
  }

  private static <K, V> Map<K, V> oldestFirst(int most) {
    return new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }

  @Override
  public synchronized void arrived(SeenNode node) {
    JsonNode section = node.section("patterns");
    if (!section.path("patterns").isArray()) {
      return; // not in every report
    }
    Instant now = clock.instant();
    Map<PatternKey, PatternSums> minute = minute(now);
    Counted counted = nodes.computeIfAbsent(node.id(), id -> new Counted());
    boolean anew = !counted.run.equals(node.run());
    if (anew) {
      counted.last.clear();
      counted.run = node.run();
    }
    boolean young = node.started().isAfter(now.minus(HOUR));
    for (JsonNode vdb : section.path("vdbs")) {
      take(counted, minute, PatternKey.all(vdb.path("name").asText()), vdb, young || !anew);
    }
    int taken = 0;
    for (JsonNode entry : section.path("patterns")) {
      String text = entry.path("text").asText();
      if (text.isEmpty() || text.length() > LONGEST_TEXT || ++taken > MOST_IN_REPORT) {
        continue;
      }
      PatternKey key =
          shared.computeIfAbsent(
              new PatternKey(entry.path("vdb").asText(), text), Function.identity());
      boolean recent = Instant.ofEpochMilli(entry.path("since").asLong()).isAfter(now.minus(HOUR));
      take(counted, minute, key, entry, recent);
      facts.merge(key, PatternFacts.of(entry), PatternFacts::with);
    }
  }

  /**
   * @param recent whether all of it counts for this hour where nothing is known from before
   */
  private static void take(
      Counted counted,
      Map<PatternKey, PatternSums> minute,
      PatternKey key,
      JsonNode entry,
      boolean recent) {
    PatternSums now = PatternSums.of(entry);
    PatternSums before = counted.last.put(key, now);
    PatternSums more = before != null ? now.since(before) : recent ? now : PatternSums.NONE;
    if (more.calls() > 0 && (minute.containsKey(key) || minute.size() < MOST)) {
      minute.merge(key, more, PatternSums::plus);
    }
  }

  private Map<PatternKey, PatternSums> minute(Instant now) {
    long number = number(now);
    Minute last = minutes.peekLast();
    if (last == null || last.number() < number) {
      last = new Minute(number, new HashMap<>());
      minutes.add(last);
    }
    forgetOld(number);
    return last.sums();
  }

  private void forgetOld(long number) {
    while (!minutes.isEmpty() && minutes.peek().number() <= number - MINUTES) {
      minutes.remove();
    }
  }

  private static long number(Instant now) {
    return now.getEpochSecond() / 60;
  }

  private Map<PatternKey, PatternSums> sums(Window window) {
    Map<PatternKey, PatternSums> all = new HashMap<>();
    if (window == Window.HOUR) {
      forgetOld(number(clock.instant()));
      minutes.forEach(minute -> add(all, minute.sums()));
    } else {
      nodes.values().forEach(node -> add(all, node.last));
    }
    return all;
  }

  private static void add(Map<PatternKey, PatternSums> to, Map<PatternKey, PatternSums> more) {
    more.forEach((key, sums) -> to.merge(key, sums, PatternSums::plus));
  }

  /** Whether any node has reported statements. */
  synchronized boolean isHeard() {
    return !facts.isEmpty();
  }

  /** The virtual databases that there are statements of. */
  synchronized Set<String> vdbs() {
    Set<String> vdbs = new TreeSet<>();
    facts.keySet().forEach(key -> vdbs.add(key.vdb()));
    return vdbs;
  }

  /**
   * What took the most time first.
   *
   * @param vdb empty: all
   */
  synchronized List<QueryLine> lines(Window window, Optional<String> vdb) {
    Map<PatternKey, PatternSums> sums = sums(window);
    sums.keySet().removeIf(key -> vdb.isPresent() && !vdb.get().equals(key.vdb()));
    long whole = Math.max(micros(sums, true), micros(sums, false));
    List<QueryLine> lines = new ArrayList<>();
    sums.forEach(
        (key, of) -> {
          if (!key.isAll() && of.calls() > 0) {
            lines.add(line(key, of, whole));
          }
        });
    lines.sort(
        Comparator.comparingLong((QueryLine line) -> line.sums().micros())
            .thenComparingLong(line -> line.sums().calls())
            .reversed()
            .thenComparing(line -> line.key().text())
            .thenComparing(line -> line.key().vdb()));
    return lines;
  }

  private QueryLine line(PatternKey key, PatternSums sums, long whole) {
    PatternFacts known = facts.get(key);
    return new QueryLine(
        key,
        sums,
        known == null ? PatternFacts.NONE : known,
        PatternSums.percent(sums.micros(), whole));
  }

  private static long micros(Map<PatternKey, PatternSums> sums, boolean all) {
    return sums.entrySet().stream()
        .filter(entry -> entry.getKey().isAll() == all)
        .mapToLong(entry -> entry.getValue().micros())
        .sum();
  }

  /** The kind of statements that is named so; empty: nobody knows it any more. */
  synchronized Optional<PatternKey> key(String id) {
    Collection<PatternKey> known = facts.keySet();
    return known.stream().filter(key -> key.id().equals(id)).findFirst();
  }
}
