package dev.heimdall.engine.share;

import java.util.concurrent.CompletableFuture;

/**
 * Whether this node is one of those that tell each other of changes of definitions before they are
 * made: it hears itself and has heard all others. Until then, and whenever it is no longer so, what
 * it knows of definitions is not to be trusted. Thread-safe.
 */
final class Joining {
  /**
   * Within the second beat in touch at the latest, each of the others has said that it is there.
   */
  private static final int ENOUGH = 2;

  private final Definitions definitions;
  private final CompletableFuture<Void> joined = new CompletableFuture<>();
  private Runnable together;
  private int beats;

  Joining(Definitions definitions) {
    this.definitions = definitions;
    together = definitions.apart();
  }

  /** To be called with each beat, and when it is known that others were not heard. */
  void heard(boolean inTouch) {
    boolean enough;
    synchronized (this) {
      beats = inTouch ? beats + 1 : 0;
      enough = beats >= ENOUGH;
      if (enough && together != null) {
        together.run();
        together = null;
      } else if (!inTouch && together == null) {
        together = definitions.apart();
      }
    }
    if (enough) {
      joined.complete(null);
    }
  }

  /** Done when it was so for the first time. */
  CompletableFuture<Void> joined() {
    return joined;
  }

  /** This node leaves. What was waited for does not come. */
  void close() {
    synchronized (this) {
      if (together != null) {
        together.run();
        together = null;
      }
    }
    joined.complete(null);
  }
}
