package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.model.PipeliningSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The connections of one pool on one loop that several sessions share, and which of them the next
 * statement goes to. A connection that is unused comes first, as long as more connections make the
 * server faster; then the one with the fewest statements in it, as far as those are soon done.
 */
final class Lanes {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /**
   * Maximum duration of a first statement, as a multiple of the wait that others may have to get
   * behind it.
   */
  private static final int MOST_TIMES_LONGER = 4;

  /** No statement is taken for shorter work than this. */
  private static final long LEAST_WORK_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  /** A statement that takes so many times longer than half of them do is unusual. */
  private static final int UNUSUAL = 20;

  /** So long the last lane waits for its next statement. */
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /** With fewer connections in the hands of single sessions, one that rests would be missed. */
  private static final int HELD_TO_REST = 4;

  private static final long FORGET_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** Operations that the lanes need of their pool. */
  interface Pool {
    LoopContext context();

    PipeliningSettings pipelining();

    PoolCounts counts();

    /** Maximum number of connections of the pool on all loops. */
    int size();

    /** Waiters who need a connection of their own. */
    int waitingAlone();

    /** True if a session on another loop has waited longest. */
    boolean othersWait();

    /** One of the idle connections whose variables are these; null when none is found soon. */
    ServerConnection takeIdleWith(Variables wanted);

    /** A connection that was taken from the idle ones and not used after all. */
    void putBack(ServerConnection connection);

    /** True if nothing has to be done with a shared connection before its next statement. */
    boolean mayRest(ServerConnection connection);

    boolean retired(ServerConnection connection);

    /** Takes a connection back that several have shared. */
    void releaseShared(ServerConnection connection);

    /** Reports that the values behind {@link #counts} have changed. */
    void published();

    /** Reports an exception of an action that ran for the lanes alone. */
    void failed(Throwable cause);
  }

  private final Pool pool;
  private final List<Lane> open = new ArrayList<>();
  private final AdaptiveConcurrency concurrency = new AdaptiveConcurrency();
  private boolean looking;

  /** The shortest time in which any statement was answered: the way there and back. */
  private long fastest = Long.MAX_VALUE;

  private long fastestSince;

  /** About half of the statements took longer. */
  private long median = TimeUnit.MICROSECONDS.toNanos(200);

  private long statements;
  private long queued;
  private long moved;
  private int deepest;

  Lanes(Pool pool) {
    this.pool = pool;
  }

  /**
   * A place for one statement.
   *
   * @param alone how long such a statement takes at best, in nanoseconds
   * @return null when there is none; then it gets a connection of its own, or waits for one
   */
  Lane take(LaneUser user, long alone, PipeliningSettings settings) {
    long now = pool.context().now();
    int wide = concurrency.within(settings.connections(), pool.size());
    int most = user.mayFollow() ? settings.maxDepth() : 1;
    int deep = Math.min(most, depthFor(alone, settings));
    Lane best = least(user.variables(), now, true);
    if (best != null && best.depth() < deep && open.size() >= wide) {
      return put(best, user);
    }
    if (pool.counts().waiting() == 0) {
      ServerConnection idle = pool.takeIdleWith(user.variables());
      if (idle != null) {
        return openFor(user, idle, alone);
      }
    }
    if (best == null) {
      // To wait there or for a connection is the same.
      best = least(user.variables(), now, false);
    }
    return best != null && best.depth() < most ? put(best, user) : null;
  }

  private Lane put(Lane lane, LaneUser user) {
    return user.runsOn(lane.connection()) ? put(lane) : null;
  }

  private Lane openFor(LaneUser user, ServerConnection idle, long alone) {
    if (user.runsOn(idle)) {
      return put(open(idle, alone));
    }
    pool.putBack(idle);
    return null;
  }

  /**
   * Those who wait for a connection of their own get the last ones: these take no more. One goes on
   * being shared as long as others are in the hands of single sessions, which will give them back.
   */
  private Lane least(Variables wanted, long now, boolean flowing) {
    int usable = open.size();
    if (pool.waitingAlone() > 0 && usable > 0) {
      int kept = pool.counts().held() > 0 ? 1 : 0;
      usable = Math.max(kept, usable - Math.max(1, pool.waitingAlone() - pool.counts().held()));
    }
    long maxFirstAge = longest();
    Lane best = null;
    for (int i = 0; i < usable; i++) {
      Lane lane = open.get(i);
      if ((best == null || lane.depth() < best.depth())
          && lane.accepts(wanted)
          && (!flowing || lane.flows(now, maxFirstAge))) {
        best = lane;
      }
    }
    return best;
  }

