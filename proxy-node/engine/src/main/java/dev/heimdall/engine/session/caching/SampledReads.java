package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.cache.CacheKey;
import dev.heimdall.engine.session.lease.RoutedStatement;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.sql.RowKeys;
import java.util.Map;

/**
 * Sample of one session's reads that no rule has cached: how often equal ones come says what a rule
 * would be worth.
 */
public final class SampledReads {
  private final SessionContext session;
  private final SessionCacheScope asker;

  SampledReads(SessionContext session, SessionCacheScope asker) {
    this.session = session;
    this.asker = asker;
  }

  /**
   * The cache could answer the statement at the reader's position.
   *
   * @param values that its result depends on, besides its text
   * @param rows those on which its result would rest, by the table; all of a table that is not
   *     there
   */
  public void suited(byte[] values, Map<String, RowKeys> rows) {
    RoutedStatement next = session.next();
    next.counts()
        .sampled(
            new CacheKey(
                    asker.here(false), asker.weight(), next.exactHigh(), next.exactLow(), values)
                .name(),
            rows);
  }
}
