package dev.heimdall.engine.caching;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.lease.RoutedStatement;
import dev.heimdall.engine.lease.SessionContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.observe.Uncached;

/** Counts what becomes of a session's statements that rules want cached. */
final class CachedCounts {
  private final SessionContext session;
  private final PoolMetrics counters;

  /** Of the statement that was sent last: what is wrong with its answer is known later. */
  private String sent;

  private PatternCounts sentCounts;

  CachedCounts(SessionContext session) {
    this.session = session;
    this.counters = session.counters();
  }

  /** The statement at the reader's position is answered from the cache. */
  void hit() {
    counters.cached(true);
    counters.queryFinished(0, session.pending().responded());
    if (session.transaction().open()) {
      counters.queryInTransaction();
    } else {
      counters.transactionFinished(0);
    }
    RoutedStatement next = session.next();
    QueryCache cache = session.vdb().cache();
    if (cache != null && next.normalised() != null) {
      cache.patterns().hit(next.normalised());
    }
    next.hit();
  }

  /** It could have been, and was not there. */
  void missed() {
    counters.cached(false);
  }

  /** It is not answered from the cache. */
  void uncached(Uncached reason) {
    sent = session.next().normalised();
    sentCounts = session.next().counts();
    notKept(reason);
  }

  /** What was sent last is answered, and that is not kept. */
  void notKept(Uncached reason) {
    counters.uncached(reason);
    if (sentCounts != null) {
      sentCounts.uncached(reason);
    }
    QueryCache cache = session.vdb().cache();
    if (cache != null && sent != null) {
      cache.patterns().uncached(sent, reason);
    }
  }
}
