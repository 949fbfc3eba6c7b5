package dev.heimdall.manager.store;

import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * One document that several managers change, each over what it has read. It is read again when what
 * is known of it is a moment old; while its place is unavailable, what was read last goes on.
 *
 * <p>May be called by any thread; waits for the store.
 *
 * @param <T> what it says; a value
 */
public final class SharedDocument<T> {
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final int ATTEMPTS = 60;
  private static final int LONGEST_PAUSE_MILLIS = 40;

  /**
   * Written form of the document.
   *
   * @param <T> what it says
   */
  public interface Form<T> {
    /**
     * Reads it.
     *
     * @param written empty: there is no document yet
     */
    T read(Optional<Content> written) throws StoreException;

    /** Writes it. */
    Content write(T value);
  }

  /**
   * Change to apply to the document.
   *
   * @param <T> what it says
   * @param <X> why nothing becomes of it
   */
  public interface Step<T, X extends Exception> {
    /** The next value; may be asked more than once. The same object: nothing is to be written. */
    T from(T now) throws X;
  }

  private record Known<T>(Documents documents, T value) {}

  private final DocumentStore store;
  private final String name;
  private final Form<T> form;
  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Known<T> known;
  private volatile long looked;

  public SharedDocument(DocumentStore store, String name, Form<T> form, LongSupplier nanoClock) {
    this.store = store;
    this.name = name;
    this.form = form;
    this.nanoClock = nanoClock;
  }

  /** As it is, or was a moment ago. */
  public T value() throws StoreException {
    Known<T> last = known;
    if (last != null && nanoClock.getAsLong() - looked < FRESH.toNanos()) {
      return last.value();
    }
    if (last != null && lock.isLocked()) {
      // Another thread reads it just now, or waits for a store that does not answer.
      return last.value();
    }
    lock.lock();
    try {
      if (known == null || nanoClock.getAsLong() - looked >= FRESH.toNanos()) {
        try {
          look();
        } catch (StoreException e) {
          if (known == null) {
            throw e;
          }
          looked = nanoClock.getAsLong();
        }
      }
      return known.value();
    } finally {
      lock.unlock();
    }
  }

  /** As it is now, not a moment ago. */
  public T fresh() throws StoreException {
    lock.lock();
    try {
      look();
      return known.value();
    } finally {
      lock.unlock();
    }
  }

  /** Changes it; what it says then. */
  public <X extends Exception> T change(Step<T, X> step) throws StoreException, X {
    lock.lock();
    try {
      for (int attempt = 0; ; attempt++) {
        look();
        T now = known.value();
        T next = step.from(now);
        if (next == now) {
          return now;
        }
        Optional<String> over = known.documents().versionOf(name);
        try {
          keep(store.write(List.of(new Change(name, Optional.of(form.write(next)), over))));
          return next;
        } catch (StoreException e) {
          known = null;
          if (e.kind() != StoreException.Kind.CONFLICT || attempt == ATTEMPTS) {
            throw e;
          }
        }
        int millis =
            ThreadLocalRandom.current().nextInt(Math.min(LONGEST_PAUSE_MILLIS, 2 + attempt));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
      }
    } finally {
      lock.unlock();
    }
  }

  private void look() throws StoreException {
    Known<T> last = known;
    if (last == null) {
      keep(store.read());
      return;
    }
    Optional<Documents> changed = store.readIfChanged(last.documents());
    if (changed.isPresent()) {
      keep(changed.get());
    } else {
      looked = nanoClock.getAsLong();
    }
  }

  private void keep(Documents documents) throws StoreException {
    Optional<Content> written =
        Optional.ofNullable(documents.all().get(name)).map(StoredDocument::content);
    known = new Known<>(documents, form.read(written));
    looked = nanoClock.getAsLong();
  }
}
