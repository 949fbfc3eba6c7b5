package dev.heimdall.engine.action;

import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Statements that are carried out later. Those of one queue are carried out in their order; those
 * on one table too, whatever their queues. The queues are in memory: what is in them when the
 * process ends abruptly is lost.
 *
 * <p>May be called on event loops: nothing blocks, but for a lock that is never held while anything
 * is waited for. Futures are completed on threads of this room.
 */
public final class AsyncQueues {
  /** Statements in one queue at most. */
  static final int MOST_IN_QUEUE = 10_000;

  /** Queues at most. */
  static final int MOST_QUEUES = 1_000;

  /** Memory limit for all statements together, in characters. */
  static final long MOST_TEXT = 64L << 20;

  /** For so long after it came a statement is tried again while the server is away. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Supplier<Configuration> configuration;
  private final SourceLogins logins;
  private final Function<DataSource, ActionProtocol> protocols;
  private final ActionEvents events;
  private final Executor workers;
  private final ScheduledExecutorService timer;
  private final BatchRunner runner;

  /** Guards everything below, and the queues and tickets themselves. */
  private final Object lock = new Object();

  private final Map<String, AsyncQueue> queues = new TreeMap<>();
  private final TableOrder order = new TableOrder();
  private long text;
  private boolean closing;

  AsyncQueues(
      Supplier<Configuration> configuration,
      SourceLogins logins,
      Function<DataSource, ActionProtocol> protocols,
      ActionEvents events,
      Executor workers,
      ScheduledExecutorService timer,
      BatchRunner runner) {
    this.configuration = configuration;
    this.logins = logins;
    this.protocols = protocols;
    this.events = events;
    this.workers = workers;
    this.timer = timer;
    this.runner = runner;
  }

  /**
   * Puts a statement into its queue. It is not accepted, and its session has to carry it out itself
   * after {@link Submission#after}, when it is longer than {@code asyncsize}; when it has a result
   * or means something in its own session only; when a parameter is in a binary format that is not
   * known here; when the node does not know its user's password; or when the queue is full.
   */
  public Submission submit(AsyncStatement statement, ActionParameters.AsyncExecute how) {
    StatementOrigin origin = statement.origin();
    Configuration now = configuration.get();
    Optional<DataSource> source = Target.source(now, origin, how.source());
    Optional<Target> target = source.flatMap(s -> Target.of(now, logins, origin, s));
    String refusal = target.isEmpty() ? "no password is known for its user" : null;
    ActionProtocol protocol = source.map(protocols).orElse(null);
    Optional<BoundText> bound = Optional.empty();
    Deferrable.Verdict verdict = Deferrable.Verdict.NO;
    if (refusal == null) {
      refusal = protocol.refusal(source.get().parameters(), origin.settings());
    }
    if (refusal == null && statement.sql().length() > how.asyncsize()) {
      refusal = "it is longer than asyncsize";
    }
    if (refusal == null) {
      verdict = Deferrable.of(statement, protocol);
      refusal =
          verdict == Deferrable.Verdict.NO ? "it has a result, or needs its own session" : null;
    }
    if (refusal == null) {
      bound =
          BoundText.of(statement.sql(), protocol, statement.lexerMode(), statement.parameters());
      refusal = bound.isEmpty() ? "a parameter is in an unknown binary format" : null;
    }
    if (refusal != null) {
      return runNow(statement.facts(), source, refusal);
    }
    String name = how.queueName().orElse(target.get().source().name());
    Ticket ticket;
    synchronized (lock) {
      AsyncQueue queue = queues.get(name);
      refusal = full(queue, statement);
      if (refusal == null) {
        if (queue == null) {
          queue = new AsyncQueue(name);
          queues.put(name, queue);
        }
        Map<String, String> settings =
            protocol.settings(source.get().parameters(), origin.settings(), statement.lexerMode());
        ticket =
            new Ticket(
                statement,
                bound.get(),
                target.get(),
                protocol,
                settings,
                verdict == Deferrable.Verdict.BATCHED,
                how,
                queue);
        order.enter(ticket);
        queue.add(ticket);
        text += ticket.size;
        look(queue);
      } else {
        ticket = null;
      }
    }
    if (ticket == null) {
      return runNow(statement.facts(), source, refusal);
    }
    events.count(NodeCounter.ASYNC_ACCEPTED, 1);
    return Submission.accepted(ticket.executed.copy());
  }

