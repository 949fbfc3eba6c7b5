package dev.heimdall.manager.problems;

import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.routing.threads.DaemonThreads;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps the alerts where managers share them, on a thread of its own: a place that does not answer
 * holds up no page and no report. Until it answers, what this manager sees goes on in its memory.
 */
final class AlertKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  /** While nothing is wrong the place, which may be paid for by the look, is looked at seldom. */
  private static final long OFTEN = TimeUnit.SECONDS.toNanos(5);

  private static final long SELDOM = TimeUnit.MINUTES.toNanos(1);

  /** By what a manager sees, and what it knew before, the next state follows. */
  interface Step {
    AlertBook from(AlertBook book, AlertBook unsaved);
  }

  private final Optional<SharedDocument<AlertBook>> document;
  private final ReentrantLock lock = new ReentrantLock();
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("manager-problems"));

  private volatile AlertBook book = AlertBook.EMPTY;
  private volatile long changedAt = System.nanoTime();

  // Guarded by the lock.
  private long looked = System.nanoTime() - SELDOM;
  private volatile boolean read;
  private boolean failing;

  /**
   * @param store empty: alerts are kept as long as the manager runs
   */
  AlertKeeper(Optional<DocumentStore> store) {
    document =
        store.map(
            place ->
                new SharedDocument<>(place, "firing.json", new AlertBookForm(), System::nanoTime));
  }

  /** Looks every second from now on. */
  void start(Runnable look) {
    looking.scheduleWithFixedDelay(
        () -> {
          try {
            look.run();
          } catch (RuntimeException e) {
            LOG.error("looking for problems met an error in Heimdall", e);
          }
        },
        1,
        1,
        TimeUnit.SECONDS);
  }

  /** As it is known. */
  AlertBook book() {
    return book;
  }

  /** Time since it was last changed. */
  Duration quiet() {
    return Duration.ofNanos(System.nanoTime() - changedAt);
  }

  /** True if it was read, or there is nothing to read. */
  boolean isRead() {
    return read || document.isEmpty();
  }

  /** Goes on by what is seen; waits for the place only where that has to be written or read. */
  void step(Step step) {
    lock.lock();
    try {
      AlertBook known = book;
      AlertBook proposed = step.from(known, known);
      long pause = known.open().isEmpty() ? SELDOM : OFTEN;
      boolean due = !read || failing || System.nanoTime() - looked > pause;
      if (proposed == known && !due) {
        return;
      }
      if (document.isEmpty()) {
        take(proposed);
        return;
      }
      try {
        take(document.get().change(now -> step.from(now, known)));
        read = true;
        looked = System.nanoTime();
        failing = false;
      } catch (StoreException e) {
        take(proposed);
        if (!failing) {
          new LogLine("alerts cannot be written to their place, and go on in memory")
              .pair("reason", String.valueOf(e.getMessage()))
              .log(LOG, Level.WARN);
        }
        failing = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Changes it on request; fails where it cannot be written. */
  void change(Function<AlertBook, AlertBook> change) throws StoreException {
    lock.lock();
    try {
      take(document.isPresent() ? document.get().change(change::apply) : change.apply(book));
    } finally {
      lock.unlock();
    }
  }

  private void take(AlertBook next) {
    if (!next.equals(book)) {
      changedAt = System.nanoTime();
    }
    book = next;
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}
