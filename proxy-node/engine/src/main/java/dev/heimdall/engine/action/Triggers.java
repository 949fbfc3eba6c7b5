package dev.heimdall.engine.action;

import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Statements and programs that rules run besides a statement. May be called on event loops; futures
 * are completed on threads of this room.
 */
public final class Triggers {
  /** Triggers that wait or run at most. */
  static final int MOST = 10_000;

  /** Size limit of their commands together. */
  static final long MOST_BYTES = 16L << 20;

  private static final String ACTION = "trigger";
  private static final int OF_TRIGGER = 500;

  private final Supplier<Configuration> configuration;
  private final SourceLogins logins;
  private final Function<DataSource, ActionProtocol> protocols;
  private final ActionEvents events;
  private final Executor workers;
  private final ScheduledExecutorService timer;
  private final Connections connections;

  // Guarded by this object.
  private final Map<Key, Waiting> unique = new HashMap<>();
  private final Set<Waiting> delayed = new LinkedHashSet<>();
  private int size;
  private long bytes;
  private boolean closing;

  /** Properties by which two commands are equal. */
  private record Key(
      ActionParameters.TriggerType type,
      String command,
      Optional<String> source,
      StatementOrigin origin) {
    @Override
    public String toString() {
      return "a trigger of " + origin;
    }
  }

  /** A command that waits for its time. */
  private static final class Waiting {
    final CompletableFuture<Executed> end = new CompletableFuture<>();
    final long first = System.nanoTime();
    Runnable start;
    ScheduledFuture<?> planned;
  }

  Triggers(
      Supplier<Configuration> configuration,
      SourceLogins logins,
      Function<DataSource, ActionProtocol> protocols,
      ActionEvents events,
      Executor workers,
      ScheduledExecutorService timer,
      Connections connections) {
    this.configuration = configuration;
    this.logins = logins;
    this.protocols = protocols;
    this.events = events;
    this.workers = workers;
    this.timer = timer;
    this.connections = connections;
  }

  /**
   * Runs a trigger: at once, or after its delay. With {@code queueUnique} what waits already is not
   * run once more; each new wish for it begins its delay anew when it has a {@code maxDelay}, which
   * then is the longest it waits.
   *
   * @param tables the statement's tables, whose names the command may have in it
   * @return how it ended, always normally. The caller waits for it before it sends the statement
   *     ({@code before}), before it passes the reply on ({@code after}), or not at all ({@code
   *     parallel}); failures of the last kind are reported here
   */
  public CompletableFuture<Executed> run(
      ActionParameters.Trigger trigger, StatementOrigin origin, Collection<String> tables) {
    String odd = tables.stream().filter(Triggers::isOdd).findFirst().orElse(null);
    if (odd != null && tablesIn(trigger.command(), tables)) {
      return refused(trigger, tables, "a table's name has signs that no command may have in it");
    }
    Key key = new Key(trigger.type(), trigger.command(), trigger.source(), origin);
    boolean merges = trigger.queueUnique() && trigger.delay() > 0;
    Waiting mine = new Waiting();
    mine.start = () -> start(trigger, key, mine, tables);
    synchronized (this) {
      Waiting there = merges ? unique.get(key) : null;
      if (there != null) {
        postpone(trigger, there);
        return there.end.copy();
      }
      if (size < MOST && bytes + weight(key) <= MOST_BYTES && !closing) {
        size++;
        bytes += weight(key);
        mine.end.whenComplete((executed, failure) -> gone(key));
        if (trigger.delay() == 0) {
          mine.start.run();
        } else {
          delayed.add(mine);
          plan(mine, TimeUnit.MILLISECONDS.toNanos(trigger.delay()));
          if (merges) {
            unique.put(key, mine);
          }
        }
        return mine.end.copy();
      }
    }
    return refused(trigger, tables, "too many triggers wait already, or the node is stopping");
  }

  private static long weight(Key key) {
    return OF_TRIGGER + 2L * key.command().length();
  }

  private synchronized void gone(Key key) {
    bytes -= weight(key);
  }

