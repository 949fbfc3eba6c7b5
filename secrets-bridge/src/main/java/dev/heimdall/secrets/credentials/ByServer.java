package dev.heimdall.secrets.credentials;

import java.util.LinkedHashMap;
import java.util.Map;

/** Something of each server, by {@code host:port}; of too many, of those that were asked last. */
final class ByServer<V> extends LinkedHashMap<String, V> {
  private static final long serialVersionUID = 1L;
  private static final int MOST = 200;

  ByServer() {
    super(16, 0.75f, /* accessOrder= */ true);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
    return size() > MOST;
  }
}
