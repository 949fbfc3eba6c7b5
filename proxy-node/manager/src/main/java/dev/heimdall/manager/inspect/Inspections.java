package dev.heimdall.manager.inspect;

import dev.heimdall.routing.threads.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries inspections out beside the requests that ask for them, a few at a time, each for a
 * bounded time.
 */
public final class Inspections implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");
  private static final int THREADS = 4;
  private static final int WAITING = 16;

  private final ThreadPoolExecutor threads =
      DaemonThreads.pool(
          THREADS, 30, new ArrayBlockingQueue<>(WAITING), DaemonThreads.named("inspection"));
  private final ScheduledThreadPoolExecutor limits =
      new ScheduledThreadPoolExecutor(1, DaemonThreads.named("inspection-limit"));

  public Inspections() {
    limits.setRemoveOnCancelPolicy(true);
  }

  /**
   * Begins one.
   *
   * @param limit from now on, its wait for others included
   * @param work finds things; ends early when its thread is interrupted
   */
  public <T> Inspection<T> begin(Duration limit, Consumer<Consumer<T>> work) {
    Inspection<T> inspection = new Inspection<>();
    try {
      inspection.by(threads.submit(() -> carryOut(inspection, work)));
      limits.schedule(
          () -> inspection.stop("It took longer than %d s.".formatted(limit.toSeconds())),
          limit.toMillis(),
          TimeUnit.MILLISECONDS);
      return inspection;
    } catch (RejectedExecutionException e) {
      return Inspection.failed("The manager is busy with other checks: try again in a moment.");
    }
  }

  private static <T> void carryOut(Inspection<T> inspection, Consumer<Consumer<T>> work) {
    try {
      work.accept(inspection::found);
      inspection.end("");
    } catch (RuntimeException e) {
      // Its message may have anything in it.
      LOG.warn("a check has failed: {}", e.getClass().getName());
      inspection.end("The check itself has failed; the manager's log says more.");
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    limits.shutdownNow();
  }
}
