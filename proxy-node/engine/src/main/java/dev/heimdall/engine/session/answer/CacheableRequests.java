package dev.heimdall.engine.session.answer;

import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.session.caching.AnswerRecorder;
import dev.heimdall.engine.sql.RowKeys;
import java.util.Map;

/**
 * The request at the reader's position as the cache sees it: the form of its protocol's results.
 * Asked in the order of its methods, for a statement that a rule has cached.
 */
public interface CacheableRequests {
  /**
   * True if a server has the beginning of its batch, and has answered so far: it does not wait for
   * others, who may want that connection.
   */
  default boolean begunAtServer(Request request) {
    return false;
  }

  /**
   * Reads it.
   *
   * @return the reason in its form, or in what its session has done, for which no kept result may
   *     answer it, nor its own be kept; null for none
   */
  Uncached reason(Request request);

  /** Inputs of its result besides its text; not changed afterwards. */
  byte[] values();

  /** True if its answer has to describe the columns. */
  boolean describesColumns();

  /** A copy of the text that rules have judged. */
  byte[] text();

  /** Rows that it reads, by the table; all of a table that is not there. */
  Map<String, RowKeys> rows();

  /** Returns a recorder of its answer, which is given up beyond this number of bytes. */
  AnswerRecorder recorder(int most);

  /** A kept result will answer it: what the request prepares or declares counts from now on. */
  default void answered() {}

  /** Takes it out of the input, and answers it. */
  void answer(Request request, StoredAnswer kept);

  /** Whatever was read of it is needed no more. */
  void forget();

  /** It goes on to the server connection that the client has. */
  default void passes(Request request) {}
}
