package dev.heimdall.engine.cache.far;

import dev.heimdall.engine.share.ByteStore;
import dev.heimdall.engine.share.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The breaker of gets. It is probed by gets of the node's own, so that no client waits for one. */
final class ReadBreaker {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.cache");
  private static final int PROBES = 3;
  private static final long A_MOMENT = TimeUnit.MILLISECONDS.toNanos(10);

  private final ByteStore store;
  private final ScheduledExecutorService timer;
  private final long limitNanos;
  private final Runnable probed;
  private final Breaker breaker;
  private final AtomicBoolean warned = new AtomicBoolean();

  /**
   * @param limitNanos how long a get may take; those that take half as long are slow
   * @param probed called for each probe
   */
  ReadBreaker(ByteStore store, ScheduledExecutorService timer, long limitNanos, Runnable probed) {
    this.store = store;
    this.timer = timer;
    this.limitNanos = limitNanos;
    this.probed = probed;
    breaker = new Breaker(limitNanos / 2, PROBES);
  }

  boolean closed() {
    return breaker.closed();
  }

  Breaker.State state() {
    return breaker.state();
  }

  void answered(long nanos) {
    if (breaker.answered(nanos, System.nanoTime())) {
      opened("half of its replies take longer than half of the time limit");
    }
  }

  void failed(String why) {
    if (breaker.failed(System.nanoTime())) {
      opened(why);
    }
  }

  private void opened(String why) {
    if (warned.compareAndSet(false, true)) {
      LOG.warn("the query cache does not ask the shared store until that answers again: {}", why);
    }
    later(breaker.pauseNanos());
  }

  private void later(long nanos) {
    try {
      timer.schedule(this::begin, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The tier is closed.
    }
  }

  private void begin() {
    if (breaker.probe(System.nanoTime())) {
      probe();
    } else if (breaker.state() == Breaker.State.OPEN) {
      later(A_MOMENT);
    }
  }

  private void probe() {
    probed.run();
    long begun = System.nanoTime();
    AtomicBoolean ended = new AtomicBoolean();
    try {
      timer.schedule(() -> ended(ended, begun, "no reply"), limitNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return;
    }
    // In a cluster each one asks another server.
    String key = "probe:" + ThreadLocalRandom.current().nextInt();
    store
        .get(key.getBytes(StandardCharsets.US_ASCII))
        .whenComplete(
            (value, failure) ->
                ended(
                    ended, begun, failure == null ? "" : StoreException.of(failure).getMessage()));
  }

  private void ended(AtomicBoolean ended, long begun, String failure) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    long now = System.nanoTime();
    if (!failure.isEmpty()) {
      breaker.probeFailed(now);
    } else if (breaker.probeAnswered(now - begun, now)) {
      warned.set(false);
      LOG.info("the query cache asks the shared store again");
      return;
    }
    if (breaker.state() == Breaker.State.HALF_OPEN) {
      probe();
    } else {
      later(breaker.pauseNanos());
    }
  }
}
