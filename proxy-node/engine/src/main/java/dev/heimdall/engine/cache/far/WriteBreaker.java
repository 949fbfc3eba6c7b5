package dev.heimdall.engine.cache.far;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The breaker of puts, for which no session waits: it is probed by one of them. */
final class WriteBreaker {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.cache");

  private final Breaker breaker = new Breaker(Long.MAX_VALUE, 1);
  private final AtomicBoolean warned = new AtomicBoolean();

  /** Decision on letting a put through. */
  enum Pass {
    YES,
    /** As the probe. */
    PROBE,
    NO
  }

  Breaker.State state() {
    return breaker.state();
  }

  /** Asks for one; what becomes of it is to be told. */
  Pass pass() {
    if (breaker.closed()) {
      return Pass.YES;
    }
    return breaker.probe(System.nanoTime()) ? Pass.PROBE : Pass.NO;
  }

  /** The put was not sent. */
  void unused(Pass pass) {
    if (pass == Pass.PROBE) {
      breaker.probeFailed(System.nanoTime());
    }
  }

  void answered(Pass pass) {
    long now = System.nanoTime();
    if (pass != Pass.PROBE) {
      breaker.answered(0, now);
    } else if (breaker.probeAnswered(0, now)) {
      warned.set(false);
      LOG.info("the query cache keeps answers in the shared store again");
    }
  }

  void failed(Pass pass, String why) {
    long now = System.nanoTime();
    if (pass == Pass.PROBE) {
      breaker.probeFailed(now);
    } else if (breaker.failed(now) && warned.compareAndSet(false, true)) {
      LOG.warn("the query cache keeps no answers in the shared store while that fails: {}", why);
    }
  }
}
