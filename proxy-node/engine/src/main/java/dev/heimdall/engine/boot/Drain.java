package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.report.Commands;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Admission of clients to a node, and the way in which connected ones leave once it accepts none.
 */
final class Drain {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_MILLIS = 50;

  /** For log-ins that are under way when a process ends without a notice. */
  private static final long LOG_IN_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Listeners through which clients connect. */
  interface Door {
    /**
     * Lets clients in again.
     *
     * @throws StartupException when a port is not to be had any more; no client is let in then
     */
    void openListeners() throws StartupException;

    /** Lets no client in any more; who is in stays, and is counted. */
    void closeListeners();

    /** Connections that are open: clients, and those that log in. */
    int connections();

    String describePorts();
  }

  /** Those that are in. */
  interface Clients {
    int number();

    /** Has each of them do this, soon and on its own loop. */
    void each(Consumer<Client> action);

    /** True if those who log in are told to go elsewhere, in place of a welcome. */
    void turnAway(boolean from);

    /** Time limit for clients to leave, once that is urgent. */
    Duration mayTake();

    /**
     * Period in which new clients are accepted although the end is already reported to those who
     * query it.
     */
    Duration notice();
  }

  private enum State {
    OPEN,
    /** The process is going to end, and says so to who asks; clients are let in still. */
    NOTICE,
    /** It is going to be without clients, and says so to who asks; they are let in still. */
    LEAVING,
    /** Without clients, and it may take them again. */
    OUT,
    /** The process is about to end. */
    ENDING;

    private boolean mayBecome(State next) {
      return switch (this) {
        case OPEN, LEAVING -> next != this;
        case OUT -> next == OPEN || next == ENDING;
        case NOTICE -> next == ENDING;
        case ENDING -> false;
      };
    }

    private boolean letsIn() {
      return this == OPEN || this == NOTICE || this == LEAVING;
    }
  }

  private final Door door;
  private final Clients clients;
  private final EventLog log;
  private final NodeEvents told;
  private final Runnable ending;
  private final Executor executor;
  private final Executor later;

  /** Changed by {@link #become} alone, which is called by who holds this. */
  private volatile State state = State.OPEN;

  /** Of the last drain: done when its clients are gone or their time is over; null before one. */
  private volatile CompletableFuture<Void> emptied;

  private volatile long patienceEnds;

  /** With which clients leave once a notice is over. */
  private Duration patienceBehindNotice = Duration.ZERO;

  /** Maximum stay of each client, including its log-in: as long as the notice was. */
  private volatile Duration stay = Duration.ZERO;

  /**
   * @param ending is run once that it is known that the process is about to end
   * @param executor looks now and then who is left
   */
  Drain(
      Door door,
      Clients clients,
      EventLog log,
      NodeEvents told,
      Runnable ending,
      Executor executor) {
    this.door = door;
    this.clients = clients;
    this.log = log;
    this.told = told;
    this.ending = ending;
    this.executor = executor;
    later = CompletableFuture.delayedExecutor(LOOK_MILLIS, TimeUnit.MILLISECONDS, executor);
  }

  /**
   * Takes it on to a state; who leaves {@link State#OPEN} has clients leave.
   *
   * @param patience as of {@link #end}
   * @return whether it has changed: not if it was there, or will never be
   */
  private boolean become(State next, Duration patience) {
    State last = state;
    if (!last.mayBecome(next)) {
      return false;
    }
    if (last == State.OPEN) {
      emptied = new CompletableFuture<>();
    }
    boolean closes = last.letsIn() && !next.letsIn();
    if (closes) {
      patienceEnds = System.nanoTime() + patience.toNanos();
      stay = last == State.OPEN ? Duration.ZERO : clients.notice();
    }
    state = next;
    if (next == State.NOTICE || next == State.LEAVING) {
      log.node("drain announced", "clients=" + clients.number() + " notice=" + clients.notice());
    }
    if (closes) {
      log.node("draining", "clients=" + clients.number());
      told.happened(EventKind.NODE_DRAINING, "", "", "No new clients are accepted any more.");
      clients.turnAway(stay.isZero());
      door.closeListeners();
      awaitEmpty(emptied);
    }
    return true;
  }

