package dev.heimdall.manager.store;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * For how long this manager has seen what others have written without a change. Times that others
 * write are by their clocks: whether they still do so is judged by this, and not by a time of
 * theirs beside one of ours. Thread-safe.
 *
 * @param <K> whose it is
 * @param <V> what is written; a value
 */
public final class Unchanged<K, V> {
  private static final int MOST = 10_000;

  private record Seen<V>(V value, long at) {}

  private final LongSupplier nanoClock;
  private final Map<K, Seen<V>> all = new LinkedHashMap<>(16, 0.75f, true);

  public Unchanged(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** Time since a value was first seen; for one that was not seen before, it begins now. */
  public synchronized Duration since(K whose, V written) {
    long now = nanoClock.getAsLong();
    Seen<V> seen = all.get(whose);
    if (seen == null || !seen.value().equals(written)) {
      seen = new Seen<>(written, now);
      all.put(whose, seen);
      if (all.size() > MOST) {
        all.remove(all.keySet().iterator().next()); // what was not asked for since
      }
    }
    return Duration.ofNanos(now - seen.at());
  }
}
