package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.wire.sqlserver.RowLayout;
import java.util.HashMap;
import java.util.Map;

/** The cursors that a client has open on a server connection, by their handles. */
final class OpenCursors {
  private static final int STATIC = 8;

  /**
   * One of them.
   *
   * @param layout of its rows; null where it is not known
   * @param lasts false if a rollback closes it
   */
  private record Open(RowLayout layout, boolean lasts) {}

  private final Map<Integer, Open> open = new HashMap<>();

  /** The one that was opened last. */
  private int last;

  boolean isEmpty() {
    return open.isEmpty();
  }

  RowLayout layout(int cursor) {
    Open known = open.get(cursor);
    return known == null ? null : known.layout();
  }

  /** The server has returned a value of a request: a handle, or how the cursor scrolls. */
  void returned(SentRequest.Cursors request, int ordinal, int value, RowLayout layout) {
    if (request.opens() == ordinal && value != 0) {
      open.put(value, new Open(layout, true));
      last = value;
    } else if (request.scrolls() == ordinal && request.opens() >= 0 && open.containsKey(last)) {
      open.put(last, new Open(open.get(last).layout(), (value & STATIC) != 0));
    }
  }

  void closed(int cursor) {
    open.remove(cursor);
  }

  /** A rollback closes all that have no rows of their own. */
  void rolledBack() {
    open.values().removeIf(cursor -> !cursor.lasts());
  }

  void clear() {
    open.clear();
  }
}
