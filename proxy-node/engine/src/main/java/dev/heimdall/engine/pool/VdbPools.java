package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.Ending;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.prepared.StatementBounds;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** The pools of one virtual database on all event loops, with what limits them together. */
public final class VdbPools implements PoolScope {
  private final String vdb;
  private final Connector connector;
  private final PoolEvents events;
  private final PoolLimits limits;
  private final KeyedPools pools;
  private final Neighbours neighbours;
  private final Yielding yielding;
  private final VdbConnector connections;
  private final LoginChecks logins;
  private final MissingWriter missing = new MissingWriter(this);

  /** Those for the replicas of its cluster; null where they are for a replica themselves. */
  private final ReaderPools readers;

  private volatile PoolPlan plan;
  private final LongSupplier clock;
  private volatile PoolTarget direction;
  private volatile WriterWatch watch;
  private volatile boolean paused;

  private final ServerSilence silence = new ServerSilence();

  private volatile long generation;

  /** Send time of the last probe that the replica answered, by {@link System#nanoTime}. */
  private volatile long answeredAt;

  /** True if there is a replica that answers; a writer's pools do not ask. */
  private volatile boolean answers = true;

  /**
   * @param neighbours whose idle connections make room where a server takes no more
   */
  public VdbPools(
      String vdb, Connector connector, PoolEvents events, PoolPlan plan, Neighbours neighbours) {
    this(vdb, connector, events, plan, System::nanoTime, neighbours);
  }

  /**
   * @param clock that of the loops
   */
  public VdbPools(
      String vdb,
      Connector connector,
      PoolEvents events,
      PoolPlan plan,
      LongSupplier clock,
      Neighbours neighbours) {
    this(vdb, connector, events, plan, clock, neighbours, false);
  }

  private VdbPools(
      String vdb,
      Connector connector,
      PoolEvents events,
      PoolPlan plan,
      LongSupplier clock,
      Neighbours neighbours,
      boolean reader) {
    this.clock = clock;
    this.neighbours = neighbours;
    this.answeredAt = clock.getAsLong();
    this.vdb = vdb;
    this.connector = connector;
    this.events = events;
    this.plan = plan;
    this.readers = reader ? null : new ReaderPools(this::reader);
    this.direction = PoolTarget.of(plan.source(), clock.getAsLong());
    this.limits = new PoolLimits(plan);
    this.yielding = new Yielding(this, neighbours);
    this.pools = new KeyedPools(this, yielding, limits);
    this.connections = new VdbConnector(this, connector, neighbours, limits);
    this.logins = new LoginChecks(this, connector);
  }

  private VdbPools reader(ServerAddress server) {
    VdbPools pools = new VdbPools(vdb, connector, events, plan.at(server), clock, neighbours, true);
    pools.watch = watch;
    return pools;
  }

  @Override
  public String vdb() {
    return vdb;
  }

  /** The pools for the replicas of its cluster; null where these are for one of them. */
  public ReaderPools readers() {
    return readers;
  }

  @Override
  public Optional<ServerAddress> clusterServer() {
    return reader()
        ? Optional.of(plan.source().hosts().get(0))
        : Optional.ofNullable(direction.server());
  }

  /** Server to which connections lead; the first of the source's where none was named. */
  public ServerAddress address() {
    return clusterServer().orElseGet(() -> plan.source().hosts().get(0));
  }

  @Override
  public boolean reader() {
    return readers == null;
  }

  @Override
  public PoolPlan plan() {
    return plan;
  }

  /** Decisions of the server on log-ins of clients. */
  public LoginChecks logins() {
    return logins;
  }

  @Override
  public PoolEvents events() {
    return events;
  }

  @Override
  public void report(PoolAnomaly anomaly, PoolKey key, String what) {
    events.anomaly(vdb, key, anomaly, what);
  }

