package dev.heimdall.engine.cache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Of equal statements that are not in the cache, one goes to a server and the others wait for its
 * result. What they are served then is what the cache serves anybody at that time: a result that
 * holds. May be used from any thread, and never waits.
 */
public final class Flights {
  /** Statements of which it is remembered that their result was of no use to others. */
  private static final int MOST_BARREN = 1 << 12;

  private final long most;
  private final LongSupplier clock;
  private final Map<CacheKey, Flight> underWay = new ConcurrentHashMap<>();
  private final long[] barren = new long[MOST_BARREN];
  private final AtomicBoolean swept = new AtomicBoolean();
  private final LongAdder waited = new LongAdder();

  /** Runs something later. */
  public interface Timer {
    void later(Runnable task, long nanos);
  }

  /**
   * @param most nanoseconds that sessions wait for a statement at most; 0 for not at all
   * @param clock {@link System#nanoTime}
   */
  Flights(long most, LongSupplier clock) {
    this.most = most;
    this.clock = clock;
  }

  /**
   * A statement was not in the cache, and is to be sent unless an equal one is on its way.
   *
   * @return what to end when its result is kept, or is not going to be; null where it is not to be
   *     sent by itself ({@link #follow}), or no session is to wait for it
   */
  public Flight lead(CacheKey key) {
    if (most == 0 || isBarren(key)) {
      return null;
    }
    Flight mine = new Flight(this, key, clock.getAsLong());
    return underWay.putIfAbsent(key, mine) == null ? mine : null;
  }

  /**
   * Waits for an equal statement.
   *
   * @param then runs on the loop when that is over, or has taken too long
   * @param timer of that loop
   * @return false where none is on its way: then no callback runs
   */
  public boolean follow(CacheKey key, Executor loop, Runnable then, Timer timer) {
    Flight flight = underWay.get(key);
    if (flight == null || isLate(flight) || !flight.follow(loop, then)) {
      return false;
    }
    sweepLater(timer);
    return true;
  }

  private boolean isLate(Flight flight) {
    return clock.getAsLong() - flight.since() >= most;
  }

  private void sweepLater(Timer timer) {
    if (swept.compareAndSet(false, true)) {
      timer.later(() -> sweep(timer), most / 2 + 1);
    }
  }

  /** Those that take too long keep no session waiting, nor others from being the first. */
  private void sweep(Timer timer) {
    swept.set(false);
    boolean followed = false;
    for (Flight flight : underWay.values()) {
      if (isLate(flight)) {
        flight.over();
      } else {
        followed |= flight.followers() > 0;
      }
    }
    if (followed) {
      sweepLater(timer);
    }
  }

  void landed(Flight flight) {
    underWay.remove(flight.key(), flight);
  }

  private static int place(CacheKey key) {
    return (int) (key.name() >>> 40) & (MOST_BARREN - 1);
  }

  private boolean isBarren(CacheKey key) {
    return barren[place(key)] == key.name();
  }

  /**
   * True if a statement's answer was kept. Where it was not, the next ones do not wait for each
   * other in vain; a race costs a wait.
   */
  public void suited(CacheKey key, boolean kept) {
    long name = key.name();
    int at = place(key);
    if (kept ? barren[at] == name : barren[at] != name) {
      barren[at] = kept ? 0 : name;
    }
  }

  /** A statement was served what another one has fetched meanwhile. */
  public void served() {
    waited.increment();
  }

  /** Statements that wait at present. */
  long waiting() {
    return underWay.values().stream().mapToLong(Flight::followers).sum();
  }

  /** Statements that were served what another one has fetched meanwhile. */
  long waited() {
    return waited.sum();
  }
}
