package dev.heimdall.engine.pool;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.Ending;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.FailoverSettings;
import dev.heimdall.model.PipeliningSettings;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.ServerAddress;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The pools of one virtual database on all event loops, with what limits them together. */
public final class VdbPools {
  /** What a statement is told that waited for a writer in vain. */
  static final ServerError NO_WRITER =
      ServerError.error("57P03", "no server of the cluster says that it is the writer")
          .withHint("It can be tried again; SHOW NODES tells what is known of the servers.");

  private final String vdb;
  private final Connector connector;
  private final PoolEvents events;
  private final PoolLimits limits;
  private final Map<PoolKey, SharedPool> pools = new ConcurrentHashMap<>();

  private final Openings openings;
  private final LoginChecks logins;

  /** Those for the replicas of its cluster; null where they are for a replica themselves. */
  private final ReaderPools readers;

  private volatile Plan plan;
  private volatile Direction direction;
  private volatile WriterWatch watch;
  private volatile boolean paused;
  private volatile long generation;

  /** When a replica was asked what it answered last, by {@link System#nanoTime}. */
  private volatile long answeredAt = System.nanoTime();

  /** Whether there is a replica that answers; a writer's pools do not ask. */
  private volatile boolean answers = true;

  /**
   * Where to connect and how many; replaced as a whole when the configuration changes.
   *
   * @param own as whom the source itself says to log in, if it does
   */
  public record Plan(
      DataSource source,
      Optional<ServerCredential> own,
      SslContext tls,
      PoolSettings settings,
      PipeliningSettings pipelining,
      int preparedLimit,
      Map<String, Integer> userLimits) {
    Plan at(ServerAddress server) {
      return new Plan(source.at(server), own, tls, settings, pipelining, preparedLimit, userLimits);
    }
  }

  public VdbPools(String vdb, Connector connector, PoolEvents events, Plan plan) {
    this(vdb, connector, events, plan, false);
  }

  private VdbPools(String vdb, Connector connector, PoolEvents events, Plan plan, boolean reader) {
    this.vdb = vdb;
    this.connector = connector;
    this.events = events;
    this.plan = plan;
    this.readers = reader ? null : new ReaderPools(this::reader);
    this.direction = Direction.of(plan.source());
    this.limits = new PoolLimits(plan);
    this.openings = new Openings(this, connector);
    this.logins = new LoginChecks(this, connector);
  }

  private VdbPools reader(ServerAddress server) {
    VdbPools pools = new VdbPools(vdb, connector, events, plan.at(server), true);
    pools.watch = watch;
    return pools;
  }

  public String vdb() {
    return vdb;
  }

  /** The pools for the replicas of its cluster; null where these are for one of them. */
  public ReaderPools readers() {
    return readers;
  }

  /** The server of a cluster that connections go to, or went to last; empty for no cluster. */
  public Optional<ServerAddress> clusterServer() {
    return reader()
        ? Optional.of(plan.source().hosts().get(0))
        : Optional.ofNullable(direction.server());
  }

  /** Whether these pools are for one replica of a cluster. */
  boolean reader() {
    return readers == null;
  }

  public Plan plan() {
    return plan;
  }

  /** What the server decides on log-ins of clients. */
  public LoginChecks logins() {
    return logins;
  }

  PoolEvents events() {
    return events;
  }

