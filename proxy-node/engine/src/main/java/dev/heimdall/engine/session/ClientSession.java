package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.LeaseUse;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.console.ConsoleCommands;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.lease.ServerLease;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.placement.ReplicaReads;
import dev.heimdall.engine.placement.Writes;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LaneUser;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.sharing.PipelineSharing;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.statement.ObservedSession;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.statement.StatementNotes;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ReplyEncoder;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;

/**
 * One client after its log-in: the callbacks of its channel, its pool, its server connection and
 * operators. The work is done by the parts that it is made of. All methods but those that say
 * otherwise belong to the thread of its event loop.
 */
public final class ClientSession extends ChannelInboundHandlerAdapter
    implements ObservedSession, LaneUser, Waiter, LoopContext.Flushable, StatementOwner {

  private final NodeContext node;
  private final VdbContext vdb;
  private final SessionDialect dialect;
  private final LoopContext loop;
  private final Login login;
  private final Channel channel;
  private final PoolMetrics counters;
  private final SessionPorts ports = new SessionPorts(this);
  private final SessionMemory memory;
  private final StatementPorts statementPorts = new StatementPorts(this);
  private final SessionState carried;
  private final NameResolution resolution;
  private final SessionStart start;
  private final SessionEnd end;
  private final ClientTransaction transaction;
  private final StatementLifecycle lifecycle;
  private final ServerLease lease;
  private final PendingReplies pendingReplies;
  private final PipelineSharing sharing;
  private final ReplicaReads reads;
  private final Writes writes;
  private final ConnectionLoss loss;
  private final SessionControl control;
  private final ConsoleCommands console;
  private final Listening listening;
  private final ForeignCalls foreign;
  private final RequestReader requests;
  private final SentUnits sentUnits;
  private final long connectedAt = System.currentTimeMillis();

  private boolean flushPending;
  private long lastActivity;

  /**
   * @param asked the variables that the client asks for
   */
  public ClientSession(
      NodeContext node,
      VdbContext vdb,
      SessionDialect dialect,
      LoopSessions sessions,
      Login login,
      StartupVariables asked,
      Channel channel) {
    StartupVariables given = sessions.shared(asked);
    this.node = node;
    this.vdb = vdb;
    this.dialect = dialect;
    this.loop = sessions.context();
    this.login = login;
    this.channel = channel;
    this.counters = sessions.metrics().pool(vdb.name(), login.database(), login.user());
    this.memory = sessions.memory(this::fatal);
    this.listening = new Listening(ports, vdb.hubs(), loop);
    this.carried =
        new SessionState(
            dialect.settings(),
            given,
            sessions.statements(),
            channelName -> this.listening.unlisten(channelName));
    this.resolution =
        new NameResolution(
            new NameFacts(
                vdb.name(),
                carried,
                () -> pool().key(),
                this::server,
                () -> lifecycle().judges(),
                () -> lifecycle().namesMoved()),
            dialect.settings());
    this.start =
        new SessionStart(this, given, ports, node.access(), vdb.access(), loop, sessions.clients());
    this.end = new SessionEnd(this, loop);
    this.transaction = new ClientTransaction(counters);
    this.pendingReplies = new PendingReplies(this, loop, transaction);
    this.writes = new Writes(statementPorts, carried);
    this.reads =
        new ReplicaReads(
            statementPorts, carried, transaction, writes, counters, sessions.routers(), loop);
    this.lifecycle =
        new StatementLifecycle(
            statementPorts,
            new StatementNotes(
                this,
                node.events(),
                dialect.results(),
                () -> vdb.rulesAndCatalogues().rules().printsResults()),
            node.actions(),
            carried,
            transaction,
            reads,
            writes,
            sessions.pipelines(),
            sessions.classifier(),
            loop);
    this.loss = new ConnectionLoss(this, loop);
    ServerPorts servers = new ServerPorts(this);
    this.lease =
        new ServerLease(
            servers,
            loss,
            reads,
            carried,
            transaction,
            listening,
            resolution,
            vdb,
            loop,
            counters,
            node.connector());
    this.sharing =
        new PipelineSharing(
            servers,
            lifecycle,
            lease,
            reads,
            transaction,
            listening,
            dialect.errors(),
            vdb,
            loop,
            counters,
            node.connector());
    this.control = new SessionControl(this, loop);
    this.console = new ConsoleCommands(ports, node.console(), login, loop);
    this.foreign = new ForeignCalls(statementPorts, loop);
    this.requests = new RequestReader(this, loop, sessions, vdb.settings().vdb().limits());
    this.sentUnits = requests.sent();
    this.lastActivity = loop.now();
  }

  // ---- the client's channel

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    loop.beginEvent();
    try {
      start.begin();
    } finally {
      loop.endEvent();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    loop.beginEvent();
    lastActivity = loop.now();
    ByteBuf bytes = (ByteBuf) message;
    counters.bytesFromClient(bytes.readableBytes());
    requests.received(bytes);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    loop.endEvent();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (takesMore()) {
      lease.resumePaused();
    }
    if (takesMore()) {
      foreign.clientWritable();
      requests.clientWritable();
    }
  }

  void write(ByteBuf consumed) {
    pendingReplies.write(consumed);
  }

  /** Sends the client what nothing holds back any more. */
  void send(ByteBuf consumed) {
    channel.write(consumed, channel.voidPromise());
    if (!flushPending) {
      flushPending = true;
      loop.flushLater(this);
    }
  }

  @Override
  public void flushNow() {
    flushPending = false;
    channel.flush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      end.close("client connection failed: " + cause.getMessage());
    } else {
      failed(cause);
    }
  }

  /** Code of the node's has thrown this while it worked for the session, which therefore ends. */
  @Override
  public void failed(Throwable cause) {
    node.events().failed(this, cause);
    end.close("error in the node: " + cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (closed()) {
      return;
    }
    loop.beginEvent();
    try {
      end.ended();
    } finally {
      loop.endEvent();
    }
  }

  // ---- the end

  /** The client goes, politely or not. */
  void terminate() {
    end.close();
  }

  /** The client sent what the protocol does not allow: an error, and the end. */
  void protocolError(String message) {
    node.events().protocolError();
    end.fatal(ServerError.protocolViolation(message));
  }

  /** Sends a FATAL error and closes. */
  void fatal(ServerError error) {
    end.fatal(error);
  }

  // ---- the pool's waiter

  @Override
  public Variables variables() {
    return lease.destinations().variables();
  }

  @Override
  public boolean wouldShare() {
    return sharing.refusedPlace();
  }

  @Override
  public long sharesFor(ServerConnection connection) {
    return lease.destinations().mayShare() ? sharing.waitsFor(connection) : -1;
  }

  @Override
  public boolean runsOn(ServerConnection connection) {
    return sharing.runsOn(connection);
  }

  @Override
  public void placed(Lane lane) {
    lease.placed(lane);
  }

  @Override
  public void acquired(ServerConnection connection) {
    lease.acquired(connection);
  }

  @Override
  public void refused(ServerError error) {
    lease.refused(error);
  }

  @Override
  public boolean waitsLong() {
    return lease.waitsLong();
  }

  // ---- the owner of replies

  @Override
  public void reply(ServerConnection from, ByteBuf consumed) {
    pendingReplies.reply(from, consumed);
  }

  @Override
  public void knownReply(ServerConnection from, byte kind) {
    pendingReplies.knownReply(from, kind);
  }

  @Override
  public void queriesSkipped(ServerConnection from, int count) {
    pendingReplies.queriesSkipped(from, count);
  }

  @Override
  public void copyInStarted(ServerConnection from, int ignoredSyncs) {
    pendingReplies.copyInStarted(from, ignoredSyncs);
  }

  @Override
  public String inClientsNames(String text) {
    return requests.handler().inClientsNames(text);
  }

  @Override
  public boolean takesNotifications() {
    return lease.keepsServer(); // otherwise they come from the hub
  }

  @Override
  public int processIdFor(ServerConnection from) {
    return start.processId();
  }

  @Override
  public int senderFor(int process) {
    return vdb.hubs().senders().of(process);
  }

  @Override
  public boolean endsApart(ServerConnection from, TransactionState status) {
    return listening.hears() && pendingReplies.delaysEnd(status);
  }

  @Override
  public void parameterChanged(ServerConnection from, String name, String value) {
    carried.reported(name, value);
    resolution.reported(name);
    if (sharing.active()) {
      sharing.parameterChanged();
    }
  }

  @Override
  public boolean absorbs(ServerConnection from, ServerError error) {
    return pendingReplies.absorbs(from, error);
  }

  @Override
  public void groupAbsorbed(ServerConnection from) {
    pendingReplies.groupAbsorbed(from);
  }

  @Override
  public void groupComplete(ServerConnection from, TransactionState status, ServerError error) {
    pendingReplies.groupComplete(from, status, error);
  }

  @Override
  public boolean sharesPipeline() {
    return sharing.active();
  }

  @Override
  public boolean mayFollow() {
    return sharing.mayFollow();
  }

  @Override
  public void moveOn() {
    sharing.moveOn();
  }

  @Override
  public void connectionLost(ServerConnection from, ServerError lastError) {
    loss.lost(from, lastError);
  }

  @Override
  public LeaseUse use(ServerConnection held) {
    return lease.use(held);
  }

  @Override
  public void serverWritable(ServerConnection from) {
    requests.serverWritable();
  }

  // ---- from outside

  @Override
  public void cancelFromAnyThread(Runnable done) {
    control.cancelFromAnyThread(done);
  }

  @Override
  public void killFromAnyThread() {
    control.killFromAnyThread();
  }

  @Override
  public void drain() {
    control.drain();
  }

  @Override
  public void tick() {
    LoopContext.guarded(control::tick, this::failed);
  }

  @Override
  public void endIfIdle(long nanos) {
    control.endIfIdle(nanos);
  }

  // ---- what its parts do to it

  /** The client sent something or was answered; says when. */
  long active() {
    lastActivity = loop.now();
    return lastActivity;
  }

  /** A group of messages was sent that ReadyForQuery will answer. */
  void groupSent() {
    pendingReplies.groupSent();
  }

  /** What kept the client's statements waiting is over. */
  void resumeReading() {
    assert loop.inLoop();
    if (!closed()) {
      requests.process();
    }
  }

  /** A statement of the node's own was answered: it may have been all that a rest waited for. */
  @Override
  public void quietDone(ServerConnection from) {
    if (closed()) {
      lease.rest(from);
    }
  }

  void pin(PinReason reason) {
    carried.pin(reason);
    node.events().pinned(this, reason.label());
  }

  // ---- what it is made of

  NodeContext node() {
    return node;
  }

  /** What its client's protocol brings. */
  SessionDialect dialect() {
    return dialect;
  }

  /** How its client is told something by the node. */
  ReplyEncoder encoder() {
    return login.encoder();
  }

  VdbContext vdb() {
    return vdb;
  }

  Channel channel() {
    return channel;
  }

  SessionMemory memory() {
    return memory;
  }

  StatementPorts statementPorts() {
    return statementPorts;
  }

  SessionState carried() {
    return carried;
  }

  NameResolution resolution() {
    return resolution;
  }

  SessionStart start() {
    return start;
  }

  SessionEnd end() {
    return end;
  }

  ClientTransaction transaction() {
    return transaction;
  }

  ServerLease lease() {
    return lease;
  }

  PendingReplies pendingReplies() {
    return pendingReplies;
  }

  PipelineSharing sharing() {
    return sharing;
  }

  ReplicaReads reads() {
    return reads;
  }

  Writes writes() {
    return writes;
  }

  /** Whether the client takes more of what it is sent. */
  boolean takesMore() {
    return channel.isWritable() && !pendingReplies.delay().large();
  }

  ConnectionLoss loss() {
    return loss;
  }

  /** What its client has sent and is not settled. */
  SentUnits sentUnits() {
    return sentUnits;
  }

  SessionControl control() {
    return control;
  }

  ConsoleCommands console() {
    return console;
  }

  Listening listening() {
    return listening;
  }

  ForeignCalls foreign() {
    return foreign;
  }

  /** The statement at the reader's position. */
  StatementLifecycle lifecycle() {
    return lifecycle;
  }

  RequestReader requests() {
    return requests;
  }

  @Override
  public PoolMetrics counters() {
    return counters;
  }

  // ---- how it stands

  public LeaseState state() {
    return lease.state();
  }

  boolean closed() {
    return lease.state() == LeaseState.CLOSED;
  }

  public ServerConnection server() {
    return lease.server();
  }

  /** Whether its server connection was made for it, outside the pools. */
  public boolean dedicated() {
    return login.dedicated();
  }

  public LoopPool pool() {
    return lease.destinations().home();
  }

  public boolean uses(LoopPool other) {
    return pool() == other;
  }

  /** Whether it has a server connection of this pool, or, in its own, one that no pool lent it. */
  public boolean servedBy(LoopPool other) {
    return server() != null
        && (lease.destinations().lender() == other || (uses(other) && !reads.away()));
  }

  /** The transaction's status as ReadyForQuery has it. */
  TransactionState status() {
    return transaction.status();
  }

  @Override
  public boolean inTransaction() {
    return transaction.open();
  }

  int outstanding() {
    return pendingReplies.outstanding();
  }

  /** Whether the client waits for a reply. */
  public boolean busy() {
    return pendingReplies.outstanding() > 0 || (server() != null && server().flushed() > 0);
  }

  /** Whether a message that belongs to no statement may be put in here. */
  boolean betweenTransactions() {
    return !busy() && !inTransaction() && !requests.batchOpen() && !sentUnits.silent();
  }

  /** Whether an operator's command of this session is under way. */
  public boolean atConsole() {
    return console.busy();
  }

  public String pinReason() {
    return carried.pinReason() == null ? lease.stickiness().reason() : carried.pinReason();
  }

  public int preparedCount() {
    return carried.names().size();
  }

  /** Nanoseconds that the session has waited for a server connection, or 0. */
  public long waited() {
    return lease.waited();
  }

  // ---- the client for operators

  @Override
  public Login login() {
    return login;
  }

  @Override
  public String vdbName() {
    return vdb.name();
  }

  @Override
  public int processId() {
    return start.processId();
  }

  @Override
  public String applicationName() {
    return carried.variables().get("application_name");
  }

  @Override
  public String tlsProtocol() {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    return handler == null ? null : handler.engine().getSession().getProtocol();
  }

  @Override
  public int loopIndex() {
    return loop.index();
  }

  @Override
  public long statements() {
    return pendingReplies.statements();
  }

  @Override
  public long connectedAt() {
    return connectedAt;
  }

  @Override
  public long lastActivity() {
    return lastActivity;
  }

  /** user@database and address: what identifies a client in a log. */
  @Override
  public String toString() {
    return login.user() + "@" + login.database() + " " + login.address();
  }
}
