package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.CancelRequests;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.Residue;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.PipeliningSettings;
import dev.heimdall.model.ResetMode;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server connections of one pool on one event loop, and the sessions that wait for one, first
 * come, first served. All methods but the counters belong to the loop's thread.
 */
public final class LoopPool implements PooledConnections.Pool, Lanes.Pool {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.pool");

  /** More than these would take longer to make than the reads take that they are for. */
  private static final int MOST_READY = 16;

  private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final SharedPool shared;
  private final LoopContext context;
  private final IdleConnections idle = new IdleConnections();
  private final Set<ServerConnection> held = new HashSet<>();
  private final Cleaning cleaning;
  private final Lanes lanes = new Lanes(this);
  private final Warmup warmup;
  private final PooledConnections connections;
  private final WaitQueue waiters;
  private final Growth growth;
  private final WaitLimits waitLimits;
  private final PoolAudit audit;
  private final LeftConnections left = new LeftConnections(this::gone, this::cancel);
  private final Leaving leaving;
  private final PoolView view;

  /** True if those who share have just had their turn. */
  private boolean afterShared;

  private final PoolCounts counts = new PoolCounts();

  LoopPool(SharedPool shared, LoopContext context) {
    this.shared = shared;
    this.context = context;
    this.cleaning = new Cleaning(context, this);
    this.warmup = new Warmup(shared.scope()::warm, this::free);
    this.connections = new PooledConnections(context, shared, idle);
    this.waiters = new WaitQueue(context);
    this.waitLimits = new WaitLimits(shared.scope(), shared.key(), waiters);
    this.growth = new Growth(this, shared, connections, warmup, waiters);
    this.leaving = new Leaving(shared, connections, waiters, left);
    this.view = new PoolView(connections, idle, held, cleaning, warmup, waiters, growth, lanes);
    this.audit = new PoolAudit(this, shared);
  }

  public PoolKey key() {
    return shared.key();
  }

  /** Facts that the pool knows about its virtual database. */
  public PoolScope scope() {
    return shared.scope();
  }

  @Override
  public LoopContext context() {
    return context;
  }

  // ---- acquire and release

  /**
   * A connection for the waiter: at once, or later by {@link Waiter#acquired}.
   *
   * @return the connection, or null when the waiter waits
   */
  public ServerConnection acquire(Waiter waiter) {
    assert context.inLoop();
    if (connections.outdated()) {
      closeRetired(); // the task that does so may stand behind this statement
    }
    if (waiters.isEmpty() && !shared.scope().holdsBack()) {
      ServerConnection connection = idle.take(waiter.variables());
      if (connection != null) {
        hand(connection);
        return connection;
      }
    }
    ServerError full = waitLimits.full();
    if (full != null) {
      onLoop(() -> waiter.refused(full)); // not before the waiter knows that it waits
      return null;
    }
    waiters.add(waiter, context.now());
    published();
    growth.grow();
    return null;
  }

  /**
   * True if a statement that may as well go elsewhere does not wait for a connection to be made:
   * there are some here, or other loops have all that the pool may have, one of which comes here
   * when it is free.
   */
  public boolean prepared() {
    if (connections.outdated()) {
      closeRetired();
    }
    if (connections.size() > warmup.size()) {
      return true;
    }
    return connections.isEmpty() && !growth.begin() && shared.shares().anyElsewhere(this);
  }

  /**
   * Opens so many spare connections, or {@link #MOST_READY}, as far as no session loses room by
   * that: reads may have to come here from one moment to the next.
   */
  public void ready(int wanted) {
    growth.ready(Math.min(wanted, MOST_READY));
  }

  /**
   * A place for one short statement in the pipeline of a connection that others use as well.
   *
   * @param alone how long such a statement takes at best, in nanoseconds
   * @return null when there is none now: {@link #acquire} gives a connection of its own
   */
  public Lane share(LaneUser user, long alone) {
    if (connections.outdated()) {
      closeRetired();
    }
    return shared.scope().holdsBack() ? null : lanes.take(user, alone, pipelining());
  }