  /** Names are put into commands as they are. */
  private static boolean isOdd(String table) {
    return !table
        .codePoints()
        .allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '$');
  }

  private static boolean tablesIn(String command, Collection<String> tables) {
    return tables.stream().anyMatch(command::contains);
  }

  private void postpone(ActionParameters.Trigger trigger, Waiting there) {
    if (trigger.maxDelay().isEmpty() || !there.planned.cancel(false)) {
      return;
    }
    long waited = System.nanoTime() - there.first;
    long latest = TimeUnit.MILLISECONDS.toNanos(trigger.maxDelay().get()) - waited;
    long delay = TimeUnit.MILLISECONDS.toNanos(trigger.delay());
    plan(there, Math.max(0, Math.min(delay, latest)));
  }

  /** Nothing is planned any more once {@link #close} has begun. */
  private void plan(Waiting mine, long delay) {
    mine.planned = timer.schedule(mine.start, delay, TimeUnit.NANOSECONDS);
  }

  private static Executed stopping() {
    return Executed.failed(Sqlstate.ADMIN_SHUTDOWN, "the node is stopping");
  }

  private void start(
      ActionParameters.Trigger trigger, Key key, Waiting mine, Collection<String> tables) {
    synchronized (this) {
      unique.remove(key, mine);
      delayed.remove(mine);
    }
    try {
      workers.execute(() -> end(mine, trigger, tables, outcome(trigger, key.origin())));
    } catch (RejectedExecutionException e) {
      end(mine, trigger, tables, stopping());
    }
  }

  private CompletableFuture<Executed> refused(
      ActionParameters.Trigger trigger, Collection<String> tables, String reason) {
    Executed failure = Executed.failed(Sqlstate.PROGRAM_LIMIT_EXCEEDED, reason);
    report(trigger, tables, failure, reason);
    return CompletableFuture.completedFuture(failure);
  }

  private void end(
      Waiting mine,
      ActionParameters.Trigger trigger,
      Collection<String> tables,
      Executed executed) {
    synchronized (this) {
      size--;
      notifyAll();
    }
    if (executed.succeeded()) {
      events.count(NodeCounter.TRIGGERS_RUN, 1);
    } else {
      boolean ours = trigger.type() == ActionParameters.TriggerType.EXECUTE;
      report(trigger, tables, executed, ours ? executed.message() : "it failed");
    }
    mine.end.complete(executed);
  }

  private void report(
      ActionParameters.Trigger trigger,
      Collection<String> tables,
      Executed failure,
      String reason) {
    events.count(NodeCounter.TRIGGERS_FAILED, 1);
    events.failed(ACTION, trigger.type().spelling(), tables, failure.sqlstate(), reason);
  }

  private Executed outcome(ActionParameters.Trigger trigger, StatementOrigin origin) {
    try {
      return trigger.type() == ActionParameters.TriggerType.EXECUTE
          ? program(trigger.command())
          : sql(trigger, origin);
    } catch (SQLException e) {
      return Failure.of(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return stopping();
    } catch (RuntimeException e) {
      return Executed.failed(
          Sqlstate.INTERNAL_ERROR, "an error of the node: " + e.getClass().getName());
    }
  }

  private Executed sql(ActionParameters.Trigger trigger, StatementOrigin origin)
      throws SQLException {
    Configuration now = configuration.get();
    Optional<DataSource> source = Target.source(now, origin, trigger.source());
    Optional<Target> target = source.flatMap(s -> Target.of(now, logins, origin, s));
    if (target.isEmpty()) {
      return Executed.failed(
          Sqlstate.INVALID_AUTHORIZATION, "the node knows no password for this user");
    }
    ActionProtocol protocol = protocols.apply(source.get());
    try (Connections.Lease lease = connections.lease(target.get())) {
      return OutsideTransaction.execute(
          lease,
          protocol,
          protocol.settings(source.get().parameters(), origin.settings(), LexerMode.STANDARD),
          connection -> trigger.command());
    }
  }

  private Executed program(String command) throws InterruptedException {
    Configuration now = configuration.get();
    if (!now.node().rules().allowPrograms()) {
      return Executed.failed(Sqlstate.INSUFFICIENT_PRIVILEGE, "node.json does not allow programs");
    }
    Optional<List<String>> arguments = Program.arguments(command).filter(a -> !a.isEmpty());
    if (arguments.isEmpty()) {
      return Executed.failed(
          Sqlstate.INVALID_PARAMETER_VALUE, "the command is empty, or a quote is not closed");
    }
    Program.End end = Program.run(arguments.get(), now.node().rules().programTimeout());
    events.program(arguments.get().get(0), end.how(), end.output());
    return end.succeeded()
        ? Executed.rows(0)
        : Executed.failed(Sqlstate.EXTERNAL_ROUTINE_EXCEPTION, "the program failed: " + end.how());
  }

  /**
   * Accepts no more, runs what is delayed at once, and waits for all to end until the time is over.
   */
  void close(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    int left;
    synchronized (this) {
      closing = true;
      for (Waiting each : List.copyOf(delayed)) {
        if (each.planned.cancel(false)) {
          each.start.run();
        }
      }
      try {
        while (size > 0 && end - System.nanoTime() > 0) {
          wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      left = size;
    }
    if (left > 0) {
      String reason = left + " triggers did not end before the node stopped";
      events.failed(ACTION, "stop", List.of(), null, reason);
    }
  }
}
