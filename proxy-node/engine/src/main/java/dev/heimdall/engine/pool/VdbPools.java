package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.Ending;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.prepared.StatementBounds;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.FailoverSettings;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The pools of one virtual database on all event loops, with what limits them together. */
public final class VdbPools implements PoolScope, SharedPool.Siblings {
  /** How long a server waits for the users of a database to go, and a little more. */
  private static final Duration FREEING = Duration.ofSeconds(6);

  /** Within this time a loop reads what is there. */
  private static final long ONE_TURN_MILLIS = 10;

  private final String vdb;
  private final Connector connector;
  private final PoolEvents events;
  private final PoolLimits limits;
  private final Map<PoolKey, SharedPool> pools = new ConcurrentHashMap<>();

  /** Databases that are to have no users, and until when, by {@link System#nanoTime}. */
  private final Map<String, Long> freed = new ConcurrentHashMap<>();

  private final Neighbours neighbours;
  private final Yielding yielding;
  private final VdbConnector connections;
  private final LoginChecks logins;

  /** Those for the replicas of its cluster; null where they are for a replica themselves. */
  private final ReaderPools readers;

  private volatile PoolPlan plan;
  private final LongSupplier clock;
  private volatile PoolTarget direction;
  private volatile WriterWatch watch;
  private volatile boolean paused;

  private final ServerSilence silence = new ServerSilence();

  private volatile long generation;

  /** When a replica was asked what it answered last, by {@link System#nanoTime}. */
  private volatile long answeredAt;

  /** Whether there is a replica that answers; a writer's pools do not ask. */
  private volatile boolean answers = true;

  public VdbPools(String vdb, Connector connector, PoolEvents events, PoolPlan plan) {
    this(vdb, connector, events, plan, System::nanoTime);
  }

  /**
   * @param neighbours whose idle connections make room where a server takes no more
   */
  public VdbPools(
      String vdb, Connector connector, PoolEvents events, PoolPlan plan, Neighbours neighbours) {
    this(vdb, connector, events, plan, System::nanoTime, neighbours, false);
  }

