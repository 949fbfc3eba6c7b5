package dev.heimdall.engine.session;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.analytics.QueryPatterns;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.caching.CachedReads;
import dev.heimdall.engine.caching.CachingClient;
import dev.heimdall.engine.catalog.DefinitionChanges;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.lease.ServerLease;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.lease.Stickiness;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.pipeline.RulesAndCatalogues;
import dev.heimdall.engine.pipeline.RunHistory;
import dev.heimdall.engine.placement.ReadingClient;
import dev.heimdall.engine.placement.ReplicaReads;
import dev.heimdall.engine.placement.RoutedStatement;
import dev.heimdall.engine.placement.WritingClient;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.PoolScope;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.engine.sharing.PipelineSharing;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.statement.LifecycleClient;
import dev.heimdall.engine.statement.SessionTraces;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ReplyEncoder;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A session as the parts see it that judge its statements and choose where they go. */
final class StatementPorts implements LifecycleClient, WritingClient, ReadingClient, CachingClient {
  private final Login login;
  private final Channel channel;
  private final VdbContext vdb;
  private final RequestFormat format;
  private final SessionState carried;
  private final PoolMetrics counters;
  private final ClientOutput output;
  private final SessionStart start;
  private final Consumer<PinReason> pin;
  private final Consumer<Throwable> failed;
  private final Listening listening;
  private final ClientTransaction transaction;
  private final Losses losses;
  private final LoopContext context;

  /** Null where the node traces no statements. */
  private final SessionTraces traces;

  private final CachedCounts cachedCounts;
  private final Executor loop;

  /** Who has asked last: one for all that is kept of its answers. */
  private Asker asker;

  // Made with this port, and therefore after it.
  private CachedReads cached;
  private ReplicaReads reads;
  private StatementLifecycle lifecycle;
  private ServerLease lease;
  private PendingReplies pending;
  private PipelineSharing sharing;
  private SessionEnd end;
  private RequestReader requests;
  private SentUnits sent;
  private SessionControl control;

  StatementPorts(
      Login login,
      Channel channel,
      VdbContext vdb,
      RequestFormat format,
      SessionState carried,
      PoolMetrics counters,
      ClientOutput output,
      SessionStart start,
      Consumer<PinReason> pin,
      Consumer<Throwable> failed,
      Listening listening,
      ClientTransaction transaction,
      Losses losses,
      SessionTraces traces,
      LoopContext context) {
    this.login = login;
    this.channel = channel;
    this.vdb = vdb;
    this.format = format;
    this.carried = carried;
    this.counters = counters;
    this.output = output;
    this.start = start;
    this.pin = pin;
    this.failed = failed;
    this.listening = listening;
    this.transaction = transaction;
    this.losses = losses;
    this.context = context;
    this.traces = traces;
    this.cachedCounts = new CachedCounts(counters);
    this.loop = task -> context.soon(task, failed);
  }

  /** Before anything is asked of it. */
  void connect(
      CachedReads cached,
      ReplicaReads reads,
      StatementLifecycle lifecycle,
      ServerLease lease,
      PendingReplies pending,
      PipelineSharing sharing,
      SessionEnd end,
      RequestReader requests,
      SentUnits sent,
      SessionControl control) {
    this.cached = cached;
    this.reads = reads;
    this.lifecycle = lifecycle;
    this.lease = lease;
    this.pending = pending;
    this.sharing = sharing;
    this.end = end;
    this.requests = requests;
    this.sent = sent;
    this.control = control;
  }

  @Override
  public ByteBufAllocator alloc() {
    return output.alloc();
  }

  @Override
  public boolean closed() {
    return lease.closed();
  }

  @Override
  public void write(ByteBuf consumed) {
    output.write(consumed);
  }

  @Override
  public void resumeReading() {
    requests.resume();
  }

  @Override
  public void failed(Throwable cause) {
    failed.accept(cause);
  }

  @Override
  public PoolKey poolKey() {
    return lease.destinations().home().key();
  }

  @Override
  public boolean keepsServer() {
    return lease.keepsServer();
  }

  @Override
  public void pin(PinReason reason) {
    pin.accept(reason);
  }

  @Override
  public void pinEnded() {
    if (lease.server() != null) {
      requests.handler().pinEnded(lease.server());
    }
    lease.settle();
  }

  @Override
  public String reportedTimeZone() {
    return start.reportedTimeZone();
  }

  @Override
  public String vdbName() {
    return vdb.name();
  }

  @Override
  public String user() {
    return login.user();
  }

  @Override
  public String database() {
    return lease.destinations().home().key().database();
  }

  @Override
  public String source() {
    return vdb.settings().vdb().source();
  }

  @Override
  public PoolMetrics counters() {
    return counters;
  }

  @Override
  public RulesAndCatalogues rulesAndCatalogues() {
    return vdb.rulesAndCatalogues();
  }

  @Override
  public DefinitionChanges definitions() {
    return vdb.definitions();
  }

  @Override
  public ServerConnection server() {
    return lease.server();
  }

  @Override
  public void fixedSettingUsed() {
    vdb.fixedSettingUsed();
  }

  @Override
  public boolean awaitsSettings() {
    return lease.awaitsSettings();
  }

