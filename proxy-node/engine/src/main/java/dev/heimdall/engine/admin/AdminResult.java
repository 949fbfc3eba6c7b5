package dev.heimdall.engine.admin;

import java.util.Collections;
import java.util.List;

/** The outcome of one statement of the admin console, still without the form a wire gives it. */
public sealed interface AdminResult {
  /**
   * Rows.
   *
   * @param rows values in PostgreSQL's text form ("t" and "f" for booleans), null for NULL
   * @param tag such as "SHOW" or "SELECT 1"
   */
  record Rows(List<AdminColumn> columns, List<List<String>> rows, String tag)
      implements AdminResult {
    public Rows {
      columns = List.copyOf(columns);
      rows = Collections.unmodifiableList(rows);
    }
  }

  /** Done, without rows. */
  record Done(String tag) implements AdminResult {}

  /** The statement was empty. */
  record Empty() implements AdminResult {}

  /** Refused or failed; {@code hint} may be null. */
  record Failed(String sqlstate, String message, String hint) implements AdminResult {}
}
