package dev.heimdall.manager.analytics;

import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Values by pattern, as far as there is {@link PatternRoom}; beyond a maximum number, the one that
 * was used least recently is removed first. Not thread-safe.
 */
final class KeptPatterns<V> {
  private final PatternRoom room;
  private final int most;
  private final ToLongFunction<V> bytes;
  private final Map<PatternKey, V> all = new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

  /**
   * @param most patterns
   * @param bytes about how many a value takes
   */
  KeptPatterns(PatternRoom room, int most, ToLongFunction<V> bytes) {
    this.room = room;
    this.most = most;
    this.bytes = bytes;
  }

  /** Returns the value of a pattern, which counts as a use; null if there is none. */
  V get(PatternKey key) {
    return all.get(key);
  }

  int size() {
    return all.size();
  }

  /** All of them. */
  Map<PatternKey, V> all() {
    return Collections.unmodifiableMap(all);
  }

  /** Keeps it in the place of what was there; false: there is no room, and that stays. */
  boolean put(PatternKey key, V value) {
    V before = all.get(key);
    if (before != null) {
      if (!room.take(bytes.applyAsLong(value) - bytes.applyAsLong(before))) {
        return false;
      }
      all.put(key, value);
      return true;
    }
    if (!room.hold(key, bytes.applyAsLong(value))) {
      return false;
    }
    all.put(room.shared(key), value);
    if (all.size() > most) {
      dropOldest();
    }
    return true;
  }

  /** Drops the one that was used least recently; false: there is none. */
  boolean dropOldest() {
    Iterator<Map.Entry<PatternKey, V>> entries = all.entrySet().iterator();
    if (!entries.hasNext()) {
      return false;
    }
    Map.Entry<PatternKey, V> oldest = entries.next();
    PatternKey key = oldest.getKey();
    long had = bytes.applyAsLong(oldest.getValue());
    entries.remove();
    room.release(key, had);
    return true;
  }

  void clear() {
    all.forEach((key, value) -> room.release(key, bytes.applyAsLong(value)));
    all.clear();
  }
}