  /**
   * Makes a connection by the present plan, within no limit and for no pool: for listening and
   * replication.
   *
   * @param parameters start-up parameters beyond user and database
   */
  public void connect(
      LoopContext context,
      PoolKey key,
      Map<String, String> parameters,
      StatementBounds prepared,
      ConnectionKeeper keeper,
      ServerConnector.Handler handler) {
    connections.connect(context, key, parameters, prepared, keeper, handler, false);
  }

  /** Connects with a limit on the number of statements that the connection keeps. */
  public void connect(
      LoopContext context,
      PoolKey key,
      Map<String, String> parameters,
      int preparedLimit,
      ConnectionKeeper keeper,
      ServerConnector.Handler handler) {
    connect(context, key, parameters, StatementBounds.of(preparedLimit), keeper, handler);
  }

  @Override
  public void connectPooled(
      LoopContext context, PoolKey key, ConnectionKeeper keeper, ServerConnector.Handler handler) {
    connections.connect(context, key, Map.of(), plan.prepared(), keeper, handler, true);
  }

  @Override
  public void cancel(ServerConnection connection, Runnable done) {
    connector.cancel(connection, done);
  }

  @Override
  public void closed(ServerConnection connection) {
    connections.closed(connection);
    events.closed(vdb, connection);
    if (connection.ending().side() == Ending.Side.SERVER) {
      suspect(connection.target().source(), connection.ending().reason());
    }
  }

  @Override
  public boolean isAwaited() {
    return loopPools().stream().anyMatch(pool -> pool.counts().waiting() > 0);
  }

  // ---- the server that connections go to

  PoolTarget direction() {
    return direction;
  }

  /**
   * The data source as if it were just the server that connections go to; null while that is not
   * known.
   */
  public DataSource server() {
    return direction.source();
  }

  /**
   * The pools of a replica that decides on log-ins while there is no writer; null where there is
   * one, or no such replica.
   */
  public VdbPools standIn() {
    return missing.standIn();
  }

  /** True if connections follow the writer of a cluster. */
  public boolean led() {
    return direction.led();
  }

  /** Follows the writer of a cluster from now on; its source must be one. */
  public synchronized void follow(WriterWatch by) {
    watch = by;
    readers.retire();
  }

  /** There is a new snapshot of the cluster that is followed. */
  public void seen(Topology topology) {
    readers.seen(topology);
    seen(topology.writer());
  }

  /** So is the server that connections go to. */
  void seen(Optional<TopologyNode> server) {
    if (silence.begins(server)) {
      loopPools().forEach(pool -> pool.onLoop(pool::silent));
    }
  }

  /**
   * Evidence of all connections to a server of its cluster on whether that server is silent. What
   * has come before this call has been read by then: loops may be behind.
   *
   * @param late after how many nanoseconds a reply ought to be there
   */
  public CompletableFuture<Quiet> quiet(ServerAddress server, long late) {
    return Quiet.ofAll(
        withReaders().stream()
            .filter(pools -> pools.clusterServer().equals(Optional.of(server)))
            .flatMap(pools -> pools.loopPools().stream())
            .filter(pool -> pool.counts().all() > 0)
            .map(pool -> Quiet.soon(pool.context(), () -> pool.quiet(late))));
  }

  @Override
  public boolean silent() {
    return silence.lasts() && directed();
  }

  @Override
  public boolean silentSince(long began) {
    return silence.concerns(began);
  }

  @Override
  public boolean warm(ServerConnection connection) {
    return !reader() || answers && answeredAt - connection.createdAt() > 0;
  }

  /** The replica has answered what it was asked at this time. */
  void answered(long at) {
    answeredAt = at;
    answers = true;
    for (LoopPool pool : loopPools()) {
      if (pool.counts().warming() > 0) {
        pool.onLoop(pool::warmed);
      }
    }
  }

  /** The replica does not answer any more, or must not be used. */
  void lost(String why) {
    if (answers) {
      answers = false;
      ServerError error = ServerError.connectionFailure("the replica cannot be used: " + why);
      loopPools().forEach(pool -> pool.onLoop(() -> pool.lost(error)));
    }
  }

