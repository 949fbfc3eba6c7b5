package dev.heimdall.manager.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.ReportListener;
import dev.heimdall.manager.fleet.SeenNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds up what nodes report of statements by their pattern. Nodes report what they have counted
 * since they know a pattern; the differences are kept minute by minute for an hour. Thread-safe.
 */
public final class QueryAnalytics implements ReportListener {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final Duration HOUR = Duration.ofHours(1);
  private static final int MINUTES = 60;

  /** Patterns of one node that are followed; those that were not reported for longest go first. */
  private static final int MOST_OF_NODE = 1_000;

  /** Patterns of one minute, and those of which something is known. */
  private static final int MOST = 5_000;

  private static final int MOST_IN_REPORT = 400;
  private static final int MOST_NODES = 500;
  private static final int MOST_DATABASES = 400;
  private static final int LONGEST_TEXT = 4_000;
  private static final int LONGEST_NAME = 200;

  /** Counts of a node in its current run. */
  private static final class Counted {
    private String run = "";
    private Instant heard = Instant.MIN;
    private final KeptPatterns<PatternSums> last;

    Counted(PatternRoom room) {
      last = new KeptPatterns<>(room, MOST_OF_NODE, PatternSums::bytesKept);
    }
  }

  /** Totals of one minute. */
  private record Minute(long number, KeptPatterns<PatternSums> sums) {}

  private final Clock clock;
  private final PatternRoom room;

  /** The one that has not reported for longest first. */
  private final Map<String, Counted> nodes = new LinkedHashMap<>(16, 0.75f, true);

  private final Deque<Minute> minutes = new ArrayDeque<>();
  private final KeptPatterns<PatternFacts> facts;
  private boolean full;

  /** Begin of what is counted of the last hour. */
  private Instant begin = Instant.MAX;

  public QueryAnalytics(Clock clock) {
    this(clock, new PatternRoom());
  }

  QueryAnalytics(Clock clock, PatternRoom room) {
    this.clock = clock;
    this.room = room;
    facts = new KeptPatterns<>(room, MOST, PatternFacts::bytes);
  }

  @Override
  public synchronized void arrived(SeenNode node) {
    JsonNode section = node.section("patterns");
    if (!section.path("patterns").isArray()) {
      return; // not in every report
    }
    Instant now = clock.instant();
    Minute minute = minute(now);
    Counted counted = counted(node, now);
    boolean anew = !counted.run.equals(node.run());
    if (anew) {
      counted.last.clear();
      counted.run = node.run();
    }
    begins(now);
    boolean young = node.started().isAfter(now.minus(HOUR));
    int databases = 0;
    for (JsonNode vdb : section.path("vdbs")) {
      String name = vdb.path("name").asText();
      if (name.length() <= LONGEST_NAME && ++databases <= MOST_DATABASES) {
        take(counted, minute, PatternKey.all(name), vdb, young || !anew);
      }
    }
    int taken = 0;
    for (JsonNode entry : section.path("patterns")) {
      String text = entry.path("text").asText();
      String vdb = entry.path("vdb").asText();
      if (text.isEmpty()
          || text.length() > LONGEST_TEXT
          || vdb.length() > LONGEST_NAME
          || ++taken > MOST_IN_REPORT) {
        continue;
      }
      PatternKey key = new PatternKey(vdb, text);
      boolean recent = Instant.ofEpochMilli(entry.path("since").asLong()).isAfter(now.minus(HOUR));
      if (recent && counted.last.get(key) == null) {
        begins(Instant.ofEpochMilli(entry.path("since").asLong()));
      }
      take(counted, minute, key, entry, recent);
      know(key, PatternFacts.of(entry));
    }
  }

  private void begins(Instant at) {
    begin = at.isBefore(begin) ? at : begin;
  }

  private Counted counted(SeenNode node, Instant now) {
    Counted counted = nodes.computeIfAbsent(node.id(), id -> new Counted(room));
    counted.heard = now;
    if (nodes.size() > MOST_NODES) {
      forgetOldestNode();
    }
    return counted;
  }

