package dev.heimdall.engine.pool;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Findings of the last look, and their start times, to distinguish lasting ones from those in
 * passing between two states.
 */
final class PoolSuspicions<T> {
  private Map<T, Suspicion> before = Map.of();

  /**
   * @param mark changes when something has happened to the suspect
   */
  private record Suspicion(PoolAnomaly anomaly, long mark, long since) {}

  /**
   * Takes what looks wrong now.
   *
   * @return what has been so for longer than is tolerated, with nothing having happened to it
   */
  Map<T, PoolAnomaly> lasting(Map<T, PoolAnomaly> found, ToLongFunction<T> mark, long now) {
    Map<T, PoolAnomaly> lasting = new HashMap<>(0);
    Map<T, Suspicion> next = new HashMap<>(0);
    found.forEach(
        (suspect, anomaly) -> {
          Suspicion known = before.get(suspect);
          long marked = mark.applyAsLong(suspect);
          boolean same = known != null && known.anomaly() == anomaly && known.mark() == marked;
          long since = same ? known.since() : now;
          if (now - since > anomaly.tolerated()) {
            lasting.put(suspect, anomaly);
          } else {
            next.put(suspect, new Suspicion(anomaly, marked, since));
          }
        });
    before = next;
    return lasting;
  }
}