  /** An audit has found this. */
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
      int preparedLimit,
      ServerConnection.Listener listener,
      ServerConnector.Handler handler) {
    openings.connect(context, key, parameters, preparedLimit, listener, handler, false);
  }

  /** Makes a connection for a pool, which has counted it. */
  void connectPooled(
      LoopContext context,
      PoolKey key,
      Map<String, String> parameters,
      int preparedLimit,
      ServerConnection.Listener listener,
      ServerConnector.Handler handler) {
    openings.connect(context, key, parameters, preparedLimit, listener, handler, true);
  }

  /** A connection made by {@link #connect} has ended; told by its listener. */
  public void closed(ServerConnection connection) {
    openings.closed(connection);
    events.closed(vdb, connection);
    if (connection.ending().side() == Ending.Side.SERVER) {
      suspect(connection.target().source(), connection.ending().reason());
    }
  }

  // ---- the server that connections go to

  Direction direction() {
    return direction;
  }

  /**
   * The data source as if it were just the server that connections go to; null while that is not
   * known.
   */
  public DataSource server() {
    return direction.source();
  }

  /** Whether connections follow the writer of a cluster. */
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
  }

  /**
   * Whether a connection was made before its server answered last; a writer's always may be used.
   */
  boolean ripe(ServerConnection connection) {
    return !reader() || answers && answeredAt - connection.createdAt() > 0;
  }

  /** The replica has answered what it was asked at this time. */
  void answered(long at) {
    answeredAt = at;
    answers = true;
    for (LoopPool pool : loopPools()) {
      if (pool.counts().ripening() > 0) {
        pool.onLoop(pool::ripened);
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

  /** Who tells where connections go; null where nobody does. */
  public WriterWatch watch() {
    return watch;
  }

  /**
   * Tells where connections go from now on. Those to another server are closed at once, whoever
   * uses them: it is not the writer any more. While there is none, statements that need one wait.
   *
   * @param replaced whether it is another server than so far although its name may be the same
   */
  public synchronized void lead(Optional<ServerAddress> writer, boolean replaced) {
    Direction before = direction;
    if (!before.led()) {
      return;
    }
    if (writer.isEmpty()) {
      direction = before.known() ? before.nobody() : before;
      return;
    }
    boolean same = writer.get().equals(before.server()) && !replaced;
    if (same && before.known()) {
      return;
    }
    direction = before.to(plan.source(), writer.get());
    if (!same && before.server() != null) {
      abandon();
    }
    loopPools().forEach(pool -> pool.onLoop(pool::directed));
  }

  /** Closes all connections that were made before now, whoever uses them. */
  private void abandon() {
    generation++;
    logins.doubtAll();
    loopPools().forEach(pool -> pool.onLoop(pool::abandonRetired));
    openings.moved();
  }

  /** Another server answers by the name that connections go to. */
  synchronized void replaced() {
    abandon();
  }

  /** A server has shown that it is not what it is taken for. */
  public void suspect(ServerConnection connection, String why) {
    suspect(connection.target().source(), why);
  }

  void suspect(DataSource server, String why) {
    WriterWatch by = watch;
    if (by != null && (direction.led() || reader())) {
      by.suspect(server.hosts().get(0), why);
    }
  }

  /** Whether there is a server to connect to. */
  boolean directed() {
    return direction.known();
  }

  /** Whether the server to connect to is known only since less than so long. */
  boolean directedWithin(Duration time, long now) {
    Direction to = direction;
    return to.led() && now - to.since() <= time.toNanos();
  }

  /** Why one more statement cannot wait for a writer; null when it can. */
  ServerError noRoomWithoutWriter() {
    FailoverSettings settings = plan.source().cluster().failover();
    int waiting = loopPools().stream().mapToInt(p -> p.counts().waiting()).sum();
    if (!settings.queueTimeout().isZero() && waiting < settings.maxQueue()) {
      return null;
    }
    return NO_WRITER.withDetail(
        "cluster.failover.maxQueue is " + settings.maxQueue() + " and as many wait already.");
  }

  /** How long a statement waits for a server that cannot be reached, or is not known. */
  Duration patience() {
    DataSource source = plan.source();
    return direction.led() ? source.cluster().failover().queueTimeout() : source.connectTimeout();
  }

  /** Takes a new plan; connections of another source are replaced as they come back. */
  public synchronized void update(Plan next) {
    boolean moved =
        !next.source().equals(plan.source()) || next.preparedLimit() != plan.preparedLimit();
    plan = next;
    direction = direction.by(next.source());
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

  /** Whether one more connection of this user may stay although nobody uses it. */
  boolean mayIdle(String user) {
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
        this, key, new Limit(plan.settings().size()), limits.ofUser(key), limits.ofDatabase(key));
  }

  /** Whoever has joined the pool no longer asks it for connections, but may give one back. */
  public void leave(LoopPool pool) {
    pools.computeIfPresent(pool.key(), (key, shared) -> shared.left() ? gone(key) : shared);
  }

  /** A pool may have closed its last connection. */
  void forgetUnused(PoolKey key) {
    pools.computeIfPresent(key, (k, shared) -> shared.unused() ? gone(k) : shared);
  }

  private SharedPool gone(PoolKey key) {
    limits.left(key);
    return null;
  }

  Limit total() {
    return limits.total();
  }

  long generation() {
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

  /** Closes an idle connection of this pool; says whether there was one. */
  boolean makeRoom(PoolKey key) {
    SharedPool shared = pools.get(key);
    return shared != null && shared.closeOneIdle();
  }

  /** Whether this pool has connections, and all of them are in use. */
  boolean allInUse(PoolKey key) {
    SharedPool shared = pools.get(key);
    return shared != null && shared.allInUse();
  }

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
    return direction.known() ? openings.unreachable() : NO_WRITER;
  }

  /** Whether nobody gets a server connection now: paused, or there is no server to go to. */
  boolean holdsBack() {
    return paused || !direction.known() || !answers;
  }

  /** Server connections that some session holds, or several share, to replicas too. */
  public int held() {
    return withReaders().stream()
        .flatMap(pools -> pools.loopPools().stream())
        .mapToInt(pool -> pool.counts().held() + pool.counts().shared())
        .sum();
  }

  /** Something became free that waiters of any pool here may want. */
  void wakeWaiters() {
    for (SharedPool pool : pools.values()) {
      pool.wakeWaiters();
    }
  }

  /**
   * Closes one idle connection of another pool under the same limit, of this loop if there is one.
   * The room is there when it has closed; waiters are woken then.
   */
  void evictIdleExcept(LoopPool asking, Limit full) {
    LoopPool elsewhere = null;
    for (SharedPool shared : pools.values()) {
      if (shared.key().equals(asking.key()) || !shared.isUnder(full)) {
        continue;
      }
      LoopPool here = shared.existing(asking.context());
      if (here != null && here.counts().idle() > 0) {
        here.closeOldestIdle();
        return;
      }
      LoopPool other = elsewhere == null ? shared.shares().richestWithIdle(asking) : null;
      elsewhere = other == null ? elsewhere : other;
    }
    if (elsewhere != null) {
      elsewhere.onLoop(elsewhere::closeOldestIdle);
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
