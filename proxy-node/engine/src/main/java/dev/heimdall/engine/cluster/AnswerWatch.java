package dev.heimdall.engine.cluster;

import dev.heimdall.routing.threads.StandStill;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Looks at the question that one server has, and says when the answer is late: a thread that waits
 * for it finds that out seconds later. Thread-safe.
 */
final class AnswerWatch implements ProbedServer.Progress {
  /**
   * Interval for a second look, as an answer that a node which stood still finds late may be here
   * already.
   */
  private static final long STOOD_STILL = StandStill.NOTICED.toNanos();

  /** Given to each step of a question beyond the time that drivers give it. */
  private static final Duration GRACE = Duration.ofMillis(250);

  /** Called before the question is over, never while or after. */
  interface Listener {
    /** For how many nanoseconds the server has been silent to others, too; 0 where unknown. */
    default CompletableFuture<Long> quiet(Duration late) {
      return CompletableFuture.completedFuture(0L);
    }

    /**
     * The server has not answered for so long, which is longer than it usually takes.
     *
     * @param all whether others have heard nothing of it for so long either
     */
    void silent(Duration unanswered, boolean all);

    /** Connecting, or the answer, has not come within the time that each of them may take. */
    void overdue(Duration within);
  }

  private final ScheduledExecutorService executor;
  private final Duration patience;
  private final Listener listener;
  private final LongSupplier clock;
  private final RoundTripTimes times = new RoundTripTimes();

  /** Number of the current step of the current query; a look at another one proves nothing. */
  private long current;

  /** Since when the time of this step counts. */
  private long stepAt;

  private long sentAt;
  private boolean sent;

  /** True if a connection was made for the last question. */
  private boolean connected;

  private Optional<Future<?>> doubt = Optional.empty();
  private Optional<Future<?>> late = Optional.empty();
  private Optional<Future<?>> end = Optional.empty();

  /** Number of times that the query was overdue. */
  private int overdue;

  /**
   * @param patience how long connecting may take, and how long an answer
   * @param clock in nanoseconds, as {@link System#nanoTime}
   */
  AnswerWatch(
      ScheduledExecutorService executor, Duration patience, Listener listener, LongSupplier clock) {
    this.executor = executor;
    this.patience = patience;
    this.listener = listener;
    this.clock = clock;
  }

  /** A question begins. */
  synchronized void begins() {
    current++;
    sent = false;
    connected = false;
    overdue = 0;
    endLater();
  }

  /** The next step begins. One that has taken all its time before was a failure. */
  private void step() {
    stopLooking();
    if (end.isPresent() && clock.getAsLong() - stepAt >= longest().toNanos()) {
      overdue++;
      listener.overdue(longest());
    }
    current++;
    endLater();
  }

  /** The time of a step begins. Nothing is said of a server that has never answered. */
  private void endLater() {
    stopEnd();
    if (times.late().isPresent() && overdue < ProbeHistory.DOWN) {
      long step = current;
      stepAt = clock.getAsLong();
      end = in(longest().plus(GRACE), () -> lookAtEnd(step));
    }
  }

  private Duration longest() {
    return times.late().filter(after -> after.compareTo(patience) > 0).orElse(patience);
  }

  private void stopEnd() {
    end.ifPresent(look -> look.cancel(false));
    end = Optional.empty();
  }

  @Override
  public synchronized void sent() {
    step();
    sentAt = clock.getAsLong();
    sent = true;
    times
        .late()
        .filter(after -> after.compareTo(patience) < 0)
        .ifPresent(
            after -> {
              lookLater(current, after, after, false);
              times.doubtful().ifPresent(sooner -> doubtLater(current, sooner, sooner));
            });
  }

  @Override
  public synchronized void next() {
    times.took(clock.getAsLong() - sentAt);
    sent();
  }

  @Override
  public synchronized void connecting() {
    step();
    sent = false;
    connected = true;
  }

  /**
   * The question is over.
   *
   * @return how often it was overdue
   */
  synchronized int over(boolean answered) {
    stopLooking();
    stopEnd();
    current++;
    if (answered && sent) {
      times.took(clock.getAsLong() - sentAt);
    }
    return overdue;
  }

  /** True if a connection was made for the question that was over last. */
  synchronized boolean connected() {
    return connected;
  }

  private void stopLooking() {
    late.ifPresent(look -> look.cancel(false));
    late = Optional.empty();
    doubt.ifPresent(look -> look.cancel(false));
    doubt = Optional.empty();
  }

  private void doubtLater(long step, Duration in, Duration after) {
    long due = clock.getAsLong() + in.toNanos();
    doubt = in(in, () -> doubt(step, due, after));
  }

  /** One packet may be lost, and one statement take long: who else waits for the server? */
  private synchronized void doubt(long step, long due, Duration after) {
    if (step != current) {
      return;
    }
    long asked = clock.getAsLong();
    if (asked - due > STOOD_STILL) {
      doubtLater(step, Duration.ofNanos(STOOD_STILL), after);
      return;
    }
    listener
        .quiet(after)
        .whenCompleteAsync(
            (quiet, failure) -> attested(step, asked, after, failure == null ? quiet : 0),
            executor);
  }

  private synchronized void attested(long step, long asked, Duration after, long quiet) {
    if (step != current) {
      return;
    }
    boolean punctual = clock.getAsLong() - asked <= STOOD_STILL;
    if (punctual && quiet >= after.toNanos()) {
      stopLooking();
      listener.silent(after, true);
    } else {
      long rest = punctual ? after.toNanos() - quiet : 0;
      doubtLater(step, Duration.ofNanos(Math.max(STOOD_STILL, rest)), after);
    }
  }

  private void lookLater(long step, Duration in, Duration after, boolean again) {
    long due = clock.getAsLong() + in.toNanos();
    late = in(in, () -> look(step, due, after, again));
  }

  private Optional<Future<?>> in(Duration time, Runnable look) {
    try {
      return Optional.of(executor.schedule(look, time.toNanos(), TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException e) {
      return Optional.empty(); // nothing is asked any more
    }
  }

  /**
   * @param again whether it is not the first look: a node that has stood still up to just before
   *     that one finds out by the next whether the answer was there
   */
  private synchronized void look(long step, long due, Duration after, boolean again) {
    if (step != current) {
      return;
    }
    boolean punctual = clock.getAsLong() - due <= STOOD_STILL;
    if (again && punctual) {
      stopLooking();
      listener.silent(after, false);
    } else {
      lookLater(step, Duration.ofNanos(STOOD_STILL), after, true);
    }
  }

  private synchronized void lookAtEnd(long step) {
    if (step != current) {
      return;
    }
    overdue++;
    endLater();
    listener.overdue(longest());
  }
}