  /** A short statement was answered; so long it kept a connection. */
  public void ran(long nanos) {
    lanes.ran(nanos);
  }

  /** Maximum duration of a statement, under present conditions, for others to stand behind it. */
  public long longestNanos() {
    return lanes.longest();
  }

  @Override
  public PipeliningSettings pipelining() {
    return shared.scope().plan().pipelining();
  }

  /** Limit that counts the connections of all loops. */
  Limit limit() {
    return shared.limit();
  }

  /** Connections that all pools of the virtual database may have to the server; 0: any number. */
  public int mostOfAll() {
    return shared.mostOfAll();
  }

  @Override
  public int size() {
    return shared.settings().size();
  }

  @Override
  public boolean othersWait() {
    return shared.shares().neediest(this, context.now() - SLACK_NANOS) != null;
  }

  @Override
  public boolean mayRest(ServerConnection connection) {
    return !connection.closed()
        && connection.status() == TransactionState.IDLE
        && connection.residue().none()
        && !connection.restless()
        && !connection.cancels().inProgress()
        && !connection.cancels().wereSent()
        && shared.settings().reset() != ResetMode.ALWAYS
        && !shared.scope().holdsBack()
        && !retired(connection)
        && hungrier() == null;
  }

  /** A loop whose first waiter has waited for longer than the first here. */
  private LoopPool hungrier() {
    return waiters.isEmpty()
        ? shared.shares().neediest(this, context.now() - SLACK_NANOS)
        : shared.shares().needier(this, waiters.firstSince() - SLACK_NANOS);
  }

  /** The waiter no longer waits; says whether it did. */
  public boolean cancel(Waiter waiter) {
    boolean waited = waiters.remove(waiter);
    published();
    return waited;
  }

  @Override
  public void releaseShared(ServerConnection connection) {
    afterShared = true;
    release(connection);
    afterShared = false;
  }

  /** Takes a connection back that is quiet or soon will be; what is left on it is cleaned first. */
  public void release(ServerConnection connection) {
    assert context.inLoop();
    connection.hold(null);
    held.remove(connection);
    Residue left = connection.residue();
    if (left.afterUse() != null) {
      connection.end().close(left.afterUse());
    }
    if (connection.closed()) {
      published();
      return;
    }
    if (connection.status() != TransactionState.IDLE) {
      cleaning.rollBack(connection);
    } else if (left.tainted() || shared.settings().reset() == ResetMode.ALWAYS) {
      cleaning.discardAll(connection);
    } else if (left.isSeedInDoubt()) {
      cleaning.seed(connection);
    } else if (connection.restless()) {
      cleaning.restore(connection);
    } else {
      free(connection);
    }
  }

  /** The connection is as good as new. */
  void cleaned(ServerConnection connection) {
    shared.scope().events().cleaned();
    free(connection);
  }

  /** A clean connection: to the first waiter, to a loop that waits longer, or to the idle ones. */
  void free(ServerConnection connection) {
    CancelRequests cancels = connection.cancels();
    if (cancels.inProgress()) {
      cleaning.keep(connection);
      return; // cancelsDone frees it
    }
    if (cancels.takeSent()) {
      cleaning.absorbCancel(connection);
      return;
    }
    if (connections.retire(connection)) {
      return;
    }
    LoopPool hungrier = hungrier();
    if (hungrier != null && !shared.scope().holdsBack()) {
      connections.move(connection, this, hungrier);
      return;
    }
    if (waiters.isEmpty() || shared.scope().holdsBack()) {
      if (!shared.scope().mayIdle(key().credential().user())) {
        connection.close("a rule lets its user have no more idle ones");
        return;
      }
      idle.add(connection);
      published();
      return;
    }
    serveNext(connection);
  }

