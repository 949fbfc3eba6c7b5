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

  /** What was reported counts no more: events may have been missed, or nobody sends any. */
  void unknown();

  /** Whether these are more keys than it can bear in mind: then reporting ends. */
  boolean full();
}
