package dev.heimdall.manager.web;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * A body that arrives. Of one that is too large, or that is not needed, nothing is kept; its sender
 * hears so once it has sent it, as few read an answer before.
 */
final class ArrivingBody {
  private final int most;
  private final long announced;
  private final IntPredicate memory;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
  private long arrived;
  private boolean tooLarge;

  /**
   * @param most the bytes that are kept
   * @param announced as many are to come; -1: that is not known
   * @param memory whether so many bytes may be kept
   */
  ArrivingBody(int most, long announced, IntPredicate memory) {
    this.most = most;
    this.announced = announced;
    this.memory = memory;
    tooLarge = announced > most;
  }

  boolean isTooLarge() {
    return tooLarge;
  }

  /** True if the rest of it is not worth waiting for. */
  boolean isGivenUp() {
    return tooLarge && (arrived > Bounds.READ_IN_VAIN || announced > Bounds.READ_IN_VAIN);
  }

  /** A piece of it. */
  void add(ByteBuffer piece) throws Refusal {
    int bytes = piece.remaining();
    arrived += bytes;
    tooLarge |= arrived > most;
    if (tooLarge) {
      kept.reset();
    } else if (bytes > 0) {
      if (!memory.test(bytes)) {
        throw Refusal.busy("The manager is busy with the bodies of other requests: try again.");
      }
      byte[] taken = new byte[bytes];
      piece.get(taken);
      kept.writeBytes(taken);
    }
  }

  /** All of it; empty: it is too large. */
  Optional<byte[]> whole() {
    return tooLarge ? Optional.empty() : Optional.of(kept.toByteArray());
  }
}
