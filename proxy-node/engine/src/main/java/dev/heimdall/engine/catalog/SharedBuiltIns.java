package dev.heimdall.engine.catalog;

import java.util.HashMap;
import java.util.Map;

/**
 * The server's own functions, of which every database of a server has the same: kept once for all
 * catalogues of a data source. Thread-safe.
 */
public final class SharedBuiltIns {
  /** More are not shared: a user creates functions among them. */
  private static final int MOST = 20_000;

  private final Map<String, Map<FunctionEffect, Routine>> routines = new HashMap<>();
  private final BuiltInObjects own;
  private Map<String, Routine> last = Map.of();

  public SharedBuiltIns(BuiltInObjects own) {
    this.own = own;
  }

  /** Objects that the server brings. */
  BuiltInObjects own() {
    return own;
  }

  /** The function of this name with this effect. */
  synchronized Routine routine(String name, FunctionEffect effect) {
    Map<FunctionEffect, Routine> known = routines.get(name);
    Routine routine = known == null ? null : known.get(effect);
    if (routine == null) {
      routine = own.function(name, effect);
      if (routines.size() < MOST) {
        routines.computeIfAbsent(name, n -> new HashMap<>(2)).put(effect, routine);
      }
    }
    return routine;
  }

  /**
   * Returns functions equal to these by name; those of another database, where they are the same.
   */
  synchronized Map<String, Routine> same(Map<String, Routine> byName) {
    if (!last.equals(byName)) {
      last = byName;
    }
    return last;
  }
}
