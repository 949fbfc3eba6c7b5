package dev.heimdall.manager.trial;

import dev.heimdall.manager.web.Refusal;
import dev.heimdall.model.Configuration;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Tries statements, a few at a time, on threads of their own. Expressions take linear time, but
 * many of them over a long text may take long: who asks waits for so long and no longer, and what
 * goes on nevertheless keeps its place until it ends.
 */
public final class Trials {
  private static final int AT_A_TIME = 2;
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final StatementTrial trial;
  private final Duration longest;
  private final Semaphore places = new Semaphore(AT_A_TIME);

  public Trials(StatementTrial trial) {
    this(trial, LONGEST);
  }

  Trials(StatementTrial trial, Duration longest) {
    this.trial = trial;
    this.longest = longest;
  }

  /**
   * Tries a statement.
   *
   * @throws Refusal if others are being tried, or it takes too long, or is too long
   */
  public Verdict verdict(Configuration configuration, Question question) throws Refusal {
    if (question.statement().length() > Question.LONGEST_STATEMENT) {
      throw new Refusal(
          413,
          "content_too_large",
          "A statement that is tried has at most %,d characters."
              .formatted(Question.LONGEST_STATEMENT));
    }
    if (!places.tryAcquire()) {
      throw Refusal.busy("The manager is busy with other statements: try again.");
    }
    FutureTask<Verdict> task = new FutureTask<>(() -> trial.of(configuration, question));
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } finally {
                places.release();
              }
            },
            "rule-trial");
    thread.setDaemon(true);
    thread.start();
    return awaited(task);
  }

  private Verdict awaited(FutureTask<Verdict> task) throws Refusal {
    try {
      return task.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new Refusal(
          503,
          "busy",
          "Trying it takes longer than %d s: try a shorter statement."
              .formatted(Math.max(1, longest.toSeconds())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refusal.busy("The manager is ending.");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a statement could not be tried", e.getCause());
    }
  }
}
