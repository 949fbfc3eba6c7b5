package dev.heimdall.engine.cache.far;

import dev.heimdall.engine.share.SharedStore;
import dev.heimdall.model.FarCacheSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Executor;

/**
 * Answers that nodes keep for each other. For any thread; nothing blocks, and nothing throws for
 * want of the store.
 *
 * <p>What is found may be old, and of any node: puts and deletes may be dropped, delayed, and
 * overtake each other. Whether an answer still holds is to be seen from what is in it, or in its
 * key.
 */
public interface FarTier extends AutoCloseable {
  /** One for a node, at connections of its own. */
  static FarTier over(SharedStore store, FarCacheSettings settings) {
    return StoredAnswers.in(store, settings);
  }

  /** Receiver of a requested answer; exactly one of these methods is called. */
  interface Receiver {
    /**
     * @param answer what was put, byte for byte
     */
    void found(byte[] answer);

    void absent(Miss why);
  }

  /**
   * Asks for an answer.
   *
   * @param key must not be changed afterwards
   * @param withinNanos what the receiver waits for at most, if that is less than the time limit of
   *     the settings
   * @param loop where the receiver is called
   * @return false where it is a miss at once: then the receiver is not called
   */
  boolean get(byte[] key, long withinNanos, Executor loop, Receiver receiver);

  /**
   * Keeps an answer, or does not.
   *
   * @param key must not be changed afterwards, nor the answer
   * @param kept for how long at most
   */
  void put(byte[] key, byte[] answer, Duration kept);

  /** Frees what is kept under these keys, or does not. */
  void delete(Collection<byte[]> keys);

  /** Figures of the tier. */
  FarFigures figures();

  /** Ends it: who waits is called with {@link Miss#CLOSED}. Does not wait. */
  @Override
  void close();
}
