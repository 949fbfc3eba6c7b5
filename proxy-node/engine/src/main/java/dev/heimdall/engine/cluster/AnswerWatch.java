package dev.heimdall.engine.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the question that one server has, and says when the answer is late: a thread that waits
 * for it finds that out seconds later. Thread-safe.
 */
final class AnswerWatch implements ProbedServer.Progress {
  /** What a node that stood still itself finds late may be here already. */
  private static final long STOOD_STILL = Duration.ofMillis(50).toNanos();

  /** Given to a question beyond the time that drivers give it. */
  private static final Duration GRACE = Duration.ofMillis(250);

  /** Called before the question is over, never while or after. */
  interface Listener {
    /** The server has not answered for so long, which is longer than it usually takes. */
    void silent(Duration unanswered);

    /** The question has not ended within the time that it may take, connecting included. */
    void overdue(Duration within);
  }

  private final ScheduledExecutorService executor;
  private final Duration patience;
  private final Listener listener;
  private final ResponseTimes times = new ResponseTimes();

  /** Which question there is, and how often it was sent; a look at another one says nothing. */
  private long current;

  private long sentAt;
  private boolean sent;
  private Optional<Future<?>> late = Optional.empty();
  private Optional<Future<?>> end = Optional.empty();

  /** How often the question was overdue. */
  private int overdue;

  /**
   * @param patience how long connecting may take, and how long an answer
   */
  AnswerWatch(ScheduledExecutorService executor, Duration patience, Listener listener) {
    this.executor = executor;
    this.patience = patience;
    this.listener = listener;
  }

  /** A question begins. */
  synchronized void begins() {
    current++;
    sent = false;
    overdue = 0;
    if (times.late().isPresent()) {
      endLater();
    }
  }

  private void endLater() {
    long question = current;
    end = in(patience.plus(GRACE), () -> lookAtEnd(question));
  }

  @Override
  public synchronized void sent() {
    stopLooking();
    sentAt = System.nanoTime();
    sent = true;
    times
        .late()
        .filter(after -> after.compareTo(patience) < 0)
        .ifPresent(after -> lookLater(current, after, after));
  }

  @Override
  public synchronized void connecting() {
    stopLooking();
    sent = false;
  }

  /**
   * The question is over.
   *
   * @return how often it was overdue
   */
  synchronized int over(boolean answered) {
    stopLooking();
    end.ifPresent(look -> look.cancel(false));
    current++;
    if (answered && sent) {
      times.took(System.nanoTime() - sentAt);
    }
    return overdue;
  }

  private void stopLooking() {
    late.ifPresent(look -> look.cancel(false));
    late = Optional.empty();
  }

  private void lookLater(long question, Duration in, Duration after) {
    long due = System.nanoTime() + in.toNanos();
    late = in(in, () -> look(question, due, after));
  }

  private Optional<Future<?>> in(Duration time, Runnable look) {
    try {
      return Optional.of(executor.schedule(look, time.toNanos(), TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException e) {
      return Optional.empty(); // nothing is asked any more
    }
  }

  private synchronized void look(long question, long due, Duration after) {
    if (question != current || !sent || System.nanoTime() - sentAt < after.toNanos()) {
      return;
    }
    if (System.nanoTime() - due > STOOD_STILL) {
      lookLater(question, Duration.ofNanos(STOOD_STILL), after);
    } else {
      listener.silent(after);
    }
  }

  private synchronized void lookAtEnd(long question) {
    if (question != current) {
      return;
    }
    overdue++;
    if (overdue < ProbeHistory.DOWN) {
      endLater();
    }
    listener.overdue(patience);
  }
}
