package dev.heimdall.engine.cache.far;

import java.util.concurrent.atomic.AtomicReference;

/** Progress of a get; one of several threads that want to end it does. */
final class Progress {
  /** Event that a get waits for. */
  enum Stage {
    /** The store's reply. */
    ASKED,
    /** That its value is read. */
    READING,
    /** Nothing: its receiver is called. */
    ENDED
  }

  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.ASKED);

  /** The store has replied; says whether anybody waits for that still. */
  boolean read() {
    return stage.compareAndSet(Stage.ASKED, Stage.READING);
  }

  /** Ends it where it stands here; says whether it was the caller who did. */
  boolean end(Stage at) {
    return stage.compareAndSet(at, Stage.ENDED);
  }

  boolean ended() {
    return stage.get() == Stage.ENDED;
  }
}
