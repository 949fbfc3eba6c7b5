package dev.heimdall.manager.audit;

import dev.heimdall.manager.observe.Line;
import dev.heimdall.manager.store.SegmentedLog;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Entries of what was done. Each is a line of the manager's log at once; a thread of its own writes
 * them to their place, again and again while that is unavailable. What strangers can bring about
 * has room of its own there, so that it displaces nothing else.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final SegmentedLog.Bounds BOUNDS = new SegmentedLog.Bounds(64 << 10, 2 << 20);

  /** So many wait for a place that is unavailable; the log has those beyond. */
  private static final int MOST_WAITING = 4096;

  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private record Series(SegmentedLog deeds, SegmentedLog attempts) {
    SegmentedLog of(boolean anybodys) {
      return anybodys ? attempts : deeds;
    }
  }

  /** Hears of what is done. */
  public interface Listener {
    /** Must not wait. */
    void done(Action action, String user, String address, String subject);
  }

  private record Waiting(AuditEntry entry, boolean anybodys) {}

  private final Optional<Series> series;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Thread writer;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLongArray noted = new AtomicLongArray(Action.values().length);
  private boolean closed;
  private boolean failing;

  /**
   * @param store empty: there is the manager's log only
   */
  public AuditLog(Optional<DocumentStore> store, Clock clock) {
    series =
        store.map(
            place ->
                new Series(
                    new SegmentedLog(place, "deeds", BOUNDS),
                    new SegmentedLog(place, "attempts", BOUNDS)));
    this.clock = clock;
    writer = new Thread(this::write, "manager-audit");
    writer.setDaemon(true);
    if (series.isPresent()) {
      writer.start();
    }
  }

  /** Has somebody hear of all that is done from now on. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** How often this was done since the manager's start, taken down or not. */
  public long noted(Action action) {
    return noted.get(action.ordinal());
  }

  /**
   * Takes down what was done, without waiting.
   *
   * @param subject what it was done to; never a secret
   */
  public void note(Action action, String user, String address, String subject) {
    noted.incrementAndGet(action.ordinal());
    Line.of(action.words())
        .pair("user", user)
        .pair("addr", address)
        .pair("subject", subject)
        .log(LOG, action.level());
    listeners.forEach(listener -> listener.done(action, user, address, subject));
    if (series.isEmpty()) {
      return;
    }
    AuditEntry entry =
        new AuditEntry(
            UUID.randomUUID().toString(),
            clock.instant(),
            action.spelling(),
            user,
            address,
            subject);
    lock.lock();
    try {
      if (waiting.size() == MOST_WAITING) {
        waiting.removeFirst();
        Line.of("an entry of the audit log is in this log only: its place is unavailable")
            .log(LOG, Level.WARN);
      }
      waiting.add(new Waiting(entry, action.isAnybodys()));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The last entries, the last one first.
   *
   * @param most of them
   */
  public List<AuditEntry> entries(int most) throws StoreException {
    if (series.isEmpty()) {
      return List.of();
    }
    settle(PATIENCE);
    return Stream.concat(
            series.get().deeds().lines().stream(), series.get().attempts().lines().stream())
        .map(AuditEntry::read)
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(AuditEntry::at).reversed())
        .limit(most)
        .toList();
  }

  /** Waits until all is written, for a bounded time. */
  private void settle(Duration patience) {
    lock.lock();
    try {
      long left = patience.toNanos();
      while (!waiting.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void write() {
    while (true) {
      List<Waiting> batch;
      lock.lock();
      try {
        while (waiting.isEmpty() && !closed) {
          changed.await();
        }
        if (waiting.isEmpty()) {
          return;
        }
        batch = List.copyOf(waiting);
      } catch (InterruptedException e) {
        return;
      } finally {
        lock.unlock();
      }
      if (!written(batch)) {
        try {
          TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        } catch (InterruptedException e) {
          return;
        }
      }
    }
  }

  private boolean written(List<Waiting> batch) {
    for (boolean anybodys : List.of(false, true)) {
      List<Waiting> part = batch.stream().filter(one -> one.anybodys() == anybodys).toList();
      try {
        append(anybodys, part.stream().map(Waiting::entry).toList());
      } catch (StoreException | RuntimeException e) {
        if (!failing) {
          Line.of("the audit log cannot be written to its place, and waits; it is in this log, too")
              .pair("reason", String.valueOf(e.getMessage()))
              .log(LOG, Level.WARN);
        }
        failing = true;
        return false;
      }
      lock.lock();
      try {
        waiting.removeAll(part);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
    failing = false;
    return true;
  }

  private void append(boolean anybodys, List<AuditEntry> entries) throws StoreException {
    if (entries.isEmpty()) {
      return;
    }
    series
        .orElseThrow()
        .of(anybodys)
        .append(
            lines -> {
              // A write whose answer was lost may have been carried out.
              Set<String> there =
                  lines.stream()
                      .map(AuditEntry::read)
                      .flatMap(Optional::stream)
                      .map(AuditEntry::id)
                      .collect(Collectors.toCollection(HashSet::new));
              List<String> added = new ArrayList<>();
              entries.stream()
                  .filter(entry -> !there.contains(entry.id()))
                  .forEach(entry -> added.add(entry.text()));
              return added;
            });
  }

  /** Ends it, once what was noted is written; not much later if it cannot be. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    settle(PATIENCE);
    writer.interrupt();
  }
}