  /**
   * @param clock that of the loops
   */
  public VdbPools(
      String vdb, Connector connector, PoolEvents events, PoolPlan plan, LongSupplier clock) {
    this(vdb, connector, events, plan, clock, Neighbours.none(), false);
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
    this.connections = new VdbConnector(this, connector);
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

  /** Where connections lead; the first of the source's where nobody has said which one that is. */
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

  /** What the server decides on log-ins of clients. */
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

  /** The same for a connection that keeps so many statements at most. */
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
   * The pools of a replica that decides on log-ins while there is no writer, as it has all that the
   * last one had; null where there is a writer, or no such replica.
   */
  public VdbPools standIn() {
    WriterWatch by = watch;
    return by == null || reader() || direction.known()
        ? null
        : by.view().completeReplica().map(readers::at).orElse(null);
  }

  /** Whether connections follow the writer of a cluster. */
  public boolean led() {
    return direction.led();
  }

  /** Whether a server is the writer by its last answer, and allowed writes then. */
  boolean takesWrites(PoolTarget to) {
    WriterWatch by = watch;
    return to.led()
        && by != null
        && by.view()
            .topology()
            .writer()
            .filter(node -> node.state() == NodeState.UP && node.address().equals(to.server()))
            .isPresent();
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
   * What all connections to a server of its cluster say of whether that is silent. What has come
   * before this call has been read by then: loops may be behind.
   *
   * @param late after how many nanoseconds a reply ought to be there
   */
  public CompletableFuture<Quiet> quiet(ServerAddress server, long late) {
    return Quiet.ofAll(
        withReaders().stream()
            .filter(pools -> pools.clusterServer().equals(Optional.of(server)))
            .flatMap(pools -> pools.loopPools().stream())
            .filter(pool -> pool.counts().all() > 0)
            .map(pool -> quiet(pool, late)));
  }

  private static CompletableFuture<Quiet> quiet(LoopPool pool, long late) {
    CompletableFuture<Quiet> answer = new CompletableFuture<>();
    pool.context()
        .later(
            () -> answer.complete(pool.quiet(late)),
            ONE_TURN_MILLIS,
            TimeUnit.MILLISECONDS,
            answer::completeExceptionally);
    return answer;
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
      ServerError error = ServerError.error("08006", "the replica cannot be used: " + why);
      loopPools().forEach(pool -> pool.onLoop(() -> pool.lost(error)));
    }
  }

  /** What runs comes to its end; nothing else is to. */
  synchronized void retire(String why) {
    generation++;
    ServerError error = ServerError.error("08006", "the replica is not used any more: " + why);
    loopPools().forEach(pool -> pool.onLoop(() -> pool.retire(error)));
  }

  @Override
  public WriterWatch watch() {
    return watch;
  }

  /**
   * Tells where connections go from now on. Those to another server are closed at once, whoever
   * uses them: it is not the writer any more. While there is none, statements that need one wait.
   *
   * @param replaced whether it is another server than so far although its name may be the same
   */
  public void lead(Optional<ServerAddress> writer, boolean replaced) {
    lead(writer, replaced, WriterFence.OFF);
  }

  /**
   * The same of a writer that takes no writes from some moment on.
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

  /** Whether nothing is to be sent to a server: it is fenced, or not the writer any more. */
  boolean bars(ServerAddress server) {
    return direction.bars(server, clock.getAsLong());
  }

  /**
   * A loop has found that a server is barred. Whoever watches the cluster may be late to say so:
   * this node may have stood still.
   */
  void barred() {
    if (direction.fence().over(clock.getAsLong())) {
      PoolTarget now = direction;
      if (now.known()) {
        lead(Optional.empty(), false, now.fence().shut());
      }
    }
  }

  /** Closes all connections that were made before now, whoever uses them. */
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

  /**
   * What a read is told that neither a writer nor a replica answers.
   *
   * @param detail why no replica does, in a sentence
   */
  public ServerError withoutWriter(String detail) {
    return noWriter().withDetail(detail);
  }

  @Override
  public ServerError noWriter() {
    WriterWatch by = watch;
    if (by == null) {
      return PoolTarget.NO_WRITER;
    }
    Topology topology = by.view().topology();
    if (topology.has(NodeState.FENCED)) {
      return PoolTarget.FENCED;
    }
    if (topology.has(NodeState.REFUTED)) {
      return PoolTarget.SEVERAL_WRITERS;
    }
    return topology.global().handover().map(PoolTarget::during).orElse(PoolTarget.NO_WRITER);
  }

  @Override
  public ServerError noRoomWithoutWriter() {
    FailoverSettings settings = plan.source().cluster().failover();
    int waiting = loopPools().stream().mapToInt(p -> p.counts().waiting()).sum();
    if (!settings.queueTimeout().isZero() && waiting < settings.maxQueue()) {
      return null;
    }
    return noWriter()
        .withDetail(
            "cluster.failover.maxQueue is " + settings.maxQueue() + " and as many wait already.");
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
    pools.values().forEach(pool -> pool.limit().max(next.settings().size()));
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
   * @param idle those of them that nobody uses; empty to leave that as it is
   */
  public void limitUser(String user, Optional<Integer> connections, Optional<Integer> idle) {
    if (!reader()) {
      readers.all().forEach(replica -> replica.limitUser(user, connections, idle));
    }
    OptionalInt above = limits.rule(user, connections, idle);
    if (above.isPresent()) {
      closeIdle(user, above.getAsInt());
      wakeWaiters();
    }
  }

  /** Closes so many of a user's connections that nobody uses, as far as there are any. */
  private void closeIdle(String user, int most) {
    int left = most;
    for (LoopPool pool : loopPools()) {
      if (left > 0 && pool.key().credential().user().equals(user)) {
        int here = Math.min(left, pool.counts().idle());
        left -= here;
        pool.onLoop(() -> pool.closeIdle(here, "a rule lets its user have fewer"));
      }
    }
  }

  @Override
  public boolean mayIdle(String user) {
    if (limits.aboveRule(user)) {
      return false;
    }
    Integer most = limits.mostIdle(user);
    return most == null
        || loopPools().stream()
                .filter(pool -> pool.key().credential().user().equals(user))
                .mapToInt(p -> p.counts().idle())
                .sum()
            < most;
  }

  /**
   * The pool for this key on this loop; call on the loop. It stays until everyone who has joined it
   * has left it and its last connection is closed.
   */
  public LoopPool join(PoolKey key, LoopContext context) {
    SharedPool shared =
        pools.compute(
            key,
            (k, known) -> {
              SharedPool pool = known == null ? make(k) : known;
              pool.joined();
              return pool;
            });
    return shared.on(context);
  }

  private SharedPool make(PoolKey key) {
    return new SharedPool(
        this,
        this,
        key,
        new Limit(plan.settings().size()),
        limits.ofUser(key),
        limits.ofDatabase(key));
  }

  /** Whoever has joined the pool no longer asks it for connections, but may give one back. */
  public void leave(LoopPool pool) {
    pools.computeIfPresent(
        pool.key(),
        (key, shared) -> {
          boolean unused = shared.left();
          if (!unused && toBeFree(key.database())) {
            shared.freed();
          } else if (!unused) {
            shared.renewIfFreed();
          }
          return unused ? gone(key) : shared;
        });
  }

  @Override
  public void forgetUnused(PoolKey key) {
    pools.computeIfPresent(key, (k, shared) -> shared.unused() ? gone(k) : shared);
  }

  private SharedPool gone(PoolKey key) {
    limits.left(key);
    return null;
  }

  @Override
  public Limit total() {
    return limits.total();
  }

  @Override
  public long generation() {
    return generation;
  }

  /**
   * Server connections made before now are closed as soon as nobody uses them.
   *
   * @return done when those in nobody's use are closed
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

  /** Connections of one role that were made before now serve nobody else, on replicas neither. */
  void renew(PoolKey key) {
    withReaders()
        .forEach(each -> Optional.ofNullable(each.pools.get(key)).ifPresent(SharedPool::renew));
  }

  /**
   * The servers' sessions may begin with other settings from now on: connections that were made
   * before serve nobody else, on replicas neither, and roles are looked at again. Never blocks.
   */
  public void renew() {
    logins.doubtAll();
    withReaders().forEach(each -> each.pools.values().forEach(SharedPool::renew));
  }

  /**
   * Closes the connections to a database that no client is logged in to, and those of pools with
   * clients when the last of them leaves, also of pools that come in the next seconds: the server
   * waits for so long for a database to have no users. Never blocks.
   */
  public void free(String database) {
    for (VdbPools each : withReaders()) {
      each.toBeFree(database);
      each.freed.put(database, System.nanoTime() + FREEING.toNanos());
      each.pools.forEach(
          (key, shared) -> {
            if (key.database().equals(database)) {
              each.pools.computeIfPresent(
                  key,
                  (k, pool) -> {
                    pool.freed();
                    return pool;
                  });
            }
          });
    }
  }

  /** Whether a database is to have no users now. */
  private boolean toBeFree(String database) {
    if (freed.isEmpty()) {
      return false;
    }
    freed.values().removeIf(until -> until - System.nanoTime() < 0);
    return freed.containsKey(database);
  }

  /** Closes an idle connection, of this pool if it has one; says whether there was any. */
  boolean makeRoom(PoolKey key) {
    return yielding.makeRoomForLogIn(key);
  }

  /** Whether this pool has connections, and all of them are in use. */
  boolean allInUse(PoolKey key) {
    SharedPool shared = pools.get(key);
    return shared != null && shared.allInUse();
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
   * Why the server cannot be reached, or null when it can as far as is known. A server that refuses
   * one user or one database was reached.
   */
  public ServerError unreachable() {
    return direction.known() ? connections.unreachable() : noWriter();
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

  @Override
  public void wakeWaiters() {
    for (SharedPool pool : pools.values()) {
      pool.wakeWaiters();
    }
  }

  @Override
  public void closePrepared() {
    yielding.toSameServer().forEach(SharedPool::closePrepared);
  }

  @Override
  public void yieldPrepared(LoopContext here, boolean heldToo, boolean elsewhere) {
    yielding.toSameServer().forEach(pool -> pool.yieldPrepared(here, heldToo, elsewhere));
  }

  @Override
  public boolean serverNearlyFull() {
    return yielding.serverNearlyFull();
  }

  @Override
  public void makeRoomFor(LoopPool asking) {
    yielding.makeRoomFor(asking);
  }

  @Override
  public void evictIdleExcept(LoopPool asking, Limit full) {
    yielding.makeRoomUnder(full, asking);
  }

  /** The pool of this key; null where there is none. */
  SharedPool known(PoolKey key) {
    return pools.get(key);
  }

  /** The pools of all keys. */
  Collection<SharedPool> shared() {
    return pools.values();
  }

  /** A connection is about to be made to a server; {@link #left} has to follow. */
  ServerLoad entering(DataSource server) {
    ServerLoad load = neighbours.entering(server.hosts().get(0));
    limited(load);
    return load;
  }

  /** A connection to a server has ended, or was not made. */
  void left(DataSource server) {
    neighbours.left(server.hosts().get(0));
  }

  /** The server may have reported another limit, or other nodes share it. */
  void limited(ServerLoad load) {
    if (load.limit() > 0) {
      limits.ofServer(load.limit(), neighbours.nodes());
    }
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
    List<LoopPool> all = new ArrayList<>();
    pools.values().forEach(shared -> all.addAll(shared.all()));
    return all;
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
