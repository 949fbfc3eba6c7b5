package dev.heimdall.manager.store;

import dev.heimdall.secrets.StoreException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes what it is given to a log, in order, in a thread of its own: again and again while the
 * log's place is unavailable. Who gives it something never waits.
 *
 * @param <E> an entry
 */
public final class LogWriter<E> implements AutoCloseable {
  /** So many wait for a place that is unavailable. */
  private static final int MOST_WAITING = 4096;

  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Destination of entries. */
  public interface Log<E> {
    /** Writes a batch, perhaps once more: after an exception all of it is given again. */
    void append(List<E> batch) throws StoreException;

    /** The first attempt of several has failed. */
    void failed(Exception cause);

    /** An entry will not be written: too many wait. */
    default void dropped() {}
  }

  private final Log<E> log;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final Deque<E> waiting = new ArrayDeque<>();
  private boolean closed;

  private LogWriter(String name, Log<E> log) {
    this.log = log;
    thread = new Thread(this::write, name);
    thread.setDaemon(true);
  }

  /**
   * Starts it.
   *
   * @param name its thread's
   */
  public static <E> LogWriter<E> start(String name, Log<E> log) {
    LogWriter<E> writer = new LogWriter<>(name, log);
    writer.thread.start();
    return writer;
  }

  /** Has an entry written, without waiting; the oldest that waits makes room for it. */
  public void add(E entry) {
    boolean dropped;
    lock.lock();
    try {
      dropped = waiting.size() == MOST_WAITING;
      if (dropped) {
        waiting.removeFirst();
      }
      waiting.add(entry);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (dropped) {
      log.dropped();
    }
  }

  /** Waits until all is written, for a bounded time. */
  public void settle() {
    lock.lock();
    try {
      long left = PATIENCE.toNanos();
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
    boolean failing = false;
    try {
      for (List<E> batch = next(); !batch.isEmpty(); batch = next()) {
        try {
          log.append(batch);
          failing = false;
          settled(batch);
        } catch (StoreException | RuntimeException e) {
          if (!failing) {
            log.failed(e);
          }
          failing = true;
          TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
      }
    } catch (InterruptedException e) {
      // It is closed, and its place was unavailable for too long.
    }
  }

  /** All that waits, once there is something; empty: nothing will any more. */
  private List<E> next() throws InterruptedException {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.await();
      }
      return List.copyOf(waiting);
    } finally {
      lock.unlock();
    }
  }

  /** Some of these may have made room for others meanwhile. */
  private void settled(List<E> batch) {
    Set<E> written = Collections.newSetFromMap(new IdentityHashMap<>());
    written.addAll(batch);
    lock.lock();
    try {
      waiting.removeIf(written::contains);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends it, once what waits is written; not much later if it cannot be. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    settle();
    thread.interrupt();
  }
}
