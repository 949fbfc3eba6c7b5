package dev.heimdall.directory;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Waiting items from several origins that take turns: an origin with many waiting items does not
 * delay others. Not thread-safe.
 */
final class Turns<T> {
  private final int most;
  private final Map<Object, ArrayDeque<T>> waiting = new LinkedHashMap<>();
  private int size;

  /**
   * @param most that may wait, half of them of one origin
   */
  Turns(int most) {
    this.most = most;
  }

  /** False where there is no room. */
  boolean add(Object origin, T one) {
    ArrayDeque<T> own = waiting.get(origin);
    if (size >= most || (own != null && own.size() >= most / 2)) {
      return false;
    }
    waiting.computeIfAbsent(origin, o -> new ArrayDeque<>()).add(one);
    size++;
    return true;
  }

  /** The next one; null where nothing waits. */
  T next() {
    Iterator<Map.Entry<Object, ArrayDeque<T>>> origins = waiting.entrySet().iterator();
    if (!origins.hasNext()) {
      return null;
    }
    Map.Entry<Object, ArrayDeque<T>> first = origins.next();
    Object origin = first.getKey();
    ArrayDeque<T> own = first.getValue();
    origins.remove();
    T one = own.poll();
    if (!own.isEmpty()) {
      waiting.put(origin, own);
    }
    size--;
    return one;
  }
}
