package dev.heimdall.test.tds;

import java.util.List;

/** A server cursor: its rows as they were when it was opened, and where it stands. */
final class Cursor {
  private static final int FIRST = 1;
  private static final int NEXT = 2;
  private static final int PREVIOUS = 4;
  private static final int LAST = 8;
  private static final int ABSOLUTE = 16;
  private static final int RELATIVE = 32;

  private final List<TokenWriter.Column> columns;
  private final List<Object[]> rows;

  /** Scroll option, as sp_cursoropen has it. */
  private int kind;

  private int at;
  private int size;

  Cursor(List<TokenWriter.Column> columns, List<Object[]> rows) {
    this.columns = columns;
    this.rows = rows;
  }

  int kind() {
    return kind;
  }

  void kind(int wanted) {
    kind = wanted;
  }

  List<TokenWriter.Column> columns() {
    return columns;
  }

  /** Number of the row that was fetched first, 0 before the first fetch. */
  int row() {
    return size == 0 ? 0 : at + 1;
  }

  int count() {
    return rows.size();
  }

  /** Rows of a fetch, as sp_cursorfetch has its type, row number and count. */
  List<Object[]> fetch(int type, int row, int count) {
    at =
        switch (type & 0xFF) {
          case FIRST -> 0;
          case PREVIOUS -> at - count;
          case LAST -> rows.size() - count;
          case ABSOLUTE -> row < 0 ? rows.size() + row : row - 1;
          case RELATIVE -> at + row;
          case NEXT -> at + size;
          default -> at;
        };
    int from = Math.max(0, Math.min(at, rows.size()));
    int end = Math.max(from, Math.min(rows.size(), at + count));
    size = end - from;
    at = from;
    return rows.subList(from, end);
  }
}