  /**
   * Where a statement cannot be put into a queue: its session carries it out after {@link
   * Submission#after}.
   */
  public Submission notAccepted(
      StatementOrigin origin, Statement facts, ActionParameters.AsyncExecute how, String reason) {
    return runNow(facts, Target.source(configuration.get(), origin, how.source()), reason);
  }

  private String full(AsyncQueue queue, AsyncStatement statement) {
    if (closing) {
      return "the node is stopping";
    }
    boolean full =
        text + statement.size() > MOST_TEXT
            || (queue == null ? queues.size() >= MOST_QUEUES : queue.size() >= MOST_IN_QUEUE);
    return full ? "the queue is full" : null;
  }

  private Submission runNow(Statement facts, Optional<DataSource> source, String reason) {
    events.count(NodeCounter.ASYNC_RUN_NOW, 1);
    boolean anything = facts.writesAnything();
    return Submission.runNow(
        reason,
        source
            .map(s -> done(s.name(), AsyncStatement.tables(facts), anything, false))
            .orElseGet(() -> CompletableFuture.completedFuture(null)));
  }

  /**
   * True if a statement has to wait for others that were deferred on its tables and lock them. When
   * nothing was deferred this is one volatile read.
   *
   * @param source the data source that the statement is about to go to
   * @param tables the tables that it reads or writes, in full
   * @param anything whether it may touch any other table
   */
  public boolean hasPending(String source, Collection<String> tables, boolean anything) {
    if (!order.anyLocked()) {
      return false;
    }
    synchronized (lock) {
      return !order.lastOn(source, tables, anything, true).isEmpty();
    }
  }

  /**
   * Completes when all that was deferred until now on these tables, and locks them, is done. Not to
   * be asked for inside of a transaction: what was deferred may wait for a row that the transaction
   * has locked.
   */
  public CompletableFuture<Void> pending(
      String source, Collection<String> tables, boolean anything) {
    return order.anyLocked()
        ? done(source, tables, anything, true)
        : CompletableFuture.completedFuture(null);
  }

  private CompletableFuture<Void> done(
      String source, Collection<String> tables, boolean anything, boolean onlyLocked) {
    List<Ticket> last;
    synchronized (lock) {
      last = order.lastOn(source, tables, anything, onlyLocked);
      last.forEach(this::hurry);
    }
    return CompletableFuture.allOf(
        last.stream().map(ticket -> ticket.executed).toArray(CompletableFuture<?>[]::new));
  }

  /** All queues that are not empty, by name. */
  public List<QueueRow> queues() {
    long now = System.nanoTime();
    synchronized (lock) {
      return queues.values().stream()
          .map(
              queue ->
                  new QueueRow(
                      queue.name,
                      queue.size(),
                      queue.state().name().toLowerCase(Locale.ROOT),
                      queue.isEmpty()
                          ? Duration.ZERO
                          : Duration.ofNanos(now - queue.head().entered)))
          .toList();
    }
  }

  /**
   * Handles a client that waits for a statement: neither it nor those before it are to wait for
   * more.
   */
  private void hurry(Ticket wanted) {
    Deque<Ticket> next = new ArrayDeque<>(List.of(wanted));
    while (!next.isEmpty()) {
      Ticket ticket = next.remove();
      if (!ticket.done && !ticket.hurried) {
        ticket.queue.hurry(ticket);
        next.addAll(ticket.blockers);
        look(ticket.queue);
      }
    }
  }

  /** Lets a queue do what it can do now. */
  private void look(AsyncQueue queue) {
    switch (queue.state()) {
      case RUNNING, PAUSED -> {
        return;
      }
      case BLOCKED, COLLECTING -> queue.become(AsyncQueue.State.READY);
      case READY -> {}
    }
    if (queue.isEmpty()) {
      queues.remove(queue.name, queue);
      lock.notifyAll(); // closing waits for the last queue to go
      return;
    }
    for (Ticket blocker : queue.head().blockers) {
      if (!blocker.done) {
        queue.become(AsyncQueue.State.BLOCKED);
        if (!blocker.waiting.contains(queue)) {
          blocker.waiting.add(queue);
        }
        if (queue.isHurried()) {
          hurry(blocker);
        }
        return;
      }
    }
    long wait = closing ? 0 : queue.collectFor(System.nanoTime());
    if (wait > 0) {
      queue.become(AsyncQueue.State.COLLECTING);
      later(queue, queue.head(), wait);
      return;
    }
    queue.become(AsyncQueue.State.RUNNING);
    start(queue, queue.take());
  }

