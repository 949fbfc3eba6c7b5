package dev.heimdall.engine.topology;

import dev.heimdall.model.Spelled;
import java.time.Instant;
import java.util.Optional;

/**
 * State of the writer of a global cluster as to writes, which something outside its region has to
 * confirm again and again.
 *
 * @param until when that ends unless it is confirmed again, by {@link System#nanoTime}; of no
 *     meaning where the fence is off
 * @param since when nothing is let through any more; empty while something is
 * @param confirmation what has confirmed it last, in words; empty for nothing so far
 */
public record WriterFence(State state, long until, Optional<Instant> since, String confirmation) {
  /** Fence where writers need no confirmation. */
  public static final WriterFence OFF = new WriterFence(State.OFF, 0, Optional.empty(), "");

  /** State of the fence. */
  public enum State implements Spelled {
    /** Writers need no confirmation. */
    OFF,
    /** The writer is confirmed. */
    OPEN,
    /** Nothing has confirmed the writer yet, and it is not late. */
    PENDING,
    /** Nothing has confirmed the writer for longer than it may last. */
    FENCED
  }

  /** Returns this fence as it is when its time is over. */
  public WriterFence shut() {
    return closed() ? this : new WriterFence(State.FENCED, until, since, confirmation);
  }

  /** True if nothing is to be sent to the writer. */
  public boolean closed() {
    return state == State.PENDING || state == State.FENCED;
  }

  /**
   * True if a confirmation that was good at an earlier moment is over.
   *
   * @param now by {@link System#nanoTime}
   */
  public boolean over(long now) {
    return state != State.OFF && (closed() || now - until >= 0);
  }
}