  /**
   * Takes no clients any more, for good, or goes on with what has begun.
   *
   * @param patience as long as it lasts, only clients go that have not asked anything for a second,
   *     which is when their pools look whether a connection is still good; who is never idle for so
   *     long may go by itself meanwhile
   * @return done when the last one is gone, or their time is over
   */
  synchronized CompletableFuture<Void> end(Duration patience) {
    Duration notice = clients.notice();
    if ((state == State.OPEN || state == State.LEAVING) && !notice.isZero()) {
      become(State.NOTICE, patience);
      patienceBehindNotice = patience;
      ending.run();
      after(notice, this::noticeOver);
      return emptied;
    }
    if (state == State.NOTICE) {
      patienceBehindNotice = patience.isZero() ? patience : patienceBehindNotice;
      return emptied;
    }
    if (state != State.OPEN && patience.isZero()) {
      patienceEnds = Math.min(patienceEnds, System.nanoTime());
    }
    if (become(State.ENDING, patience)) {
      ending.run();
    }
    return emptied;
  }

  /**
   * Stops accepting clients at once, and without a notice: another process accepts clients, and
   * load balancers send them there.
   */
  synchronized CompletableFuture<Void> endTakenOver() {
    if (become(State.ENDING, Duration.ZERO)) {
      ending.run();
    }
    return emptied;
  }

  private synchronized void noticeOver() {
    become(State.ENDING, patienceBehindNotice);
  }

  private void after(Duration notice, Runnable action) {
    CompletableFuture.delayedExecutor(notice.toNanos(), TimeUnit.NANOSECONDS, executor)
        .execute(action);
  }

  /** Goes on without clients, once its notice is over, until {@link #takeBack} or the end. */
  synchronized CompletableFuture<Void> takeOut() {
    Duration notice = clients.notice();
    if (state != State.OPEN) {
      return emptied;
    }
    if (notice.isZero()) {
      out();
      return emptied;
    }
    become(State.LEAVING, Duration.ZERO);
    CompletableFuture<Void> mine = emptied;
    after(notice, () -> leave(mine));
    return mine;
  }

  private synchronized void leave(CompletableFuture<Void> drain) {
    if (state == State.LEAVING && emptied == drain) {
      out();
    }
  }

  private void out() {
    become(State.OUT, Duration.ZERO);
    CompletableFuture<Void> mine = emptied;
    mine.thenRun(() -> endLeft(mine));
  }

  private synchronized void endLeft(CompletableFuture<Void> drain) {
    if (state == State.OUT && emptied == drain) {
      clients.turnAway(true);
      clients.each(Client::killFromAnyThread);
    }
  }

  /**
   * Lets clients in again that {@link #takeOut} has kept out; what that came to.
   *
   * @throws Commands.Refused if it cannot
   */
  synchronized String takeBack() {
    if (state == State.ENDING || state == State.NOTICE) {
      throw new Commands.Refused("the node is ending");
    }
    if (state == State.OPEN) {
      return "it was in service";
    }
    if (state == State.LEAVING) {
      become(State.OPEN, Duration.ZERO);
      emptied.complete(null);
      return "in service";
    }
    try {
      door.openListeners();
    } catch (StartupException e) {
      throw new Commands.Refused(e.getMessage());
    }
    clients.turnAway(false);
    become(State.OPEN, Duration.ZERO);
    log.node("listening", door.describePorts());
    return "in service";
  }

  private void awaitEmpty(CompletableFuture<Void> done) {
    long over = System.nanoTime() - patienceEnds;
    long mayStay = stay.toNanos();
    if (state == State.OPEN
        || emptied != done
        || nobodyIsIn(state == State.ENDING && over > (mayStay == 0 ? LOG_IN_NANOS : mayStay))
        || over > clients.mayTake().toNanos()) {
      done.complete(null);
      return;
    }
    if (over < 0) {
      clients.each(client -> client.endIfIdle(IDLE_NANOS));
    } else {
      clients.each(client -> client.drain(mayStay));
    }
    later.execute(() -> awaitEmpty(done));
  }

  /**
   * Those that log in are to leave as well: as clients, or with a process that has given them time.
   *
   * @param late whether it has
   */
  private boolean nobodyIsIn(boolean late) {
    return clients.number() == 0 && (late || door.connections() == 0);
  }

  /** True if it takes no clients, or will take none in a moment. */
  boolean hasBegun() {
    return state != State.OPEN;
  }

  /** True if it takes none, has none any more, and may take them again. */
  boolean isOut() {
    return state == State.OUT && emptied.isDone();
  }
}