  @Override
  public Stickiness stickiness() {
    return lease.stickiness();
  }

  @Override
  public boolean repeatsGuarded() {
    return sent.alone().guards();
  }

  @Override
  public void sending(boolean mayRepeat, boolean mayRunLater, boolean dropsNames) {
    sent.reads().statement(mayRepeat, mayRunLater, dropsNames);
  }

  @Override
  public void guardSequences(ServerConnection server, boolean known) {
    requests.handler().guardSequences(server, known);
  }

  @Override
  public boolean replays() {
    return sent.transaction().active();
  }

  @Override
  public void giveUpReplay(Unreplayed why) {
    sent.transaction().giveUp(why);
  }

  @Override
  public SessionFacts facts() {
    InetSocketAddress client = login.address();
    int port = channel.localAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
    return new SessionFacts(
        vdb.name(),
        database(),
        login.user(),
        login.groups(),
        carried.variables().get("application_name"),
        client == null ? null : client.getAddress(),
        port,
        start.processId());
  }

  @Override
  public int outstanding() {
    return pending.outstanding();
  }

  @Override
  public boolean sharing() {
    return sharing.active();
  }

  @Override
  public void statementSent() {
    cached.sent();
  }

  @Override
  public void statementDropped() {
    cached.dropped();
  }

  @Override
  public String takeHowShared() {
    return sharing.takeHow();
  }

  @Override
  public void ran(RunHistory of, long nanos, long bytes) {
    sharing.ran(of, nanos, true, bytes);
  }

  @Override
  public String noteDestination(Statement statement, PatternCounts counts) {
    return reads.note(statement, counts);
  }

  @Override
  public QueryPatterns patterns() {
    return vdb.patterns();
  }

  @Override
  public void limitUser(Decision decision) {
    decision
        .pool()
        .ifPresent(
            rule ->
                vdb.pools()
                    .limitUser(
                        lease.destinations().home().key().credential().user(),
                        rule.maxUserActive(),
                        rule.maxUserIdle()));
  }

  @Override
  public void timeOver() {
    control.timeOver();
  }

  @Override
  public VdbPools ownPools() {
    return vdb.pools();
  }

  @Override
  public PoolScope lender() {
    return lease.destinations().lender().scope();
  }

  @Override
  public LoopPool join(VdbPools pools, PoolKey key) {
    return lease.destinations().join(pools, key);
  }

  @Override
  public boolean away() {
    return reads.away();
  }

  @Override
  public boolean stale() {
    return reads.stale();
  }

  @Override
  public RoutedStatement next() {
    return lifecycle;
  }

  @Override
  public QueryCache cache() {
    return vdb.cache();
  }

  @Override
  public ClusterView view() {
    return vdb.pools().writes();
  }

  @Override
  public boolean standsAlone() {
    return transaction.status() == TransactionState.IDLE
        && !losses.transactionLost()
        && carried.autocommits();
  }

  @Override
  public Object asker(boolean shared) {
    PoolKey key = poolKey();
    Object who = shared ? key.database() : key;
    if (asker == null || !asker.is(who, carried.variables())) {
      asker = new Asker(who, carried.variables());
    }
    return asker;
  }

  @Override
  public long askerWeight() {
    return carried.variables().weight();
  }

  @Override
  public List<String> askerAnywhere(boolean shared) {
    PoolKey key = poolKey();
    List<String> asker = new ArrayList<>();
    asker.add(source());
    asker.add(key.database());
    asker.add(shared ? "" : key.credential().user());
    carried
        .variables()
        .asMap()
        .forEach(
            (name, value) -> {
              asker.add(name);
              asker.add(value);
            });
    return asker;
  }

  @Override
  public Executor loop() {
    return loop;
  }

  @Override
  public void resultDiffers(
      Decision decision,
      Collection<String> tables,
      Supplier<String> kept,
      Supplier<String> answered) {
    lifecycle.running().notes().resultDiffers(decision, tables, kept, answered);
  }

  @Override
  public void later(Runnable task, long nanos) {
    context.later(task, nanos, TimeUnit.NANOSECONDS, failed);
  }

  @Override
  public void counted(boolean hit) {
    long response = hit ? pending.responded() : 0;
    cachedCounts.looked(hit, vdb.cache(), lifecycle.normalised(), response);
    PatternCounts counts = hit ? lifecycle.counts() : null;
    if (counts != null) {
      counts.hit(context.now());
    }
    if (hit && traces != null) {
      traces.hit();
    }
  }

  @Override
  public void counted(Uncached reason) {
    cachedCounts.uncached(reason, vdb.cache(), lifecycle.normalised(), lifecycle.counts());
  }

  @Override
  public int standsAlone(int most, int statements) {
    return format.alone(requests.input().bytes(), most, statements);
  }

  @Override
  public ReplyEncoder encoder() {
    return output.encoder();
  }

  @Override
  public boolean undecidedListening() {
    return listening.undecided();
  }

  @Override
  public void notifies(ServerConnection server) {
    listening.sends(server, carried.sent());
  }

  @Override
  public void delayReplies(CompletableFuture<Void> until) {
    if (!lease.closed()) {
      output.delay().until(until);
    }
  }
}
