package dev.heimdall.engine.share;

import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Tracks whether another process that does not report its writes serves clients beside this one:
 * one of the two is about to take the other's place. As long as it lasts, what this node knows of
 * writes and definitions is not all there is. Thread-safe.
 */
public final class Overlap {
  /** Of each data source: what is to be told, and what ends its doubts of definitions. */
  private final Map<WritePositions, Doubts> sources = new IdentityHashMap<>();

  private volatile boolean lasts;

  private static final class Doubts {
    private final Definitions definitions;
    private Runnable over;

    Doubts(Definitions definitions) {
      this.definitions = definitions;
    }

    void begin() {
      if (over == null) {
        over = definitions.apart();
      }
    }

    void end() {
      if (over != null) {
        over.run();
        over = null;
      }
    }
  }

  synchronized void joined(WritePositions positions, Definitions definitions) {
    Doubts doubts = new Doubts(definitions);
    sources.put(positions, doubts);
    if (lasts) {
      doubts.begin();
    }
  }

  synchronized void left(WritePositions positions) {
    Doubts doubts = sources.remove(positions);
    if (doubts != null) {
      doubts.end();
    }
  }

  /** Another process serves clients from now on, or is about to. */
  public synchronized void begin() {
    lasts = true;
    sources.values().forEach(Doubts::begin);
  }

  /** It serves none any more: whatever it has written counts as written now. */
  public synchronized void end() {
    if (!lasts) {
      return;
    }
    sources.forEach(
        (positions, doubts) -> {
          positions.missed();
          doubts.definitions.missed();
          doubts.end();
        });
    lasts = false;
  }

  boolean lasts() {
    return lasts;
  }
}