  /** Lets what runs come to its end, and nothing else begin. */
  synchronized void retire(String why) {
    generation++;
    ServerError error = ServerError.connectionFailure("the replica is not used any more: " + why);
    loopPools().forEach(pool -> pool.onLoop(() -> pool.retire(error)));
  }

  @Override
  public WriterWatch watch() {
    return watch;
  }

  /**
   * Tells where connections go from now on. Those to another server are closed at once, also those
   * in use: it is not the writer any more. While there is none, statements that need one wait.
   *
   * @param replaced whether it is another server than so far although its name may be the same
   */
  public void lead(Optional<ServerAddress> writer, boolean replaced) {
    lead(writer, replaced, WriterFence.OFF);
  }

  /**
   * Names the server that is the writer, which takes no writes from some moment on.
   *
   * @param fence until when anything may be sent to it
   */
  public synchronized void lead(
      Optional<ServerAddress> writer, boolean replaced, WriterFence fence) {
    if (!direction.led()) {
      return;
    }
    PoolTarget before = direction.under(fence);
    direction = before;
    if (writer.isEmpty()) {
      if (before.known()) {
        direction = before.nobody(clock.getAsLong());
        if (fence.closed()) {
          abandon(); // it may still live, and nothing more is to be written there
        }
        loopPools().forEach(pool -> pool.onLoop(pool::undirected));
      }
      return;
    }
    boolean same = writer.get().equals(before.server()) && !replaced;
    if (same && before.known()) {
      return;
    }
    direction = before.to(plan.source(), writer.get(), clock.getAsLong());
    if (!same && before.server() != null) {
      abandon();
    }
    loopPools().forEach(pool -> pool.onLoop(pool::directed));
  }

  /** True if nothing is to be sent to a server: it is fenced, or not the writer any more. */
  boolean bars(ServerAddress server) {
    return direction.bars(server, clock.getAsLong());
  }

  /**
   * A loop has found that a server is barred. The tracker may report that late: this node may have
   * stood still.
   */
  void barred() {
    if (direction.fence().over(clock.getAsLong())) {
      PoolTarget now = direction;
      if (now.known()) {
        lead(Optional.empty(), false, now.fence().shut());
      }
    }
  }

  /** Closes all connections that were made before now, also those in use. */
  private void abandon() {
    generation++;
    logins.doubtAll();
    loopPools().forEach(pool -> pool.onLoop(pool::abandonRetired));
    connections.moved();
  }

  /** Another server answers by the name that connections go to. */
  synchronized void replaced() {
    abandon();
  }

  @Override
  public void suspect(ServerConnection connection, String why) {
    suspect(connection.target().source(), why);
  }

  void suspect(DataSource server, String why) {
    WriterWatch by = watch;
    if (by != null && (direction.led() || reader())) {
      by.suspect(server.hosts().get(0), why);
    }
  }

  @Override
  public boolean directed() {
    return direction.known();
  }

  @Override
  public boolean directedWithin(Duration time, long now) {
    PoolTarget to = direction;
    return to.led() && now - to.since() <= time.toNanos();
  }

  @Override
  public MissingWriter missing() {
    return missing;
  }

  @Override
  public Duration serverWait() {
    DataSource source = plan.source();
    return direction.led() ? source.cluster().failover().queueTimeout() : source.connectTimeout();
  }

  /** Takes a new plan; connections of another source are replaced as they come back. */
  public synchronized void update(PoolPlan next) {
    boolean moved =
        !next.source().equals(plan.source()) || !next.prepared().equals(plan.prepared());
    plan = next;
    direction = direction.by(next.source(), clock.getAsLong());
    if (!reader()) {
      readers.update(next);
    }
    limits.update(next);
    pools.all().forEach(pool -> pool.limit().max(next.settings().size()));
    if (moved) {
      logins.doubtAll();
      reconnect();
    } else {
      wakeWaiters();
    }
  }

