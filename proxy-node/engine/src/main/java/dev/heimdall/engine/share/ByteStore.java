package dev.heimdall.engine.share;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Bytes under keys of the shared store, behind what all of these keys begin with there. For any
 * thread; nothing waits. Requests fail at once while there is no connection, and with {@link
 * StoreException} whatever the cause; none is sent twice by the node. Each one ends within some
 * seconds, as a connection that does not answer is closed.
 */
public interface ByteStore extends AutoCloseable {
  /** True if requests can be sent. */
  boolean connected();

  /** Returns the value that is kept under a key; null where none is. */
  CompletionStage<byte[]> get(byte[] key);

  /**
   * Keeps something under a key, in place of what was there.
   *
   * @param kept for how long; at least a millisecond
   */
  CompletionStage<Void> set(byte[] key, byte[] value, Duration kept);

  CompletionStage<Void> delete(byte[] key);

  /** Ends the connections; does not wait for that. */
  @Override
  void close();
}
