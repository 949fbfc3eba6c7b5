package dev.heimdall.engine.share;

/**
 * Learns which keys a {@link ByteStore} holds. Called by several threads, which must not have to
 * wait; what arrives late may contradict what is so by now.
 */
public interface KeyWatcher {
  /** A key is there: it was written, or found. */
  void present(byte[] key);

  /** A key is there no more: deleted, expired, evicted or renamed. */
  void absent(byte[] key);

  /** All keys that there are were reported, and what becomes of them is, from now on. */
  void complete();

  /** Makes the earlier reports void: events may have been missed, or no server sends any. */
  void unknown();

  /** True if these are more keys than it can bear in mind: then reporting ends. */
  boolean full();
}
