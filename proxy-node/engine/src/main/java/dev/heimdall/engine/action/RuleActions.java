package dev.heimdall.engine.action;

import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.WriterGuards;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.routing.threads.DaemonThreads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** All that rule actions do away from the event loops, on a few threads of their own. */
public final class RuleActions implements AutoCloseable {
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final AtomicReference<Configuration> configuration;
  private final ExecutorService workers;
  private final ScheduledThreadPoolExecutor timer;
  private final Connections connections;
  private final AsyncQueues async;
  private final Triggers triggers;
  private final Plans plans;
  private final LearnedPatterns learned;

  /**
   * @param directory the configuration directory, where learnt rules are written to
   * @param logins as whom the node logs in at data sources
   * @param protocols how the servers of a source are spoken to
   * @param guards say which writers take what is written
   * @param threads how many statements and programs are carried out at the same time, at least 1;
   *     also how many connections there are to one database at most
   */
  public RuleActions(
      Path directory,
      Configuration configuration,
      SourceLogins logins,
      Function<DataSource, ActionProtocol> protocols,
      ActionEvents events,
      WriterGuards guards,
      int threads) {
    this(
        directory,
        configuration,
        logins,
        protocols,
        events,
        guards,
        threads,
        Executors.newFixedThreadPool(threads, DaemonThreads.numbered("heimdall-action")));
  }

  /**
   * Runs actions on the given threads.
   *
   * @param workers carry statements and programs out; shut down in the end
   */
  public RuleActions(
      Path directory,
      Configuration configuration,
      SourceLogins logins,
      Function<DataSource, ActionProtocol> protocols,
      ActionEvents events,
      WriterGuards guards,
      int threads,
      ExecutorService workers) {
    this.configuration = new AtomicReference<>(configuration);
    this.workers = workers;
    timer = new ScheduledThreadPoolExecutor(1, DaemonThreads.numbered("heimdall-action-timer"));
    timer.setRemoveOnCancelPolicy(true);
    connections =
        new Connections(threads, guards, timer, DaemonThreads.numbered("heimdall-action-connect"));
    async =
        new AsyncQueues(
            this.configuration::get,
            logins,
            protocols,
            events,
            workers,
            timer,
            new BatchRunner(connections));
    triggers =
        new Triggers(
            this.configuration::get, logins, protocols, events, workers, timer, connections);
    plans = new Plans(this.configuration::get, logins, protocols, events, workers, connections);
    learned = new LearnedPatterns(directory, events, workers, timer);
  }

  /** Takes a changed configuration over; what is under way goes on with the old one. */
  public void update(Configuration next) {
    configuration.set(next);
  }

  /** Statements that are carried out later. */
  public AsyncQueues async() {
    return async;
  }

  /** Statements and programs besides a statement. */
  public Triggers triggers() {
    return triggers;
  }

  /** Plans of statements. */
  public Plans plans() {
    return plans;
  }

  /** Patterns that lists learn. */
  public LearnedPatterns learned() {
    return learned;
  }

  /** As {@link #close(Duration)}, within 5 s. */
  @Override
  public void close() {
    close(CLOSING);
  }

  /**
   * Carries out what waits until the time is over, and gives up and logs what is left. Blocks;
   * afterwards nothing is accepted any more.
   */
  public void close(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    async.close(time);
    triggers.close(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    timer.shutdownNow();
    workers.shutdown();
    awaitWorkers();
    connections.close();
    workers.shutdownNow();
    awaitWorkers();
    learned.write();
  }

  private void awaitWorkers() {
    try {
      workers.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
