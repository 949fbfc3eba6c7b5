package dev.heimdall.engine.share;

import java.util.concurrent.CompletableFuture;

/**
 * Membership of this node in the group whose nodes notify each other of changes of definitions
 * before they are made: it receives its own heartbeats and those of all others. Until then, and
 * whenever that ends, what it knows of definitions is not to be trusted. Thread-safe.
 */
final class Membership {
  /** By the second heartbeat while connected, each of the others has sent one, too. */
  private static final int ENOUGH = 2;

  private final Definitions definitions;
  private final CompletableFuture<Void> joined = new CompletableFuture<>();
  private Runnable together;
  private int beats;

  Membership(Definitions definitions) {
    this.definitions = definitions;
    together = definitions.apart();
  }

  /** To be called with each beat, and when it is known that others were not heard. */
  void heard(boolean connectedToPeers) {
    boolean enough;
    synchronized (this) {
      beats = connectedToPeers ? beats + 1 : 0;
      enough = beats >= ENOUGH;
      if (enough && together != null) {
        together.run();
        together = null;
      } else if (!connectedToPeers && together == null) {
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
