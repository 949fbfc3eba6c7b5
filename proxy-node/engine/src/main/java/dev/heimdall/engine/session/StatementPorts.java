package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.catalog.DefinitionChanges;
import dev.heimdall.engine.lease.Stickiness;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.pipeline.RulesAndCatalogues;
import dev.heimdall.engine.pipeline.RunHistory;
import dev.heimdall.engine.placement.ReadingClient;
import dev.heimdall.engine.placement.RoutedStatement;
import dev.heimdall.engine.placement.WritingClient;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.PoolScope;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.statement.LifecycleClient;
import dev.heimdall.engine.wire.ReplyEncoder;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.VirtualDatabase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A session as the parts see it that its statements go through: each by an interface of its own.
 */
final class StatementPorts implements LifecycleClient, WritingClient, ReadingClient, HandledClient {
  private final ClientSession session;

  StatementPorts(ClientSession session) {
    this.session = session;
  }

  @Override
  public ByteBufAllocator alloc() {
    return session.channel().alloc();
  }

  @Override
  public TransactionState status() {
    return session.status();
  }

  @Override
  public boolean closed() {
    return session.closed();
  }

  @Override
  public boolean connected() {
    return !session.closed() && session.channel().isActive();
  }

  @Override
  public void write(ByteBuf consumed) {
    session.write(consumed);
  }

  @Override
  public void resumeReading() {
    session.resumeReading();
  }

  @Override
  public void fatal(ServerError error) {
    session.fatal(error);
  }

  @Override
  public void failed(Throwable cause) {
    session.failed(cause);
  }

  @Override
  public PoolKey poolKey() {
    return session.pool().key();
  }

  @Override
  public boolean keepsServer() {
    return session.lease().keepsServer();
  }

  @Override
  public boolean pinned() {
    return session.carried().pinned();
  }

  @Override
  public void pin(PinReason reason) {
    session.pin(reason);
  }

  @Override
  public void settle() {
    session.lease().settle();
  }

  // ---- actions of rules

  @Override
  public Variables variables() {
    return session.carried().variables();
  }

  @Override
  public String reportedTimeZone() {
    return session.start().reportedTimeZone();
  }

  @Override
  public String vdbName() {
    return session.vdbName();
  }

  @Override
  public String user() {
    return session.login().user();
  }

  @Override
  public String database() {
    return session.pool().key().database();
  }

  @Override
  public String source() {
    return session.vdb().settings().vdb().source();
  }

  @Override
  public void wroteAnything() {
    session.writes().everything();
  }

  @Override
  public void writesAnythingUntil(CompletableFuture<?> end) {
    session.writes().everythingAfter(end);
  }

  // ---- statements that another engine carries out

  @Override
  public Duration queueTimeout() {
    return session.vdb().settings().vdb().pool().queueTimeout();
  }

  @Override
  public void replyElsewhere(ByteBuf consumed) {
    session.pendingReplies().replyElsewhere(consumed);
  }

  @Override
  public boolean takesMore() {
    return session.takesMore();
  }

  @Override
  public void callEnded() {
    batchEnded();
    session.resumeReading();
  }

  @Override
  public void batchEnded() {
    session.listening().deliver();
    if (session.control().drains()) {
      session.drain();
    }
  }

  @Override
  public boolean admits() {
    return session.lease().admits();
  }

  @Override
  public void sentElsewhere() {
    session.pendingReplies().sentElsewhere();
  }

  @Override
  public void answeredElsewhere(ServerError error) {
    session.pendingReplies().answeredElsewhere(error);
  }

  @Override
  public int preparedLimit() {
    return session.vdb().settings().vdb().prepared().perClient();
  }

  @Override
  public void refuseUnnamed() {
    session.memory().refuseUnnamed();
  }

  @Override
  public void protocolError(String message) {
    session.protocolError(message);
  }

  @Override
  public void terminate() {
    session.terminate();
  }

  // ---- how its statements are judged, and what is sent of them

  @Override
  public PoolMetrics counters() {
    return session.counters();
  }

  @Override
  public RulesAndCatalogues rulesAndCatalogues() {
    return session.vdb().rulesAndCatalogues();
  }

  @Override
  public DefinitionChanges definitions() {
    return session.vdb().definitions();
  }

  @Override
  public ServerConnection server() {
    return session.server();
  }

  @Override
  public void fixedSettingUsed() {
    session.vdb().fixedSettingUsed();
  }