  /** The end of a collection; without effect when its first statement has gone. */
  private void later(AsyncQueue queue, Ticket head, long wait) {
    if (head.planned) {
      return;
    }
    head.planned = true;
    schedule(
        () -> {
          synchronized (lock) {
            if (queue.state() == AsyncQueue.State.COLLECTING && queue.head() == head) {
              look(queue);
            }
          }
        },
        wait);
  }

  private void schedule(Runnable task, long wait) {
    try {
      timer.schedule(task, wait, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The node has stopped; what is left was told so.
    }
  }

  private void start(AsyncQueue queue, List<Ticket> batch) {
    try {
      workers.execute(() -> run(queue, batch));
    } catch (RejectedExecutionException e) {
      queue.putBack(batch);
      queue.become(AsyncQueue.State.PAUSED);
    }
  }

  private void run(AsyncQueue queue, List<Ticket> batch) {
    List<Ticket> open = new ArrayList<>(batch);
    List<Ticket> rest = List.of();
    try {
      rest =
          runner.run(
              batch,
              (ticket, executed) -> {
                open.remove(ticket);
                done(ticket, executed);
              });
    } catch (RuntimeException e) {
      for (Ticket ticket : List.copyOf(open)) {
        done(
            ticket,
            Executed.failed(
                Sqlstate.INTERNAL_ERROR, "an error of the node: " + e.getClass().getName()));
      }
    }
    rest = withoutLate(rest);
    synchronized (lock) {
      queue.putBack(rest);
      if (rest.isEmpty()) {
        queue.served();
        queue.become(AsyncQueue.State.READY);
        look(queue);
      } else {
        queue.become(AsyncQueue.State.PAUSED);
        schedule(() -> resume(queue), queue.nextPause());
      }
    }
  }

  private void resume(AsyncQueue queue) {
    synchronized (lock) {
      if (queue.state() == AsyncQueue.State.PAUSED) {
        queue.become(AsyncQueue.State.READY);
        look(queue);
      }
    }
  }

  private List<Ticket> withoutLate(List<Ticket> rest) {
    long now = System.nanoTime();
    List<Ticket> left = new ArrayList<>();
    for (Ticket ticket : rest) {
      if (now - ticket.entered > PATIENCE.toNanos()) {
        done(ticket, Executed.failed(Sqlstate.CONNECTION_FAILURE, "the server cannot be reached"));
      } else {
        left.add(ticket);
      }
    }
    return left;
  }

  private void done(Ticket ticket, Executed executed) {
    synchronized (lock) {
      if (ticket.done) {
        return;
      }
      ticket.queue.finished();
      gone(ticket);
    }
    if (executed.succeeded()) {
      events.count(NodeCounter.ASYNC_EXECUTED, 1);
    } else {
      events.count(NodeCounter.ASYNC_FAILED, 1);
      events.failed(
          "async-execute", ticket.queue.name, ticket.tables, executed.sqlstate(), "it failed");
    }
    ticket.executed.complete(executed);
  }

  private void gone(Ticket ticket) {
    order.leave(ticket);
    text -= ticket.size;
    List<AsyncQueue> waiting = List.copyOf(ticket.waiting);
    ticket.waiting.clear();
    waiting.forEach(this::look);
  }

  /**
   * Accepts no more, and carries out what is there until the time is over. What is left then is
   * given up, logged and counted. Blocks.
   *
   * @return how many statements were given up
   */
  int close(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    List<Ticket> left = new ArrayList<>();
    boolean interrupted = false;
    synchronized (lock) {
      closing = true;
      List.copyOf(queues.values()).forEach(this::look);
      while (!queues.isEmpty() && end - System.nanoTime() > 0 && !interrupted) {
        try {
          lock.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      for (AsyncQueue queue : List.copyOf(queues.values())) {
        List<Ticket> lost = queue.takeAll();
        left.addAll(lost);
        if (!lost.isEmpty()) {
          events.failed(
              "async-execute",
              queue.name,
              lost.stream().flatMap(t -> t.tables.stream()).distinct().sorted().limit(20).toList(),
              null,
              lost.size() + " statements were not carried out before the node stopped");
        }
      }
      left.forEach(this::gone);
    }
    events.count(NodeCounter.ASYNC_LOST, left.size());
    for (Ticket ticket : left) {
      ticket.executed.complete(Executed.failed(Sqlstate.ADMIN_SHUTDOWN, "the node is stopping"));
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return left.size();
  }
}