  /** Number of statements that may stand before one, so that it does not wait for long. */
  int depthFor(long alone, PipeliningSettings settings) {
    long now = pool.context().now();
    if (alone < fastest || now - fastestSince > FORGET_NANOS) {
      fastest = alone;
      fastestSince = now;
    }
    long work = Math.max(LEAST_WORK_NANOS, alone - fastest);
    long fitting = settings.maxWait().toNanos() / work;
    return (int) Math.max(1, Math.min(fitting, settings.maxDepth()));
  }

  /** Has those who wait share a connection, as many as are soon done. */
  void fill(ServerConnection connection, long alone, Waiter first, Supplier<Waiter> others) {
    Lane lane = open(connection, alone);
    int most = depthFor(alone, pool.pipelining());
    Waiter next = first;
    for (int i = 0; i < most && next != null; i++) {
      put(lane);
      next.placed(lane);
      next = connection.closed() || i + 1 == most ? null : others.get();
    }
  }

  /** Makes a lane of a connection that is unused. */
  Lane open(ServerConnection connection, long alone) {
    connection.share(true);
    Lane lane = new Lane(this, connection, alone);
    open.add(lane);
    pool.published();
    return lane;
  }

  /** Gives one more statement a place. */
  Lane put(Lane lane) {
    statements++;
    if (lane.depth() > 0) {
      queued++;
      deepest = Math.max(deepest, lane.depth() + 1);
      look();
    }
    lane.put(pool.context().now());
    return lane;
  }

  /** From time to time, as long as statements stand behind others, or are abandoned. */
  void look() {
    if (!looking) {
      looking = true;
      pool.context().later(this::lookNow, LOOK_NANOS, TimeUnit.NANOSECONDS, pool::failed);
    }
  }

  private void lookNow() {
    looking = false;
    long now = pool.context().now();
    long limit = MOST_TIMES_LONGER * longest();
    for (Lane lane : List.copyOf(open)) {
      if (lane.depth() == 0) {
        if (lane.firstAge(now) < REST_NANOS && mayRest(lane)) {
          look();
        } else {
          release(lane);
        }
      } else if (lane.depth() > 1 || lane.orphaned()) {
        if (lane.firstAge(now) > limit) {
          lane.moveOthersOn();
        }
        lane.endOrphan(now, longest());
        if (pool.retired(lane.connection())) {
          lane.close();
        }
        look();
      }
    }
    Lane last = open.isEmpty() ? null : open.get(open.size() - 1);
    if (last != null && last.depth() > 0 && pool.othersWait()) {
      last.close();
    }
  }

  void ran(long nanos) {
    long step = Math.max(1, median >> 5);
    median += nanos > median ? step : -step;
  }

  /**
   * Duration above which a statement is unusual: it is higher where the server is so busy that all
   * statements take long.
   */
  long longest() {
    return Math.max(pool.pipelining().maxFirstAge().toNanos(), UNUSUAL * median);
  }

  void sample(long took, long alone) {
    concurrency.sample(took, alone);
  }

  void movedOn() {
    moved++;
  }

  /** Everything in the lane was answered. */
  void emptied(Lane lane) {
    if (mayRest(lane)) {
      look();
    } else {
      release(lane);
    }
  }

  /**
   * True if the lane stays open for the next statement although others wait for a connection. Where
   * all connections went to those who keep one for long, short statements would wait for one of
   * these to end; that costs them more than one connection less costs the others.
   */
  private boolean mayRest(Lane lane) {
    return open.size() == 1
        && lane.open()
        && pool.waitingAlone() > 0
        && pool.counts().held() >= HELD_TO_REST
        && pool.mayRest(lane.connection());
  }

  private void release(Lane lane) {
    open.remove(lane);
    lane.connection().share(false);
    pool.releaseShared(lane.connection());
  }

  void remove(ServerConnection connection) {
    open.removeIf(lane -> lane.connection() == connection);
  }

  // ---- for operators

  int size() {
    return open.size();
  }

  LaneFigures figures() {
    int depth = open.stream().mapToInt(Lane::depth).sum();
    return new LaneFigures(open.size(), depth, deepest, statements, queued, moved);
  }
}
