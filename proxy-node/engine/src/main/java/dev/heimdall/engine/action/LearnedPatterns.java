package dev.heimdall.engine.action;

import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.Weight;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.LearnedRules;
import dev.heimdall.model.LearnedRules.Learnt;
import dev.heimdall.model.RuleAction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Patterns of statements that lists learn. Each becomes a rule in {@code learned/<list>.json} of
 * the configuration directory, and so comes into force by the next reload. May be called on event
 * loops.
 */
public final class LearnedPatterns {
  /** Patterns of all lists that are kept; further ones are not learnt. */
  static final int MOST = 5_000;

  /** Size limit of their rules together. */
  static final long MOST_BYTES = 16L << 20;

  /** Longer texts are not learnt: few of them have a pattern that is short enough. */
  private static final int LONGEST_TEXT = 64 << 10;

  private static final String ACTION = "learn-pattern";

  /** Each write sets off a reload: what comes together is written together. */
  private static final long WRITE_MILLIS = 2_000;

  private final Path directory;
  private final ActionEvents events;
  private final Executor workers;
  private final ScheduledExecutorService timer;
  private final Map<Key, Pattern> patterns = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicLong weight = new AtomicLong();
  private final AtomicBoolean planned = new AtomicBoolean();
  private final AtomicBoolean full = new AtomicBoolean();

  private record Key(String list, RuleAction action, long high, long low) {}

  private static final class Pattern {
    final Instant first = Instant.now();
    final LongAdder seen = new LongAdder();
    volatile Instant last = first;

    /** Null until it was made, and for ever when it cannot be. */
    volatile Learnt rule;

    /** Set by the one writer. */
    volatile boolean written;
  }

  LearnedPatterns(
      Path directory, ActionEvents events, Executor workers, ScheduledExecutorService timer) {
    this.directory = directory;
    this.events = events;
    this.workers = workers;
    this.timer = timer;
  }

  /**
   * Learns a statement's pattern, or counts it when it is known.
   *
   * @param high the upper half of its fingerprint
   * @param low the lower half
   * @param sql gives the text; asked only, and at once, when the pattern is new
   * @param dialect how texts are read
   * @param lexerMode how its session has texts cut into tokens
   */
  public void learn(
      ActionParameters.LearnPattern how,
      long high,
      long low,
      Supplier<String> sql,
      SqlDialect dialect,
      LexerMode lexerMode) {
    Key key = new Key(how.rule(), how.action(), high, low);
    Pattern pattern = patterns.get(key);
    if (pattern == null) {
      if (size.get() >= MOST || weight.get() >= MOST_BYTES) {
        tooMany(how.rule());
        return;
      }
      Pattern mine = new Pattern();
      pattern = patterns.putIfAbsent(key, mine);
      if (pattern == null) {
        pattern = mine;
        size.incrementAndGet();
        String text = sql.get();
        String learnt = text.length() <= LONGEST_TEXT ? text : null;
        run(() -> make(key, mine, learnt, dialect, lexerMode));
      }
    }
    pattern.seen.increment();
    pattern.last = Instant.now();
  }

  private void tooMany(String list) {
    if (full.compareAndSet(false, true)) {
      events.failed(
          ACTION, list, List.of(), null, "no more than " + MOST + " patterns are learnt at a time");
    }
  }

  private void run(Runnable task) {
    try {
      workers.execute(task);
    } catch (RejectedExecutionException e) {
      // The node is stopping; what was not learnt now is learnt next time.
    }
  }

  private void make(
      Key key, Pattern pattern, String text, SqlDialect dialect, LexerMode lexerMode) {
    String regex = text == null ? null : PatternRegex.of(text, dialect, lexerMode).orElse(null);
    if (regex == null) {
      events.failed(ACTION, key.list(), List.of(), null, "a statement has no pattern to be learnt");
      return;
    }
    pattern.rule = new Learnt(regex, key.action(), Normalised.text(text, dialect, lexerMode));
    weight.addAndGet(300 + Weight.of(pattern.rule.match()) + Weight.of(pattern.rule.comment()));
    events.count(NodeCounter.PATTERNS_LEARNT, 1);
    if (planned.compareAndSet(false, true)) {
      try {
        timer.schedule(() -> run(this::write), WRITE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        // The end writes what there is.
      }
    }
  }

  /** Writes what is new. Blocks. */
  synchronized void write() {
    planned.set(false);
    TreeSet<String> lists = new TreeSet<>();
    patterns.forEach(
        (key, pattern) -> {
          if (pattern.rule != null && !pattern.written) {
            lists.add(key.list());
          }
        });
    lists.forEach(this::write);
  }

  private void write(String list) {
    List<Map.Entry<Key, Pattern>> mine =
        patterns.entrySet().stream()
            .filter(e -> e.getKey().list().equals(list) && e.getValue().rule != null)
            .sorted(Comparator.comparing(e -> e.getValue().first))
            .toList();
    try {
      LearnedRules.add(directory, list, mine.stream().map(e -> e.getValue().rule).toList());
    } catch (IOException e) {
      events.failed(
          ACTION,
          list,
          List.of(),
          null,
          "learned/" + list + ".json could not be written: " + e.getClass().getSimpleName());
    }
    // Where it failed, the next new pattern tries again with all of them.
    mine.forEach(e -> e.getValue().written = true);
  }

  /** Patterns learnt since the node started, by list, the most frequently seen first. */
  public List<LearnedRow> learned() {
    return patterns.entrySet().stream()
        .filter(e -> e.getValue().rule != null)
        .map(
            e ->
                new LearnedRow(
                    e.getKey().list(),
                    e.getValue().rule,
                    e.getValue().seen.sum(),
                    e.getValue().first,
                    e.getValue().last))
        .sorted(
            Comparator.comparing(LearnedRow::list)
                .thenComparing(LearnedRow::seen, Comparator.reverseOrder()))
        .toList();
  }

  /** The rules that a list learnt, as they can be put into a document. */
  public String json(String list) {
    return LearnedRules.json(
        learned().stream().filter(row -> row.list().equals(list)).map(LearnedRow::rule).toList());
  }
}
