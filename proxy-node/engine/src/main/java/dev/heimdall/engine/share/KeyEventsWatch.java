package dev.heimdall.engine.share;

import dev.heimdall.routing.threads.DaemonThreads;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether the store tells of what becomes of its keys: asks at each connection, and once a
 * minute as long as it does not, as that is changed while servers run. On a thread of its own,
 * which is there only meanwhile: nothing waits for it.
 */
final class KeyEventsWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);
  private static final long AGAIN = TimeUnit.MINUTES.toNanos(1);
  private static final int THREAD_SECONDS = 5;

  private final KeyEventsQuestion question;
  private final ThreadPoolExecutor executor;

  /** Of interest to the thread only that tells where the node is. */
  private long askedAt;

  private volatile Known known = new Known(null, KeyEventsQuestion.Answer.NONE);

  /** Answer that the log has; of interest to the own thread only. */
  private KeyEventsQuestion.Answer said = new KeyEventsQuestion.Answer(KeyEvents.ON, "");

  private record Known(StoreConnections of, KeyEventsQuestion.Answer answer) {}

  KeyEventsWatch(KeyEventsQuestion question) {
    this.question = question;
    executor =
        DaemonThreads.pool(
            1,
            THREAD_SECONDS,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named("heimdall-store-events"));
  }

  /** The node is here, or still is; to be called now and then, by one thread. Never waits. */
  void at(StoreConnections connections) {
    long now = System.nanoTime();
    Known last = known;
    if (connections != last.of()) {
      learn(new Known(connections, KeyEventsQuestion.Answer.NONE), true);
    } else if (last.answer().events() == KeyEvents.ON || now - askedAt < AGAIN) {
      return;
    }
    askedAt = now;
    try {
      executor.execute(() -> ask(connections));
    } catch (RejectedExecutionException e) {
      // All of this is being closed.
    }
  }

  /**
   * Takes this for what is known.
   *
   * @param another whether it may be of other connections than what was known
   */
  private synchronized boolean learn(Known next, boolean another) {
    boolean fits = another || next.of() == known.of();
    if (fits) {
      known = next;
    }
    return fits;
  }

  private void ask(StoreConnections connections) {
    if (connections != known.of()) {
      return;
    }
    KeyEventsQuestion.Answer found;
    try {
      found = question.ask(connections.primaries());
    } catch (RuntimeException e) {
      found = new KeyEventsQuestion.Answer(KeyEvents.UNKNOWN, StoreException.reason(e));
    }
    if (!executor.isShutdown() && learn(new Known(connections, found), false)) {
      say(found);
    }
  }

  private void say(KeyEventsQuestion.Answer found) {
    boolean news = found.events() != said.events();
    if (found.events() == KeyEvents.UNKNOWN) {
      if (news) {
        LOG.info(
            "cannot find out whether the shared store publishes events of its keys: {}",
            found.detail());
      }
    } else if (news && found.events() == KeyEvents.OFF) {
      LOG.warn(
          "the shared store does not tell of its keys: {}; notify-keyspace-events should be AE"
              + " (CONFIG SET; with ElastiCache in the parameter group). Until then the node"
              + " asks it for every answer of the query cache",
          found.detail());
    } else if (news && said.events() == KeyEvents.OFF) {
      LOG.info("the shared store publishes events of its keys now: {}", found.detail());
    }
    said = found;
  }

  /** Answer that is known over these connections. */
  KeyEventsQuestion.Answer answer(StoreConnections connections) {
    Known last = known;
    return last.of() == connections ? last.answer() : KeyEventsQuestion.Answer.NONE;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
