package dev.heimdall.engine.net;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/**
 * What belongs to one event loop and is touched by its thread alone: the clock read once per turn,
 * a scratch array and the channels that were written to and await their one flush.
 */
public final class LoopContext {
  private static final int SCRATCH = 16 * 1024;

  private final int index;
  private final EventLoop loop;
  private final List<Flushable> dirty = new ArrayList<>(64);
  private final Runnable flushTask = this::flushDirty;
  private byte[] scratch = new byte[SCRATCH];
  private boolean insideEvent;
  private boolean flushScheduled;
  private long now = System.nanoTime();
  private volatile long lastTurn = now;

  public LoopContext(int index, EventLoop loop) {
    this.index = index;
    this.loop = loop;
  }

  /** Something whose written bytes wait for a flush. */
  public interface Flushable {
    void flushNow();
  }

  public int index() {
    return index;
  }

  public EventLoop loop() {
    return loop;
  }

  /** Nanoseconds of {@link System#nanoTime} at the beginning of the event that is being handled. */
  public long now() {
    return now;
  }

  /** When the loop last handled anything, for a watchdog on another thread. */
  public long lastTurn() {
    return lastTurn;
  }

  /** Begins an event: the clock is read, and flushes wait for {@link #endEvent}. */
  public void beginEvent() {
    insideEvent = true;
    now = System.nanoTime();
  }

  /** Ends an event: everything written during it is flushed, each channel once. */
  public void endEvent() {
    insideEvent = false;
    flushDirty();
  }

  /** Reads the clock anew; called by the loop's periodic task. */
  public void tick() {
    now = System.nanoTime();
    lastTurn = now;
  }

  /**
   * Asks for a flush at the end of the event; callers ask once until {@link Flushable#flushNow}.
   */
  public void flushLater(Flushable channel) {
    dirty.add(channel);
    if (!insideEvent && !flushScheduled) {
      flushScheduled = true;
      loop.execute(flushTask);
    }
  }

  private void flushDirty() {
    flushScheduled = false;
    for (int i = 0; i < dirty.size(); i++) {
      dirty.get(i).flushNow();
    }
    dirty.clear();
  }

  /** An array of at least this size whose content does not outlive the caller. */
  public byte[] scratch(int size) {
    if (size <= scratch.length) {
      return scratch;
    }
    if (size <= 1 << 20) {
      scratch = new byte[Integer.highestOneBit(size - 1) << 1];
      return scratch;
    }
    return new byte[size];
  }
}