  private void forgetOldestNode() {
    String oldest = nodes.keySet().iterator().next();
    nodes.remove(oldest).last.clear();
  }

  private void know(PatternKey key, PatternFacts fresh) {
    PatternFacts before = facts.get(key);
    PatternFacts now = before == null ? fresh : before.with(fresh);
    // It was used last, and is the last one to go.
    while (!facts.put(key, now) && facts.size() > 1 && facts.dropOldest()) {
      full();
    }
  }

  /**
   * @param recent whether all of it counts for this hour where nothing is known from before
   */
  private void take(
      Counted counted, Minute minute, PatternKey key, JsonNode entry, boolean recent) {
    PatternSums now = PatternSums.of(entry);
    PatternSums before = counted.last.get(key);
    PatternSums more = before != null ? now.since(before) : recent ? now : PatternSums.NONE;
    if (!put(counted.last, key, now, minute) || more.calls() == 0) {
      return; // what is not followed is not counted: its next report would count once more
    }
    PatternSums sum = minute.sums().get(key);
    if (sum != null || minute.sums().size() < MOST) {
      put(minute.sums(), key, sum == null ? more : sum.plus(more), minute);
    }
  }

  /**
   * Stores a value and evicts the oldest data where room is needed: nodes that no longer report,
   * then minutes that are over, then facts.
   */
  private boolean put(
      KeptPatterns<PatternSums> into, PatternKey key, PatternSums sums, Minute minute) {
    while (!into.put(key, sums)) {
      full();
      if (nodes.values().iterator().next().heard.isBefore(clock.instant().minus(HOUR))) {
        forgetOldestNode();
      } else if (minutes.peek() != minute) {
        minutes.remove().sums().clear();
      } else if (!facts.dropOldest()) {
        return false;
      }
    }
    return true;
  }

  private void full() {
    if (!full) {
      full = true;
      LOG.warn(
          "statements take all of the heap that they may, so that some are left out of what is"
              + " shown: give the manager more heap");
    }
  }

  private Minute minute(Instant now) {
    long number = number(now);
    Minute last = minutes.peekLast();
    if (last == null || last.number() < number) {
      last = new Minute(number, new KeptPatterns<>(room, MOST, PatternSums::bytesKept));
      minutes.add(last);
    }
    forgetOld(number);
    return last;
  }

  private void forgetOld(long number) {
    while (!minutes.isEmpty() && minutes.peek().number() <= number - MINUTES) {
      minutes.remove().sums().clear();
    }
  }

  private static long number(Instant now) {
    return now.getEpochSecond() / 60;
  }

  private Map<PatternKey, PatternSums> sums(Window window) {
    Map<PatternKey, PatternSums> all = new HashMap<>();
    if (window == Window.HOUR) {
      forgetOld(number(clock.instant()));
      minutes.forEach(minute -> add(all, minute.sums().all()));
    } else {
      nodes.values().forEach(node -> add(all, node.last.all()));
    }
    return all;
  }

  private static void add(Map<PatternKey, PatternSums> to, Map<PatternKey, PatternSums> more) {
    more.forEach((key, sums) -> to.merge(key, sums, PatternSums::plus));
  }

  /** True if any node has reported statements. */
  synchronized boolean isHeard() {
    return facts.size() > 0;
  }

  /** Time in which the statements of the last hour have come. */
  synchronized Duration counted() {
    Duration since = Duration.between(begin, clock.instant());
    return since.compareTo(HOUR) > 0 ? HOUR : since.isNegative() ? Duration.ZERO : since;
  }

  /** The virtual databases that there are statements of. */
  synchronized Set<String> vdbs() {
    Set<String> vdbs = new TreeSet<>();
    facts.all().keySet().forEach(key -> vdbs.add(key.vdb()));
    return vdbs;
  }

  /**
   * Returns the statements, those that took the most time first.
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

  /** The kind of statements that is named so; empty: unknown by now. */
  synchronized Optional<PatternKey> key(String id) {
    return facts.all().keySet().stream().filter(key -> key.id().equals(id)).findFirst();
  }
}
