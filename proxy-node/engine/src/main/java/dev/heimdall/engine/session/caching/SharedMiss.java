package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.cache.CacheKey;
import dev.heimdall.engine.cache.Flight;
import dev.heimdall.engine.cache.Flights;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.session.lease.SessionContext;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * One session's part in statements that wait for an equal one of another session: others wait for
 * its own, or its own waits. All on its loop.
 */
final class SharedMiss {
  private final SessionContext session;
  private final Executor loop;
  private Stage stage = Stage.NONE;
  private CacheKey key;
  private Flight led;

  /** Told apart from one that was given up, and whose end is still heard of. */
  private Object followed;

  /** {@link #become} alone moves it. */
  private enum Stage {
    NONE,
    /** Others may wait for the session's statement. */
    LEADS,
    /** The session's statement waits. */
    FOLLOWS,
    /** It has waited, and goes by itself if there is nothing for it. */
    ALONE
  }

  /**
   * @param loop the session's
   */
  SharedMiss(SessionContext session, Executor loop) {
    this.session = session;
    this.loop = loop;
  }

  private void become(Stage next, CacheKey of) {
    stage = next;
    key = of;
  }

  /**
   * A statement is not in the cache.
   *
   * @return whether it waits for an equal one
   */
  boolean waits(QueryCache cache, CacheKey of) {
    leads(cache, of);
    if (stage == Stage.NONE) {
      follow(cache.flights(), of);
    }
    return stage == Stage.FOLLOWS;
  }

  /**
   * A statement is to be sent by one at a time: it is not in the cache, or what is kept is to be
   * renewed.
   *
   * @return whether the session's statement is that one
   */
  boolean leads(QueryCache cache, CacheKey of) {
    if (!of.equals(key)) {
      over();
    }
    if (stage == Stage.NONE) {
      led = cache.flights().lead(of);
      if (led != null) {
        become(Stage.LEADS, of);
      }
    }
    return stage == Stage.LEADS;
  }

  private void follow(Flights flights, CacheKey of) {
    Object own = new Object();
    if (flights.follow(of, loop, () -> landed(own), this::later)) {
      followed = own;
      become(Stage.FOLLOWS, of);
    }
  }

  private void later(Runnable task, long nanos) {
    session.loop().later(task, nanos, TimeUnit.NANOSECONDS, session::failed);
  }

  private void landed(Object of) {
    if (followed == of) {
      goAlone();
      session.requests().resume();
    }
  }

  /** True if the statement that was asked about last waits. */
  boolean waits() {
    return stage == Stage.FOLLOWS;
  }

  /** True if it has waited. */
  boolean waited() {
    return stage == Stage.ALONE;
  }

  /**
   * The statement that waits is to wait no more.
   *
   * @return whether one did
   */
  boolean goAlone() {
    boolean did = waits();
    if (did) {
      followed = null;
      become(Stage.ALONE, key);
    }
    return did;
  }

  /** The statement is being sent: the next one may wait again. */
  void sent() {
    if (stage != Stage.LEADS) {
      over();
    }
  }

  /** The statement is answered, or never will be: no session waits for it, nor does it wait. */
  void over() {
    Flight of = led;
    led = null;
    followed = null;
    become(Stage.NONE, null);
    if (of != null) {
      of.over();
    }
  }
}