  @Override
  public boolean awaitsSettings() {
    return session.lease().awaitsSettings();
  }

  @Override
  public Stickiness stickiness() {
    return session.lease().stickiness();
  }

  @Override
  public boolean repeatsGuarded() {
    return session.sentUnits().alone().guards();
  }

  @Override
  public void sending(boolean mayRepeat, boolean mayRunLater, boolean dropsNames) {
    session.sentUnits().reads().statement(mayRepeat, mayRunLater, dropsNames);
  }

  @Override
  public void guardSequences(ServerConnection server, boolean known) {
    session.requests().handler().guardSequences(server, known);
  }

  @Override
  public void giveUpReplay(Unreplayed why) {
    session.sentUnits().transaction().giveUp(why);
  }

  @Override
  public SessionFacts facts() {
    InetSocketAddress client = session.login().address();
    int port =
        session.channel().localAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
    return new SessionFacts(
        session.vdbName(),
        database(),
        session.login().user(),
        List.of(),
        session.applicationName(),
        client == null ? null : client.getAddress(),
        port,
        session.processId());
  }

  @Override
  public int outstanding() {
    return session.outstanding();
  }

  @Override
  public boolean sharing() {
    return session.sharing().active();
  }

  @Override
  public String takeHowShared() {
    return session.sharing().takeHow();
  }

  @Override
  public void ran(RunHistory of, long nanos, long bytes) {
    session.sharing().ran(of, nanos, true, bytes);
  }

  @Override
  public String noteDestination(Statement statement) {
    return session.reads().note(statement);
  }

  @Override
  public void limitUser(Decision decision) {
    decision
        .pool()
        .ifPresent(
            rule ->
                session
                    .vdb()
                    .pools()
                    .limitUser(
                        session.pool().key().credential().user(),
                        rule.maxUserActive(),
                        rule.maxUserIdle()));
  }

  @Override
  public void timeOver() {
    session.control().timeOver();
  }

  // ---- where its statements go, and what they write

  @Override
  public VdbPools ownPools() {
    return session.vdb().pools();
  }

  @Override
  public PoolScope lender() {
    return session.lease().destinations().lender().scope();
  }

  @Override
  public LoopPool join(VdbPools pools, PoolKey key) {
    return session.lease().destinations().join(pools, key);
  }

  @Override
  public boolean away() {
    return session.reads().away();
  }

  @Override
  public boolean endingAway() {
    return session.reads().ending();
  }

  @Override
  public RoutedStatement next() {
    return session.lifecycle();
  }

  @Override
  public int standsAlone(int most, int statements) {
    return session.dialect().requests().alone(session.requests().input().bytes(), most, statements);
  }

  @Override
  public ReplyEncoder encoder() {
    return session.encoder();
  }

  @Override
  public boolean undecidedListening() {
    return session.listening().undecided();
  }

  @Override
  public void notifies(ServerConnection server) {
    session.listening().sends(server, session.carried().sent());
  }

  @Override
  public void delayReplies(CompletableFuture<Void> until) {
    if (!session.closed()) {
      session.pendingReplies().delay().until(until);
    }
  }

  // ---- messages that are answered without a server, and others

  @Override
  public VirtualDatabase settings() {
    return session.vdb().settings().vdb();
  }

  @Override
  public boolean transactionLost() {
    return session.loss().transactionLost();
  }

  @Override
  public StatementOwner owner() {
    return session;
  }

  @Override
  public void groupSent() {
    session.groupSent();
  }

  // ---- simple queries

  @Override
  public void quietDone(ServerConnection from) {
    session.quietDone(from);
  }

  @Override
  public void promiseTag(String tag) {
    session.pendingReplies().promiseTag(tag);
  }

  @Override
  public void forgetLostTransaction() {
    session.loss().forgetUntold();
  }

  // ---- what handles the client's messages

  @Override
  public boolean mayShare() {
    return session.sharing().enabled();
  }

  @Override
  public boolean led() {
    return session.vdb().pools().led();
  }

  @Override
  public void cancel() {
    session.control().cancelFromAnyThread(() -> {});
  }

  @Override
  public long schemaEpoch() {
    return session.vdb().schemaEpoch();
  }

  @Override
  public void schemaChanged() {
    session.vdb().schemaChanged(database());
  }

  @Override
  public void sequenceComputed() {
    session.vdb().sequenceComputed();
  }
}
