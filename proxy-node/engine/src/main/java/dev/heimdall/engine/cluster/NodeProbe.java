package dev.heimdall.engine.cluster;

import dev.heimdall.engine.jdbc.JdbcDrivers;
import dev.heimdall.model.ServerAddress;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one server again and again, over a small pool of its own. */
final class NodeProbe {
  /** Makes ready to ask the server; fails where it cannot be reached. */
  interface Opening {
    /**
     * @param patience how long connecting may take, and how long an answer
     */
    ProbedServer open(Duration patience) throws SQLException;
  }

  /** Query to the server. */
  interface Question<T> {
    T ask(ProbedServer server) throws SQLException;
  }

  /** Hears what a server says, and decides when it is asked next. */
  interface Listener {
    /** True if the server is to name the others this time. */
    boolean wantsMembers(NodeProbe probe);

    /**
     * It answered; returns how long to wait until it is asked again.
     *
     * @param askedAt when it was asked, by {@link System#nanoTime}: what it said was so at some
     *     time after that
     */
    Duration answered(NodeProbe probe, NodeReport report, long askedAt);

    /**
     * It did not.
     *
     * @param counted how often {@link #overdue} was called of that before
     */
    Duration failed(NodeProbe probe, String why, int counted);

    /** For how many nanoseconds it has been silent to others than this probe; 0 where unknown. */
    default CompletableFuture<Long> quiet(NodeProbe probe, Duration late) {
      return CompletableFuture.completedFuture(0L);
    }

    /**
     * It has not answered for so long, which is longer than it usually takes; it still may.
     *
     * @param all whether others have heard nothing of it for so long either
     */
    void silent(NodeProbe probe, Duration unanswered, boolean all);

    /** Asking it has not come to an end within this time, which counts as a failure. */
    void overdue(NodeProbe probe, Duration within);
  }

  private enum State {
    NEW,
    WAITING,
    ASKING,
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(ClusterTracker.class);

  private static final Duration AFTER_ERROR = Duration.ofSeconds(1);

  private final ServerAddress address;
  private final Opening opening;
  private final ScheduledExecutorService executor;
  private final Listener listener;
  private final AnswerWatch watch;
  private final ProbePatience patience;
  private final LongSupplier clock;

  private State state = State.NEW;
  private Future<?> planned;
  private boolean again;
  private ProbedServer server;

  /** Addresses that its name led to when it was opened; empty where they could not be found out. */
  private Set<InetAddress> leading = Set.of();

  /**
   * @param patience how long connecting may take, and how long an answer, of a server that is
   *     usually connected to within that
   */
  NodeProbe(
      ServerAddress address,
      Opening opening,
      Duration patience,
      ScheduledExecutorService executor,
      Listener listener) {
    this(address, opening, patience, executor, listener, System::nanoTime);
  }

  /** With a clock in nanoseconds. */
  NodeProbe(
      ServerAddress address,
      Opening opening,
      Duration patience,
      ScheduledExecutorService executor,
      Listener listener,
      LongSupplier clock) {
    this.clock = clock;
    this.patience = new ProbePatience(patience);
    this.address = address;
    this.opening = opening;
    this.executor = executor;
    this.listener = listener;
    watch = new AnswerWatch(executor, patience, hears(), clock);
  }

  private AnswerWatch.Listener hears() {
    return new AnswerWatch.Listener() {
      @Override
      public CompletableFuture<Long> quiet(Duration late) {
        return listener.quiet(NodeProbe.this, late);
      }

      @Override
      public void silent(Duration unanswered, boolean all) {
        listener.silent(NodeProbe.this, unanswered, all);
      }

      @Override
      public void overdue(Duration within) {
        listener.overdue(NodeProbe.this, within);
      }
    };
  }

  ServerAddress address() {
    return address;
  }

  /**
   * Asks as soon as possible: at once, or again when the answer to a question under way is there.
   */
  synchronized void hurry() {
    if (state == State.ASKING) {
      again = true;
    } else if (state != State.CLOSED) {
      plan(Duration.ZERO);
    }
  }

  /** The only place where a question is planned. */
  private void plan(Duration in) {
    if (planned != null) {
      planned.cancel(false);
    }
    state = State.WAITING;
    try {
      planned = executor.schedule(this::ask, in.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      state = State.CLOSED;
    }
  }

  private void ask() {
    synchronized (this) {
      if (state != State.WAITING) {
        return;
      }
      state = State.ASKING;
      planned = null;
      again = false;
    }
    Duration next;
    long begun = clock.getAsLong();
    watch.begins();
    try {
      boolean members = listener.wantsMembers(this);
      long askedAt = System.nanoTime();
      NodeReport report = with(asked -> asked.ask(members, watch));
      watch.over(true);
      patience.answered(since(begun), watch.connected());
      next = listener.answered(this, report, askedAt);
    } catch (SQLException | RuntimeException | Error e) {
      patience.failed(since(begun));
      next = failed(e, watch.over(false));
    }
    synchronized (this) {
      if (state == State.ASKING) {
        plan(again ? Duration.ZERO : next);
      }
    }
  }

  private Duration since(long begun) {
    return Duration.ofNanos(clock.getAsLong() - begun);
  }

  private Duration failed(Throwable failure, int counted) {
    try {
      return listener.failed(this, JdbcDrivers.reason(failure), counted);
    } catch (RuntimeException | Error e) {
      // Who is not asked any more is never found to be back.
      LOG.error("an error in the node has interrupted its asking {}", address, e);
      return AFTER_ERROR;
    }
  }

  /**
   * Asks something of the server on this thread. After a failure it is opened anew: that fails at
   * its first attempt to connect, where connections of before would be tried on for long.
   */
  <T> T with(Question<T> question) throws SQLException {
    ProbedServer open = server();
    try {
      return question.ask(open);
    } catch (SQLException | RuntimeException | Error e) {
      boolean broken;
      synchronized (this) {
        broken = server == open;
        server = broken ? null : server;
      }
      if (broken) {
        open.close();
      }
      throw e;
    }
  }

  /**
   * Takes note of where the server's name leads now. Where that is somewhere else than before, the
   * server is asked over new connections: those that there are may be to one that had the name.
   *
   * @return whether it is
   */
  boolean leads(Set<InetAddress> now) {
    ProbedServer open;
    synchronized (this) {
      if (leading.isEmpty() || now.isEmpty() || !Collections.disjoint(leading, now)) {
        return false;
      }
      open = server;
      server = null;
      leading = Set.of();
    }
    if (open != null) {
      open.close();
    }
    hurry();
    return true;
  }

  private ProbedServer server() throws SQLException {
    synchronized (this) {
      if (server != null) {
        return server;
      }
    }
    Set<InetAddress> before = NameWatch.addresses(address.host());
    ProbedServer made = opening.open(patience.now());
    ProbedServer superfluous = made;
    try {
      synchronized (this) {
        if (state == State.CLOSED) {
          throw new SQLException("the server is not probed any more");
        }
        if (server == null) {
          server = made;
          leading = before;
          superfluous = null;
        }
        return server;
      }
    } finally {
      if (superfluous != null) {
        superfluous.close();
      }
    }
  }

  /** Ends asking. May take a moment: not for event loops. */
  void close() {
    ProbedServer open;
    synchronized (this) {
      state = State.CLOSED;
      if (planned != null) {
        planned.cancel(false);
      }
      open = server;
      server = null;
    }
    if (open != null) {
      open.close();
    }
  }
}