  /**
   * A connection that one session has given back goes to all waiters who would share it, for they
   * are soon done; what they give back goes to the first waiter.
   */
  private void serveNext(ServerConnection connection) {
    Predicate<Waiter> fits = waiter -> sharesFor(waiter, connection) >= 0;
    Waiter next =
        afterShared && sharesFor(waiters.first(), connection) < 0
            ? null
            : waiters.nextSharing(fits);
    if (next == null) {
      next = waiters.next();
      hand(connection);
      next.acquired(connection);
      return;
    }
    long alone = sharesFor(next, connection);
    lanes.fill(connection, alone, next, () -> waiters.nextSharing(fits));
    published();
  }

  private static long sharesFor(Waiter waiter, ServerConnection connection) {
    return connection.applied().equals(waiter.variables()) ? waiter.sharesFor(connection) : -1;
  }

  private void hand(ServerConnection connection) {
    held.add(connection);
    published();
  }

  @Override
  public void putBack(ServerConnection connection) {
    idle.add(connection);
  }

  @Override
  public ServerConnection takeIdleWith(Variables wanted) {
    return idle.takeWith(wanted);
  }

  /** Gives waiters what is idle, and opens connections for the others. */
  void serve() {
    if (shared.scope().holdsBack()) {
      return;
    }
    while (!waiters.isEmpty() && !idle.isEmpty()) {
      serveNext(idle.take(waiters.first().variables()));
    }
    growth.grow();
  }

  // ---- opening

  /** A connection was made. */
  void opened(ServerConnection connection, long generation) {
    connections.add(connection, generation);
    context.tick();
    warmup.take(connection);
    published();
  }

  /**
   * No connection was made.
   *
   * @param forAll whether the attempts of those who wait would fail alike
   */
  void notOpened(ConnectFailure failure, boolean forAll) {
    if (forAll) {
      waiters.refuseAll(failure.error());
    }
    published();
  }

  /** The replica has answered: new connections may be used. */
  void warmed() {
    context.tick();
    warmup.look();
    published();
  }

  /** The server is lost: no session waits for it, and what has not begun to answer is over. */
  void lost(ServerError why) {
    context.tick();
    connections.closeIf(connection -> !connection.begun(), why.message());
    left.abandon();
    growth.startAfresh();
    waiters.refuseAll(why);
    published();
  }

  /** There will be no more statements for this pool. */
  void retire(ServerError why) {
    waiters.refuseAll(why);
    closeRetired();
  }

  // ---- connections that end or move

  @Override
  public void serverClosed(ServerConnection connection) {
    idle.remove(connection);
    held.remove(connection);
    cleaning.remove(connection);
    warmup.remove(connection);
    lanes.remove(connection);
    boolean counted = connections.remove(connection) != null;
    if (!left.contains(connection)) {
      ended(connection, counted);
    }
    published();
    growth.grow();
  }

  private void ended(ServerConnection connection, boolean counted) {
    shared.scope().closed(connection);
    if (counted) {
      shared.free();
    }
  }

  private void gone(ServerConnection connection) {
    shared.moving(-1);
    ended(connection, true);
    growth.grow();
  }

  private void cancel(ServerConnection connection, Runnable done) {
    shared.scope().cancel(connection, done);
  }

  @Override
  public void cancelsDone(ServerConnection connection) {
    if (connection.quiet() && cleaning.remove(connection)) {
      free(connection);
    }
  }

  @Override
  public boolean wanted(ServerConnection connection) {
    return !waiters.isEmpty()
        || shared.scope().holdsBack()
        || retired(connection)
        || hungrier() != null;
  }

  @Override
  public boolean retired(ServerConnection connection) {
    return connections.retired(connection);
  }

  @Override
  public void adopt(ServerConnection connection, long generation) {
    context.tick();
    connections.add(connection, generation);
    free(connection);
  }

