package dev.heimdall.manager.login;

import java.util.LinkedHashMap;
import java.util.Map;

/** Forgets what was not used for longest. */
public final class Newest<V> extends LinkedHashMap<String, V> {
  private static final long serialVersionUID = 1L;

  private final int most;

  public Newest(int most) {
    super(16, 0.75f, /* accessOrder= */ true);
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
    return size() > most;
  }
}
