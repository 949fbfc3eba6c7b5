package dev.heimdall.engine.cache.far;

import dev.heimdall.engine.share.ByteStore;
import dev.heimdall.engine.share.SharedStore;
import dev.heimdall.engine.share.StoreException;
import dev.heimdall.model.FarCacheSettings;
import dev.heimdall.routing.threads.DaemonThreads;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Answers that nodes keep for each other. For any thread; nothing blocks, and nothing throws for
 * want of the store.
 *
 * <p>What is found may be old, and of any node: puts and deletes may be dropped, delayed, and
 * overtake each other. Whether an answer still holds is to be seen from what is in it, or in its
 * key.
 */
public final class FarTier implements AutoCloseable {
  private static final int MOST_REQUESTS = 1024;
  private static final long MOST_BYTES = 32L << 20;
  private static final int WORKERS = 2;
  private static final int WAITING = 256;
  private static final int THREAD_SECONDS = 5;

  private final ByteStore store;
  private final KeyPicture picture;
  private final AnswerFormat format;
  private final long limitNanos;
  private final InFlight inFlight;
  private final FarCounters counters = new FarCounters();
  private final ReadBreaker reads;
  private final WriteBreaker writes;

  /** Times gets out, and probes. */
  private final ScheduledThreadPoolExecutor timer;

  /** Compresses and decompresses. */
  private final ThreadPoolExecutor workers;

  /** Expected size of an answer: that of the longest recent one. */
  private volatile int expected;

  private volatile boolean closed;

  /** Receiver of a requested answer; exactly one of these methods is called. */
  public interface Receiver {
    /**
     * @param answer what was put, byte for byte
     */
    void found(byte[] answer);

    void absent(Miss why);
  }

  FarTier(ByteStore store, KeyPicture picture, FarCacheSettings settings) {
    this(store, picture, settings, new InFlight(MOST_REQUESTS, MOST_BYTES));
  }

