package dev.heimdall.engine.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A statement that was not in the cache and is on its way to a server, and those who wait for its
 * result instead of sending equal ones. May be used from any thread, and never waits.
 */
public final class Flight {
  private final Flights flights;
  private final CacheKey key;
  private final long since;

  /** Null once it is over. Guarded by this object. */
  private List<Follower> followers = new ArrayList<>(0);

  /** One who waits, and the loop on which it goes on. */
  private record Follower(Executor loop, Runnable then) {}

  Flight(Flights flights, CacheKey key, long since) {
    this.flights = flights;
    this.key = key;
    this.since = since;
  }

  CacheKey key() {
    return key;
  }

  /** Start of the flight, by {@link System#nanoTime}. */
  long since() {
    return since;
  }

  /**
   * Adds a follower that waits for the result.
   *
   * @param then runs on the loop when it is over, whether its result is kept or not
   * @return false where it is over: then no callback runs
   */
  synchronized boolean follow(Executor loop, Runnable then) {
    if (followers == null) {
      return false;
    }
    followers.add(new Follower(loop, then));
    return true;
  }

  synchronized int followers() {
    return followers == null ? 0 : followers.size();
  }

  /** Its result is kept, or will not be, or has taken too long: no session waits any more. */
  public void over() {
    flights.landed(this);
    List<Follower> waiting;
    synchronized (this) {
      waiting = followers;
      followers = null;
    }
    if (waiting != null) {
      waiting.forEach(Flight::wake);
    }
  }

  private static void wake(Follower follower) {
    try {
      follower.loop().execute(follower.then());
    } catch (RejectedExecutionException e) {
      // That loop has ended, and the follower with it.
    }
  }

  /** Keeps the content of the statement private. */
  @Override
  public String toString() {
    return "Flight";
  }
}
