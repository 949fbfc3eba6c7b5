package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.cache.CacheKey;
import dev.heimdall.engine.cache.FarResults;
import dev.heimdall.engine.cache.PatternWorth;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.share.HeardMessages;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.wire.Position;
import java.util.Collection;
import java.util.Map;

/**
 * A result that the cache is to keep when it comes.
 *
 * @param noted writes before its statement goes anywhere
 * @param since when that is, by {@link System#nanoTime}
 * @param inside whether its statement is part of a transaction
 * @param refreshes whether it takes the place of one that is kept
 * @param rows those on which it rests, by the table; all of a table that is not there
 */
record PendingResult(
    QueryCache cache,
    CacheKey key,
    ClusterView view,
    long noted,
    Collection<String> tables,
    long nanos,
    PatternWorth worth,
    long since,
    AnswerRecorder recorder,
    FarPut far,
    Comparison comparison,
    boolean inside,
    boolean refreshes,
    Map<String, RowKeys> rows) {

  /**
   * Cached result of a statement that is not served, but compared with the server's answer.
   *
   * @param decision which rules want that
   */
  record Comparison(StoredAnswer kept, Decision decision) {}

  /**
   * Target for storing a result for other nodes.
   *
   * @param position where the writer was found before its statement goes there
   * @param heard how far other nodes were heard by then
   */
  record FarPut(FarResults results, byte[] key, Position position, HeardMessages heard) {}

  /**
   * The same as its statement is sent: a replica that lacks some of the noted writes answers what
   * was true when it had those that it has.
   *
   * @return null where the answer cannot be kept
   */
  PendingResult readBy(ReplicaReads reads) {
    long there = reads.noted(tables, noted);
    if (there == noted) {
      return this;
    }
    return there < 0 || !view.holds(there, tables, rows)
        ? null
        : new PendingResult(
            cache,
            key,
            view,
            there,
            tables,
            nanos,
            worth,
            since,
            recorder,
            far,
            comparison,
            inside,
            refreshes,
            rows);
  }

  /** Keeps the answer, unless something was written that it rests on; true if it did. */
  boolean keep(StoredAnswer answer) {
    return cache.keep(key, answer, view, noted, tables, 0, nanos, worth, rows);
  }

  /** Equal statements wait for its statement, unless that is part of a transaction. */
  void suited(boolean kept) {
    if (!inside) {
      cache.flights().suited(key, kept);
    }
  }
}
