package dev.heimdall.engine.session.state;

import java.util.HashMap;
import java.util.Map;

/**
 * The cursors of a session that outlive their transactions, by name, so that it is known when the
 * last of them is closed. Those whose names are not known can only be closed all at once.
 */
final class HeldCursors {
  /** One that has more of them keeps its server connection until it closes all. */
  private static final int MOST = 1000;

  /** Each name with the group that has declared it in the transaction that is open; else -1. */
  private final Map<String, Long> names = new HashMap<>(4);

  private int unnamed;

  /** One was declared; {@link #named} follows where its name is known. */
  void declared() {
    if (unnamed < Integer.MAX_VALUE) {
      unnamed++;
    }
  }

  void named(String name, long group) {
    if (names.size() < MOST) {
      names.put(name, group);
      unnamed--;
    }
  }

  void closed(String name) {
    names.remove(name);
  }

  void clear() {
    names.clear();
    unnamed = 0;
  }

  /** Those that it has declared before this group went with the transaction. */
  void rolledBack(long group) {
    names.values().removeIf(declared -> declared >= 0 && declared < group);
  }

  /** There is no transaction open any more. */
  void transactionOver() {
    names.replaceAll((name, group) -> -1L);
  }

  boolean none() {
    return names.isEmpty() && unnamed == 0;
  }
}
