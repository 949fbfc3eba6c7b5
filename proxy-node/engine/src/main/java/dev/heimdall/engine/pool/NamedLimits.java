package dev.heimdall.engine.pool;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/**
 * A {@link Limit} for each name of which something exists; others take no memory, whatever names
 * come by. Thread-safe.
 */
public final class NamedLimits {
  private final Map<String, Limit> used = new ConcurrentHashMap<>();
  private final ToIntFunction<String> max;

  /**
   * @param max how many there may be of a name, 0 for no limit; asked again by {@link #refresh}
   */
  public NamedLimits(ToIntFunction<String> max) {
    this.max = max;
  }

  public boolean tryTake(String name) {
    boolean[] taken = new boolean[1];
    used.compute(
        name,
        (n, known) -> {
          Limit limit = known == null ? new Limit(max.applyAsInt(n)) : known;
          taken[0] = limit.tryTake();
          return limit.used() == 0 ? null : limit;
        });
    return taken[0];
  }

  public void give(String name) {
    used.computeIfPresent(
        name,
        (n, limit) -> {
          limit.give();
          return limit.used() == 0 ? null : limit;
        });
  }

  /** The maxima may have changed. Those above a lower one stay. */
  public void refresh() {
    used.forEach((name, limit) -> limit.max(max.applyAsInt(name)));
  }

  /** Number of names for which something exists. */
  public int size() {
    return used.size();
  }
}
