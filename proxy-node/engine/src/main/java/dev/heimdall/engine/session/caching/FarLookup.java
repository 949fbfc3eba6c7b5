package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.cache.CacheKey;
import dev.heimdall.engine.sql.RowKeys;
import java.util.Map;

/** A question to the other nodes' results. */
final class FarLookup {
  final CacheKey key;
  final byte[] farKey;
  final AnswerRecorder recorder;

  /** Rows on which the result rests, by the table; all of a table that is not there. */
  final Map<String, RowKeys> rows;

  boolean over;

  /**
   * @param recorder knows what an answer is
   */
  FarLookup(CacheKey key, byte[] farKey, AnswerRecorder recorder, Map<String, RowKeys> rows) {
    this.key = key;
    this.farKey = farKey;
    this.recorder = recorder;
    this.rows = rows;
  }
}
