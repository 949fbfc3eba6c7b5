package dev.heimdall.routing.bounded;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map of at most so many entries: one more takes the place of another. */
public final class BoundedMap<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;

  private final int most;

  private BoundedMap(int most, boolean byUse) {
    super(0, 0.75f, byUse);
    this.most = most;
  }

  /** Forgets what was put in first. */
  public static <K, V> BoundedMap<K, V> ofNewest(int most) {
    return new BoundedMap<>(most, false);
  }

  /** Forgets what was neither put in nor found for longest. */
  public static <K, V> BoundedMap<K, V> ofLastUsed(int most) {
    return new BoundedMap<>(most, true);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