  /** Another loop waits and may open none: it gets an idle connection of this one. */
  void lendTo(LoopPool asking) {
    if (!idle.isEmpty() && waiters.isEmpty() && asking.counts().waiting() > 0) {
      connections.move(idle.takeOldest(), this, asking);
    }
  }

  /** Makes room for a connection of another pool, whose waiters are woken. */
  void yieldIdle(String why) {
    if (closeIdle(1, why) > 0) {
      shared.scope().events().yielded();
    }
  }

  /** Closes so many of the connections that are unused, the oldest first; how many there were. */
  int closeIdle(int most, String why) {
    int closed = 0;
    for (; closed < most && !idle.isEmpty(); closed++) {
      idle.takeOldest().close(why);
    }
    published();
    return closed;
  }

  @Override
  public void preparedFull() {
    shared.scope().room().closePrepared();
  }

  /** Connections that are unused let go of their prepared statements. */
  void closePrepared() {
    idle.each(connection -> connection.requests().closePrepared());
  }

  @Override
  public void preparedNearlyFull(ServerConnection connection, boolean held) {
    boolean elsewhere = connection.statements().server().asksLoops(context.now());
    shared.scope().room().yieldPrepared(context, held, elsewhere);
  }

  /** Connections that are unused let go of some of their prepared statements. */
  void yieldPrepared(boolean heldToo) {
    idle.each(connection -> connection.requests().yieldPrepared(heldToo));
  }

  void closeRetired() {
    context.tick();
    connections.retireIdle();
    published();
  }

  /** Connections go to another server now: none to the one before may do any more. */
  void abandonRetired() {
    context.tick();
    connections.abandonRetired("the writer is another server now");
    left.abandon();
    published();
  }

  /** There is a server to connect to, which may be another one. */
  void directed() {
    context.tick();
    growth.startAfresh();
    serve();
  }

  /** There is no server to connect to until one is the writer. */
  void undirected() {
    context.tick();
    waiters.writerLost();
    leaving.takeReadsBack();
    published();
  }

  /** The server has not answered of late: what others may answer does not wait for it. */
  void silent() {
    context.tick();
    leaving.leaveSilent();
    published();
  }

  /** Evidence of its connections on whether their server is silent; as {@link Quiet#of}. */
  Quiet quiet(long late) {
    return Quiet.of(connections.all(), late, context.now());
  }

  void closeAll() {
    waiters.refuseAll(
        ServerError.fatal(
            Sqlstate.ADMIN_SHUTDOWN,
            "the virtual database " + shared.scope().vdb() + " was removed"));
    published();
    connections.closeIf(connection -> true, "the pool was closed");
    left.abandon();
  }

  // ---- upkeep

  /** Called about ten times a second on the loop. */
  public void tick() {
    tick(context.now());
  }

  void tick(long now) {
    waitLimits.look(now, connections.isEmpty() ? growth.lastFailure() : null);
    leaving.look(now);
    published();
    serve();
    if (!waiters.isEmpty()) {
      shared.askOthers(this); // one that is being made may take long, or fail
    }
    connections.expire(now);
    cleaning.expire(now);
    growth.keepMinimum(shared.settings());
    published();
    audit.look(now);
  }

  void onLoop(Runnable task) {
    context.soon(task, this::failed);
  }

  @Override
  public void failed(Throwable cause) {
    LOG.error("a pool met an error in the node", cause);
  }

  /** There are more of them here, or fewer. */
  public void published() {
    counts.publish(
        waiters.size(),
        idle.size(),
        held.size(),
        lanes.size(),
        connections.size(),
        warmup.size(),
        growth.underWay(),
        idle.isEmpty() ? 0 : idle.oldest().lastUsed(),
        waiters.isEmpty() ? 0 : waiters.firstSince());
  }

  @Override
  public int waitingAlone() {
    return waiters.sizeWithoutSharing();
  }

  @Override
  public PoolCounts counts() {
    return counts;
  }

  /** View of the pool for operators. */
  public PoolView view() {
    return view;
  }
}
