package dev.heimdall.engine.wire;

import java.util.Collections;
import java.util.List;

/**
 * Answer of the node to a statement without a server, still without the form that a protocol gives
 * it.
 */
public sealed interface Answer {
  /**
   * Rows.
   *
   * @param rows values as text, null for NULL
   * @param tag such as "SHOW" or "SELECT 1"
   */
  record Rows(List<Column> columns, List<List<String>> rows, String tag) implements Answer {
    public Rows {
      columns = List.copyOf(columns);
      rows = Collections.unmodifiableList(rows);
    }
  }

  /** Done, without rows. */
  record Done(String tag) implements Answer {}

  /** The statement was empty. */
  record Empty() implements Answer {}

  /** Refused or failed. */
  record Failed(ServerError error) implements Answer {}

  /**
   * @param hint what to do, or null
   */
  static Failed failed(String sqlState, String message, String hint) {
    return new Failed(ServerError.error(sqlState, message).withHint(hint));
  }
}
