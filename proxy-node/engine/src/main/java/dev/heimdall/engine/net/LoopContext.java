package dev.heimdall.engine.net;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * State of one event loop that its thread alone touches: the clock read once per turn, a scratch
 * array and the channels that were written to and await their one flush.
 */
public final class LoopContext {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");
  private static final int SCRATCH = 16 * 1024;

  /** Bytes of which more do not wait for the end of the turn. */
  private static final int MOST_UNFLUSHED = 64 * 1024;

  private final int index;
  private final EventLoop loop;
  private final ArrayDeque<Flushable> dirty = new ArrayDeque<>(64);
  private final ArrayDeque<Flushable> dirtyForTurn = new ArrayDeque<>(16);
  private final Runnable flushTask = this::flushDirty;
  private final Runnable turnTask = this::flushTurn;
  private final LongSupplier clock;
  private final OwnTime ownTime;
  private byte[] scratch = new byte[SCRATCH];
  private int unflushed;
  private boolean insideEvent;
  private boolean flushScheduled;
  private boolean turnScheduled;
  private long now;

  public LoopContext(int index, EventLoop loop) {
    this(index, loop, System::nanoTime);
  }

  /**
   * @param clock nanoseconds as {@link System#nanoTime} counts them; thread-safe
   */
  public LoopContext(int index, EventLoop loop, LongSupplier clock) {
    this.index = index;
    this.loop = loop;
    this.clock = clock;
    this.ownTime = new OwnTime(loop, clock);
    now = clock.getAsLong();
  }

  /** Object with written bytes that wait for a flush. */
  public interface Flushable {
    void flushNow();
  }

  public int index() {
    return index;
  }

  public EventLoop loop() {
    return loop;
  }

  /**
   * True if this is the loop's thread: asserted at the entry points of what belongs to the loop,
   * and so found in tests.
   */
  public boolean inLoop() {
    return loop.inEventLoop();
  }

  /** Time in which the loop's process ran. */
  public OwnTime ownTime() {
    return ownTime;
  }

  /** Nanoseconds of the clock at the beginning of the event that is being handled. */
  public long now() {
    return now;
  }

  /** Nanoseconds of the clock at this moment; callable from any thread. */
  public long nanoTime() {
    return clock.getAsLong();
  }

  /**
   * Begins an event: the clock is read, what reads have written leaves, and flushes wait for {@link
   * #endEvent}.
   *
   * @return {@link #now}
   */
  public long beginEvent() {
    flushDirty();
    return beginRead();
  }

  /**
   * Begins the event that a channel has received something: flushes wait for {@link #endRead}.
   *
   * @return {@link #now}
   */
  public long beginRead() {
    assert inLoop();
    insideEvent = true;
    now = clock.getAsLong();
    return now;
  }

  /** Ends an event: everything written during it is flushed, each channel once. */
  public void endEvent() {
    insideEvent = false;
    flushDirty();
  }

  /**
   * Ends the event that a channel has received something. What was written leaves when the loop has
   * handled all channels that are ready now, or once it is much: each send wakes its receiver,
   * which has more to do at a time for several in a row.
   */
  public void endRead() {
    insideEvent = false;
    if (unflushed > MOST_UNFLUSHED) {
      flushDirty();
    } else if (!dirty.isEmpty() && !flushScheduled) {
      flushScheduled = true;
      loop.execute(flushTask); // tasks run after the channels
    }
  }

  /** Counts bytes that wait for a flush. */
  public void written(int bytes) {
    unflushed += bytes;
  }

  /**
   * Runs a task soon, as an event of its own; callable from any thread.
   *
   * @param failed told what the task has thrown, so as to log it and to end whom the task was for:
   *     no other part hears of it
   */
  public void soon(Runnable task, Consumer<? super Throwable> failed) {
    loop.execute(() -> inEvent(task, failed));
  }

  /** Runs a task later, as an event of its own; callable from any thread. */
  public ScheduledFuture<?> later(
      Runnable task, long delay, TimeUnit unit, Consumer<? super Throwable> failed) {
    return loop.schedule(() -> inEvent(task, failed), delay, unit);
  }

  /** Runs a task now, as an event of its own. */
  public void inEvent(Runnable task, Consumer<? super Throwable> failed) {
    beginEvent();
    try {
      guarded(task, failed);
    } finally {
      endEvent();
    }
  }

  /** Runs a task within the event that is being handled. */
  public static void guarded(Runnable task, Consumer<? super Throwable> failed) {
    try {
      task.run();
    } catch (RuntimeException | Error cause) {
      try {
        failed.accept(cause);
      } catch (RuntimeException | Error another) {
        another.addSuppressed(cause);
        LOG.error("an error in the node could not be handled", another);
      }
    }
  }

  /** Reads the clock anew; called by the loop's periodic task. */
  public void tick() {
    now = clock.getAsLong();
  }

  /**
   * Asks for a flush at the end of the event; callers ask once until {@link Flushable#flushNow}.
   */
  public void flushLater(Flushable channel) {
    assert inLoop();
    dirty.add(channel);
    if (!insideEvent && !flushScheduled) {
      flushScheduled = true;
      loop.execute(flushTask);
    }
  }

  /**
   * Asks for a flush when the loop has handled all channels that are ready now, so that what comes
   * from several of them leaves as one; callers ask once until {@link Flushable#flushNow}.
   */
  public void flushAtTurnsEnd(Flushable channel) {
    dirtyForTurn.add(channel);
    if (!turnScheduled) {
      turnScheduled = true;
      loop.execute(turnTask); // tasks run after the channels
    }
  }

  private void flushTurn() {
    turnScheduled = false;
    for (Flushable next = dirtyForTurn.poll(); next != null; next = dirtyForTurn.poll()) {
      next.flushNow();
    }
  }

  /** One after the other is taken: a flush may begin an event, which writes and flushes itself. */
  private void flushDirty() {
    flushScheduled = false;
    for (Flushable next = dirty.poll(); next != null; next = dirty.poll()) {
      next.flushNow();
    }
    unflushed = 0;
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