  /**
   * Limits one user from now on, whatever the configuration says, until it is read anew.
   *
   * @param connections the user's connections; empty to leave that as it is
   * @param idle those of them that are unused; empty to leave that as it is
   */
  public void limitUser(String user, Optional<Integer> connections, Optional<Integer> idle) {
    if (!reader()) {
      readers.all().forEach(replica -> replica.limitUser(user, connections, idle));
    }
    OptionalInt above = limits.rule(user, connections, idle);
    if (above.isPresent()) {
      pools.closeIdle(user, above.getAsInt());
      pools.wakeWaiters();
    }
  }

  @Override
  public boolean mayIdle(String user) {
    if (limits.aboveRule(user)) {
      return false;
    }
    Integer most = limits.mostIdle(user);
    return most == null || pools.idleOf(user) < most;
  }

  /**
   * The pool for this key on this loop; call on the loop. It stays until everyone who has joined it
   * has left it and its last connection is closed.
   */
  public LoopPool join(PoolKey key, LoopContext context) {
    return pools.join(key, context);
  }

  /** Removes a user of the pool, which requests no more connections, but may give one back. */
  public void leave(LoopPool pool) {
    pools.leave(pool);
  }

  @Override
  public long generation() {
    return generation;
  }

  /**
   * Server connections made before now are closed as soon as they are idle.
   *
   * @return done when the idle ones are closed
   */
  public synchronized CompletableFuture<Void> reconnect() {
    generation++;
    if (!reader()) {
      readers.all().forEach(VdbPools::reconnect);
    }
    return CompletableFuture.allOf(
        loopPools().stream()
            .map(pool -> CompletableFuture.runAsync(pool::closeRetired, pool::onLoop))
            .toArray(CompletableFuture[]::new));
  }

  /** Connections of one role made before now serve no other session, also on replicas. */
  void renew(PoolKey key) {
    withReaders().forEach(each -> each.pools.renew(key));
  }

  /**
   * The servers' sessions may begin with other settings from now on: connections made before serve
   * no other session, also on replicas, and roles are looked at again. Never blocks.
   */
  public void renew() {
    logins.doubtAll();
    withReaders().forEach(each -> each.pools.all().forEach(SharedPool::renew));
  }

  /**
   * Closes the connections to a database that no client is logged in to, and those of pools with
   * clients when the last of them leaves, also of pools that come in the next seconds: the server
   * waits for so long for a database to have no users. Never blocks.
   */
  public void free(String database) {
    withReaders().forEach(each -> each.pools.free(database));
  }

  @Override
  public boolean paused() {
    return paused;
  }

  /** Statements that need a server connection wait until {@link #resume}; what runs goes on. */
  public void pause() {
    paused = true;
  }

  public void resume() {
    paused = false;
    wakeWaiters();
  }

  /**
   * Reason that the server cannot be reached; null if it can, as far as is known. A server that
   * refuses one user or one database was reached.
   */
  public ServerError unreachable() {
    return direction.known() ? connections.unreachable() : missing.error();
  }

  @Override
  public boolean holdsBack() {
    return paused || !direction.known() || !answers;
  }

  /** Server connections that some session holds, or several share, to replicas too. */
  public int held() {
    return withReaders().stream()
        .flatMap(pools -> pools.loopPools().stream())
        .mapToInt(pool -> pool.counts().held() + pool.counts().shared())
        .sum();
  }

  /** Gives waiters what is free. */
  public void wakeWaiters() {
    pools.wakeWaiters();
  }

  @Override
  public Yielding room() {
    return yielding;
  }

  /** The pools by their keys. */
  KeyedPools keyed() {
    return pools;
  }

  /** These pools, and those for replicas. */
  public List<VdbPools> withReaders() {
    List<VdbPools> all = new ArrayList<>();
    all.add(this);
    if (!reader()) {
      all.addAll(readers.all());
    }
    return all;
  }

  public Collection<LoopPool> loopPools() {
    return pools.onLoops();
  }

  /** Closes every connection; for the end of the virtual database. */
  public void close() {
    if (!reader()) {
      readers.all().forEach(VdbPools::close);
    }
    paused = true;
    generation++;
    logins.close();
    loopPools().forEach(pool -> pool.onLoop(pool::closeAll));
  }
}
