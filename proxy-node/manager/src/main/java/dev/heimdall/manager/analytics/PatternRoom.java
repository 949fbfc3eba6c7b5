package dev.heimdall.manager.analytics;

import java.util.HashMap;
import java.util.Map;

/**
 * The heap that patterns take, with all that is kept of them. Many nodes have the same statements,
 * in many minutes: their texts are kept once. Not thread-safe.
 */
final class PatternRoom {
  private static final int SHARE_OF_HEAP = 6;
  private static final int KEY_BYTES = 160;

  private final long most;
  private final Map<PatternKey, Shared> texts = new HashMap<>();
  private long taken;

  private static final class Shared {
    private final PatternKey key;
    private int uses;

    Shared(PatternKey key) {
      this.key = key;
    }
  }

  PatternRoom() {
    this(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  }

  PatternRoom(long most) {
    this.most = most;
  }

  private static long bytes(PatternKey key) {
    return KEY_BYTES + 2L * (key.text().length() + key.vdb().length());
  }

  /** True if there is room for one more use of a key, with so many bytes; if so it counts. */
  boolean hold(PatternKey key, long bytes) {
    Shared known = texts.get(key);
    if (!take(known == null ? bytes + bytes(key) : bytes)) {
      return false;
    }
    texts.computeIfAbsent(key, Shared::new).uses++;
    return true;
  }

  /** True if there is room for so many bytes more, of a key that is held; if so they count. */
  boolean take(long more) {
    if (more > 0 && taken + more > most) {
      return false;
    }
    taken += more;
    return true;
  }

  /** A key that is held, as it is kept. */
  PatternKey shared(PatternKey key) {
    return texts.get(key).key;
  }

  /** Ends one use of a key, which had so many bytes. */
  void release(PatternKey key, long bytes) {
    taken -= bytes;
    Shared shared = texts.get(key);
    shared.uses--;
    if (shared.uses == 0) {
      texts.remove(key);
      taken -= bytes(key);
    }
  }

  /** Number of bytes in use. */
  long taken() {
    return taken;
  }
}
