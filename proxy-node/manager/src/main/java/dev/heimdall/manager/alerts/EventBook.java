package dev.heimdall.manager.alerts;

import dev.heimdall.manager.store.LogWriter;
import dev.heimdall.manager.store.SegmentedLog;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sightings of the last thirty days, as far as there is room, each kept once, however many managers
 * record it.
 */
final class EventBook implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final SegmentedLog.Bounds BOUNDS = new SegmentedLog.Bounds(64 << 10, 2 << 20);
  private static final Duration KEPT = Duration.ofDays(30);
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST = 10_000;

  /** With fewer lines than these nothing was let go of for want of room. */
  private static final int FEW = 100;

  private record Known(List<Event> events, long at) {}

  private final Optional<SegmentedLog> log;
  private final Clock clock;
  private final LogWriter<Sighting> writer;
  private final ReentrantLock reading = new ReentrantLock();

  /** Lines kept in memory if there is no store: written by the writer's thread only. */
  private volatile List<String> inMemory = List.of();

  // Guarded by the lock of who reads.
  private Map<String, Optional<Sighting>> parsed = Map.of();
  private Known known;

  /** True if something was written that is not read yet. */
  private volatile boolean stale;

  private volatile long notedAt = System.nanoTime();

  /**
   * @param store empty: they are kept as long as the manager runs
   */
  EventBook(Optional<DocumentStore> store, Clock clock) {
    log = store.map(place -> new SegmentedLog(place, "events", BOUNDS));
    this.clock = clock;
    writer = LogWriter.start("manager-events", new Written());
  }

  /** Takes it down, without waiting. */
  void note(Sighting sighting) {
    notedAt = System.nanoTime();
    writer.add(sighting);
  }

  /** Time since an event was last recorded here. */
  Duration quiet() {
    return Duration.ofNanos(System.nanoTime() - notedAt);
  }

  /** Returns the events as known now or up to a second ago; the latest first. */
  List<Event> events() throws StoreException {
    reading.lock();
    try {
      if (stale || known == null || System.nanoTime() - known.at() > FRESH_NANOS) {
        stale = false;
        known = new Known(Event.of(sightings(lines())), System.nanoTime());
      }
      return known.events();
    } finally {
      reading.unlock();
    }
  }

  private List<String> lines() throws StoreException {
    return log.isPresent() ? log.get().lines() : inMemory;
  }

  private List<Sighting> sightings(List<String> lines) {
    Instant oldest = clock.instant().minus(KEPT);
    Map<String, Optional<Sighting>> next = new HashMap<>();
    List<Sighting> sightings = new ArrayList<>();
    for (String line : lines.subList(Math.max(0, lines.size() - MOST), lines.size())) {
      Optional<Sighting> one = parsed.get(line);
      one = one == null ? Sighting.read(line) : one;
      next.put(line, one);
      one.filter(sighting -> sighting.at().isAfter(oldest)).ifPresent(sightings::add);
    }
    parsed = next;
    return sightings;
  }

  private final class Written implements LogWriter.Log<Sighting> {
    @Override
    public void append(List<Sighting> batch) throws StoreException {
      if (log.isPresent()) {
        log.get().append(new Added(batch));
      } else {
        List<String> lines = new ArrayList<>(inMemory);
        lines.addAll(new Added(batch).after(inMemory));
        inMemory = List.copyOf(lines.subList(Math.max(0, lines.size() - MOST), lines.size()));
      }
      stale = true;
    }

    @Override
    public void failed(Exception cause) {
      new LogLine("events cannot be written to their place, and wait")
          .pair("reason", String.valueOf(cause.getMessage()))
          .log(LOG, Level.WARN);
    }
  }

  private final class Added implements SegmentedLog.Entries {
    private final List<Sighting> batch;

    Added(List<Sighting> batch) {
      this.batch = batch;
    }

    /** Without what another manager has written, and what nodes still tell but is gone here. */
    @Override
    public List<String> after(List<String> lines) {
      Set<String> there = new HashSet<>();
      lines.forEach(line -> there.add(Sighting.key(line)));
      Instant oldest = clock.instant().minus(KEPT);
      Optional<Instant> first =
          lines.size() < FEW ? Optional.empty() : Sighting.read(lines.get(0)).map(Sighting::at);
      Predicate<Sighting> gone =
          one -> one.at().isBefore(oldest) || first.filter(one.at()::isBefore).isPresent();
      return batch.stream()
          .filter(gone.negate())
          .filter(one -> there.add(one.key()))
          .map(Sighting::line)
          .toList();
    }

    @Override
    public boolean isOver(List<String> oldest, List<String> later) {
      Instant limit = clock.instant().minus(KEPT);
      return oldest.stream()
          .map(Sighting::read)
          .flatMap(Optional::stream)
          .allMatch(one -> one.at().isBefore(limit));
    }
  }

  /** Waits until all is written, for a bounded time. */
  void settle() {
    writer.settle();
  }

  /** Ends it, once what was noted is written; not much later if it cannot be. */
  @Override
  public void close() {
    writer.close();
  }
}