  FarTier(ByteStore store, KeyPicture picture, FarCacheSettings settings, InFlight inFlight) {
    this.store = store;
    this.picture = picture;
    this.inFlight = inFlight;
    format =
        new AnswerFormat(
            Math.toIntExact(settings.maxSize()), Math.toIntExact(settings.compressAbove()));
    limitNanos = settings.timeout().toNanos();
    timer = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("heimdall-far-timer"));
    timer.setRemoveOnCancelPolicy(true);
    workers =
        DaemonThreads.pool(
            WORKERS,
            THREAD_SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            DaemonThreads.named("heimdall-far-worker"));
    reads = new ReadBreaker(store, timer, limitNanos, counters::probe);
    writes = new WriteBreaker();
  }

  /** One for a node, at connections of its own. */
  public static FarTier over(SharedStore store, FarCacheSettings settings) {
    KeyPicture picture = new KeyPicture(settings.trackedKeys());
    return new FarTier(store.bytes("cache", picture), picture, settings);
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
  public boolean get(byte[] key, long withinNanos, Executor loop, Receiver receiver) {
    Miss why = whyNot(key);
    int reserved = expected;
    if (why == null && !inFlight.take(reserved)) {
      why = Miss.BUSY;
    }
    if (why != null) {
      counters.miss(why);
      return false;
    }
    Lookup lookup = new Lookup(key, loop, receiver, reserved);
    lookup.begin(Math.min(withinNanos, limitNanos));
    return true;
  }

  private Miss whyNot(byte[] key) {
    if (closed) {
      return Miss.CLOSED;
    }
    if (!store.connected()) {
      return Miss.NOT_CONNECTED;
    }
    if (!reads.closed()) {
      return Miss.OPEN;
    }
    return picture.knownAbsent(key) ? Miss.KNOWN_ABSENT : null;
  }

  /** One get, until its receiver is called; what it has reserved, until its value is read. */
  private final class Lookup {
    private final byte[] key;
    private final Executor loop;
    private final Receiver receiver;
    private final long begun = System.nanoTime();
    private final Progress progress = new Progress();
    private volatile Future<?> timeout;
    private long taken;

    Lookup(byte[] key, Executor loop, Receiver receiver, long taken) {
      this.key = key;
      this.loop = loop;
      this.receiver = receiver;
      this.taken = taken;
    }

    void begin(long within) {
      try {
        timeout = timer.schedule(this::late, Math.max(0, within), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        inFlight.give(taken);
        miss(Miss.CLOSED);
        return;
      }
      store.get(key).whenComplete(this::answered);
    }

    private void late() {
      if (progress.end(Progress.Stage.ASKED)) {
        reads.failed("no reply within the time limit");
        miss(Miss.LATE);
      } else if (progress.end(Progress.Stage.READING)) {
        miss(Miss.LATE);
      }
    }

    private void answered(byte[] value, Throwable failure) {
      long took = System.nanoTime() - begun;
      int length = value == null ? 0 : value.length;
      inFlight.change(length - taken);
      taken = length;
      boolean inTime = progress.read();
      if (failure != null) {
        inFlight.give(taken);
        if (inTime) {
          reads.failed(StoreException.of(failure).getMessage());
          finish(closed ? Miss.CLOSED : Miss.FAILED);
        }
        return;
      }
      counters.took(took);
      expected = Math.max(length, expected - (expected >> 4) - 1);
      if (inTime) {
        reads.answered(took);
      }
      if (value == null) {
        picture.absent(key);
        inFlight.give(taken);
        finish(Miss.NOT_THERE);
      } else if (inTime && AnswerFormat.isCompressed(value)) {
        readElsewhere(value);
      } else {
        read(value);
      }
    }

    private void readElsewhere(byte[] value) {
      try {
        workers.execute(() -> read(value));
      } catch (RejectedExecutionException e) {
        inFlight.give(taken);
        finish(closed ? Miss.CLOSED : Miss.BUSY);
      }
    }

    private void read(byte[] value) {
      byte[] answer = null;
      Miss why = null;
      try {
        if (!progress.ended()) {
          answer = format.answer(key, value);
        }
      } catch (AnswerFormat.DamagedException e) {
        why = Miss.DAMAGED;
        delete(List.of(key));
      } finally {
        inFlight.give(taken);
      }
      if (why != null) {
        finish(why);
      } else if (answer != null && progress.end(Progress.Stage.READING)) {
        timeout.cancel(false);
        counters.hit();
        byte[] found = answer;
        deliver(() -> receiver.found(found));
      }
    }

    private void finish(Miss why) {
      if (progress.end(Progress.Stage.READING)) {
        timeout.cancel(false);
        miss(why);
      }
    }

    private void miss(Miss why) {
      counters.miss(why);
      deliver(() -> receiver.absent(why));
    }

    private void deliver(Runnable task) {
      try {
        loop.execute(task);
      } catch (RejectedExecutionException e) {
        // The loop has ended, and so have its waiters.
      }
    }
  }

  /**
   * Keeps an answer, or does not.
   *
   * @param key must not be changed afterwards, nor the answer
   * @param kept for how long at most
   */
  public void put(byte[] key, byte[] answer, Duration kept) {
    PutOutcome why = whyNot(answer, kept);
    if (why != null) {
      counters.put(why);
      return;
    }
    WriteBreaker.Pass pass = writes.pass();
    if (pass == WriteBreaker.Pass.NO) {
      counters.put(PutOutcome.OPEN);
      return;
    }
    if (!inFlight.take(answer.length)) {
      writes.unused(pass);
      counters.put(PutOutcome.BUSY);
      return;
    }
    if (!format.compresses(answer)) {
      send(key, answer, kept, pass);
      return;
    }
    try {
      workers.execute(() -> send(key, answer, kept, pass));
    } catch (RejectedExecutionException e) {
      inFlight.give(answer.length);
      writes.unused(pass);
      counters.put(PutOutcome.BUSY);
    }
  }

  private PutOutcome whyNot(byte[] answer, Duration kept) {
    if (answer.length > format.mostBytes() || kept.toMillis() < 1) {
      return PutOutcome.UNFIT;
    }
    if (closed || !store.connected()) {
      return PutOutcome.NOT_CONNECTED;
    }
    return reads.closed() ? null : PutOutcome.OPEN;
  }

  private void send(byte[] key, byte[] answer, Duration kept, WriteBreaker.Pass pass) {
    store
        .set(key, format.value(key, answer), kept)
        .whenComplete(
            (done, failure) -> {
              inFlight.give(answer.length);
              counters.put(failure == null ? PutOutcome.KEPT : PutOutcome.FAILED);
              if (failure == null) {
                writes.answered(pass);
              } else {
                writes.failed(pass, StoreException.of(failure).getMessage());
              }
            });
  }

  /** Frees what is kept under these keys, or does not. */
  public void delete(Collection<byte[]> keys) {
    for (byte[] key : keys) {
      if (closed || !store.connected() || !reads.closed() || !inFlight.take(key.length)) {
        return;
      }
      counters.deletes(1);
      store.delete(key).whenComplete((done, failure) -> inFlight.give(key.length));
    }
  }

  /** Figures of the tier. */
  public FarFigures figures() {
    return new FarFigures(
        store.connected(),
        reads.state().spelling(),
        writes.state().spelling(),
        picture.isComplete(),
        picture.size(),
        counters.hits(),
        counters.misses(),
        counters.puts(),
        counters.deletes(),
        counters.probes(),
        inFlight.requests(),
        counters.times());
  }

  /** Ends it: who waits is called with {@link Miss#CLOSED}. Does not wait. */
  @Override
  public void close() {
    closed = true;
    store.close();
    // What is under way still ends, in time or by its time limit.
    timer.shutdown();
    workers.shutdown();
  }
}
