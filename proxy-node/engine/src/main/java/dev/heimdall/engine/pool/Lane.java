package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.util.concurrent.TimeUnit;

/**
 * One server connection in whose pipeline several sessions have statements at the same time. The
 * connection's queue of expected replies knows whose each is; the lane counts them.
 */
public final class Lane {
  /**
   * A server process that always has a next statement keeps its processor until the scheduler takes
   * it away, which is several milliseconds later; the others wait for as long where processors are
   * few. One whose pipeline runs dry goes to sleep.
   */
  static final long MAX_BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Lanes lanes;
  private final ServerConnection connection;
  private final long alone;
  private int depth;
  private long firstSince;
  private long busySince;
  private boolean first = true;
  private boolean closed;
  private boolean movedOn;

  /**
   * @param alone how long the statement for which the lane is opened takes at best, in nanoseconds
   */
  Lane(Lanes lanes, ServerConnection connection, long alone) {
    this.lanes = lanes;
    this.connection = connection;
    this.alone = alone;
  }

  /** Takes the replies to an abandoned statement. */
  private final class Orphan extends InternalQuery {
    private final Runnable cancel;

    Orphan(Runnable cancel) {
      this.cancel = cancel;
    }

    /**
     * Returns true: no session needs the reply, and other statements may stand before it or behind
     * it.
     */
    @Override
    public boolean answeredElsewhere(ServerConnection from) {
      return true;
    }

    @Override
    protected void done(ServerConnection from, ServerError error) {
      if (!from.closed()) {
        answered();
      }
    }
  }

  public ServerConnection connection() {
    return connection;
  }

  /** Statements that were not answered yet. */
  public int depth() {
    return depth;
  }

  boolean accepts(Variables wanted) {
    return !closed
        && !connection.closed()
        && connection.writable()
        && !connection.cancels().inProgress()
        && connection.applied().equals(wanted);
  }

  /**
   * True if one more statement neither waits for a long one nor keeps the server's process busy on
   * and on.
   */
  boolean flows(long now, long maxFirstAge) {
    return depth == 0 || (now - firstSince <= maxFirstAge && now - busySince <= MAX_BUSY_NANOS);
  }

  void put(long now) {
    if (depth++ == 0) {
      firstSince = now;
      busySince = now;
    }
  }

  /** True if it takes more statements. */
  boolean open() {
    return !closed;
  }

  /** Time for which the first statement has been first, or the lane has been empty. */
  long firstAge(long now) {
    return now - firstSince;
  }

  /**
   * The statement that stood first was answered.
   *
   * @return how long it stood there, in nanoseconds
   */
  public long answered() {
    long now = connection.context().now();
    long took = now - firstSince;
    if (first) {
      first = false;
      lanes.sample(took, alone);
    }
    firstSince = now;
    if (--depth == 0) {
      lanes.emptied(this);
    } else if (connection.status() != TransactionState.IDLE) {
      connection.close("a statement that was to stand alone has begun a transaction");
    }
    return took;
  }

  /** The lane takes no more statements: when those in it are answered, it is over. */
  public void close() {
    closed = true;
  }

  /**
   * The owner's statement is abandoned from here on: what the server still says about it is
   * dropped.
   *
   * @param cancel asks the server to end what runs on the connection
   */
  public void leave(ReplyOwner owner, Runnable cancel) {
    connection.delivery().replaceOwner(owner, new Orphan(cancel));
    lanes.look();
  }

  /** True if the first statement is abandoned. */
  boolean orphaned() {
    return connection.delivery().firstOwner() instanceof Orphan;
  }

  /** Has the server end an abandoned statement that takes long. */
  void endOrphan(long now, long limit) {
    if (connection.delivery().firstOwner() instanceof Orphan orphan
        && firstAge(now) > limit
        && !connection.cancels().inProgress()) {
      moveOthersOn(); // the signal may come late
      orphan.cancel.run();
    }
  }

  /** Takes no more, and lets those who wait behind the first statement go elsewhere. */
  public void moveOthersOn() {
    if (movedOn) {
      return;
    }
    movedOn = true;
    close();
    for (ReplyOwner owner : connection.delivery().ownersBehindFirst()) {
      if (owner instanceof LaneUser user) {
        lanes.movedOn();
        user.moveOn();
      }
    }
  }
}
