package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.session.lease.RoutedStatement;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.Statement;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts what becomes of a session's statements that rules want cached. */
final class CachedCounts {
  private final SessionContext session;
  private final PoolMetrics counters;

  /** Of the statement that was sent last: what is wrong with its answer is known later. */
  private String sent;

  private PatternCounts sentCounts;

  /** Rows on which the result rests that was served last, by the table. */
  private Map<String, RowKeys> by = Map.of();

  /**
   * Reason that it was sent, not counted while its answer may give another one; null if none can.
   */
  private Uncached open;

  CachedCounts(SessionContext session) {
    this.session = session;
    this.counters = session.counters();
  }

  /**
   * Columns by whose values those rows are known, without the values: they are secrets. Null where
   * all rows of its tables count.
   */
  String by() {
    return by.isEmpty()
        ? null
        : by.values().stream().map(RowKeys::toString).sorted().collect(Collectors.joining("; "));
  }

  /**
   * The statement at the reader's position is answered from the cache.
   *
   * @param rows on which the result rests, by the table
   */
  void hit(Map<String, RowKeys> rows) {
    by = rows;
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

  /**
   * It is sent, and not answered from the cache.
   *
   * @param awaited whether its answer is to be kept: if it is not, that is the reason instead, so
   *     that each statement has one
   */
  void uncached(Uncached reason, boolean awaited) {
    sent = session.next().normalised();
    sentCounts = session.next().counts();
    if (awaited) {
      open = reason;
    } else {
      count(reason);
    }
  }

  /** Counts that the statement sent last is answered, and that its answer is not kept. */
  void notKept(Uncached reason) {
    open = null;
    count(reason);
  }

  /** Nothing else will be known of what was sent last. */
  void answered() {
    if (open != null) {
      notKept(open);
    }
  }

  private void count(Uncached reason) {
    counters.uncached(reason);
    if (sentCounts != null) {
      sentCounts.uncached(reason);
    }
    QueryCache cache = session.vdb().cache();
    if (cache != null && sent != null) {
      cache.patterns().uncached(sent, reason);
    }
  }

  /** Counts the tables that a statement being sent reads and writes. */
  void tables(QueryCache cache, ClusterView view, RoutedStatement next) {
    Statement does = next.statement();
    if (cache != null && view != null && does != null) {
      cache.traffic().count(does.tablesRead(), does.tablesWritten(), view.writesElsewhere());
    }
  }
}
