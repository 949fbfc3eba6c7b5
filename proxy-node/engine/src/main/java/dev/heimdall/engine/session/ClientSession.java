package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.LeaseUse;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.HandedClient;
import dev.heimdall.engine.client.HandedSession;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.client.Successor;
import dev.heimdall.engine.client.WaitReason;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.net.HandedSockets;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.session.lease.LeaseAudit;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.statement.SessionEvents;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;

/**
 * One client after its log-in: the callbacks of its channel, its pool, its server connection and
 * operators. The work is done by its parts, which know one another as far as they have to. All
 * methods but those that say otherwise belong to the thread of its event loop.
 */
public final class ClientSession extends ChannelInboundHandlerAdapter
    implements LoggedInSession, HandedSession {
  private final SessionEvents events;
  private final VdbContext vdb;
  private final LoopContext loop;
  private final Login login;
  private final Channel channel;
  private final SessionParts parts;
  private final long connectedAt;

  /** Null for one that has logged in here. */
  private final HandedState from;

  /** With the variables that the client asks for. */
  public ClientSession(
      NodeContext node,
      VdbContext vdb,
      SessionDialect dialect,
      LoopSessions sessions,
      Login login,
      StartupVariables asked,
      Channel channel) {
    this(node, vdb, dialect, sessions, login, asked, channel, null);
  }

  /**
   * For a client of another process.
   *
   * @param client who it is there
   * @param state what its session has there
   */
  public ClientSession(
      NodeContext node,
      VdbContext vdb,
      SessionDialect dialect,
      LoopSessions sessions,
      HandedClient client,
      StateReader state,
      Channel channel) {
    this(
        node,
        vdb,
        dialect,
        sessions,
        client.login(),
        client.given(),
        channel,
        new HandedState(client, state));
  }

  /** State of a session that another process has sent. */
  private record HandedState(HandedClient client, StateReader state) {}

  private ClientSession(
      NodeContext node,
      VdbContext vdb,
      SessionDialect dialect,
      LoopSessions sessions,
      Login login,
      StartupVariables asked,
      Channel channel,
      HandedState from) {
    this.from = from;
    this.connectedAt = from == null ? System.currentTimeMillis() : from.client().connectedAt();
    this.events = node.events();
    this.vdb = vdb;
    this.loop = sessions.context();
    this.login = login;
    this.channel = channel;
    this.parts = new SessionParts(this, node, vdb, dialect, sessions, login, asked, channel);
  }

  // ---- the client's channel

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    // Only from here on: who has not logged in is not waited for.
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    loop.beginEvent();
    try {
      if (from == null) {
        parts.start.begin();
      }
    } finally {
      loop.endEvent();
    }
  }

  /** The client has closed its sending half, or both: a write to it shows which. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent
        || event instanceof SslCloseCompletionEvent closed && closed.isSuccess()) {
      loop.inEvent(parts.control.last()::begin, this::failed);
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    loop.beginRead();
    parts.pending.active();
    ByteBuf bytes = (ByteBuf) message;
    parts.counters.bytesFromClient(bytes.readableBytes());
    parts.requests.received(bytes);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    loop.endRead();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (parts.output.takesMore()) {
      parts.lease.backpressure().resume();
    }
    if (parts.output.takesMore()) {
      parts.foreign.clientWritable();
      parts.requests.clientWritable();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      parts.end.close("client connection failed: " + cause.getMessage());
    } else {
      failed(cause);
    }
  }

  /** Code of the node's has thrown this while it worked for the session, which therefore ends. */
  @Override
  public void failed(Throwable cause) {
    events.failed(this, cause);
    parts.end.close("error in the node: " + cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (parts.lease.closed()) {
      return;
    }
    loop.beginEvent();
    try {
      parts.end.ended();
    } finally {
      loop.endEvent();
    }
  }

  // ---- between two processes

  @Override
  public void resume() {
    loop.beginEvent();
    try {
      parts.resume(from.client(), from.state());
    } catch (RuntimeException e) {
      parts.end.handOver("the client cannot go on here");
      throw e;
    } finally {
      loop.endEvent();
    }
  }

  @Override
  public void begin() {
    HandedSockets.wake(channel)
        .addListener(
            registered ->
                loop.inEvent(
                    () -> {
                      if (registered.isSuccess()) {
                        parts.begin();
                      } else {
                        parts.end.close("client connection failed: " + registered.cause());
                      }
                    },
                    this::failed));
  }

  @Override
  public void drop() {
    loop.inEvent(() -> parts.end.close("the client has ended at the process before"), this::failed);
  }

  @Override
  public void moveTo(Successor successor) {
    parts.departure.request(successor);
  }

  @Override
  public String obstacle() {
    return parts.departure.obstacle();
  }

  // ---- the pool's waiter

  @Override
  public Variables variables() {
    return parts.lease.destinations().variables();
  }

  @Override
  public boolean wouldShare() {
    return parts.sharing.refusedPlace();
  }

  @Override
  public long sharesFor(ServerConnection connection) {
    return parts.lease.destinations().mayShare() ? parts.sharing.waitsFor(connection) : -1;
  }

  @Override
  public boolean runsOn(ServerConnection connection) {
    return parts.sharing.runsOn(connection);
  }

  @Override
  public void placed(Lane lane) {
    parts.lease.placed(lane);
  }

  @Override
  public void acquired(ServerConnection connection) {
    parts.lease.acquired(connection);
  }

  @Override
  public void refused(ServerError error) {
    parts.lease.refused(error);
  }

  @Override
  public void writerLost() {
    parts.lease.writerLost();
  }

  @Override
  public void writerSilent() {
    parts.lease.waiting().writerSilent();
  }

  @Override
  public boolean waitsLong() {
    return parts.lease.waiting().isLong();
  }

  // ---- the owner of replies

  @Override
  public void reply(ServerConnection from, ByteBuf consumed) {
    parts.replies.reply(from, consumed);
  }

  @Override
  public void knownReply(ServerConnection from, byte kind) {
    parts.replies.knownReply(from, kind);
  }

  @Override
  public void queriesSkipped(ServerConnection from, int count) {
    parts.groups.queriesSkipped(from, count);
  }

  @Override
  public void statementFailed(int skipped) {
    parts.groups.statementFailed(skipped);
  }

  @Override
  public void copyInStarted(ServerConnection from, int ignoredSyncs) {
    parts.groups.copyInStarted(from, ignoredSyncs);
  }

  @Override
  public String inClientsNames(String text) {
    return parts.requests.handler().inClientsNames(text);
  }

  @Override
  public boolean takesNotifications() {
    return parts.lease.keepsServer(); // otherwise they come from the hub
  }

  @Override
  public int processIdFor(ServerConnection from) {
    return parts.start.processId();
  }

  @Override
  public int senderFor(int process) {
    return vdb.hubs().senders().of(process);
  }

  @Override
  public boolean endsApart(ServerConnection from, TransactionState status) {
    return parts.listening.hears() && parts.groups.delaysEnd(status);
  }

  @Override
  public void parameterChanged(ServerConnection from, String name, String value) {
    parts.carried.settings().reported(name, value);
    parts.resolution.reported(name);
    if (parts.sharing.active()) {
      parts.sharing.parameterChanged();
    }
  }

  @Override
  public void wrote(ServerConnection from, Position position) {
    parts.replies.wrote(position);
  }

  @Override
  public void affected(ServerConnection from, long rows) {
    parts.replies.affected(rows);
  }

  @Override
  public void atRest(ServerConnection from) {
    if (parts.lease.closed()) {
      quietDone(from);
    } else if (from == parts.lease.server()) {
      parts.requests.handler().atRest();
    }
  }

  @Override
  public ServerError writesRejected(ServerConnection from, ServerError error) {
    return parts.groups.writesRejected(from, error);
  }

  @Override
  public boolean absorbs(ServerConnection from, ServerError error) {
    return parts.groups.absorbs(from, error);
  }

  @Override
  public boolean takesBack(ServerConnection from, boolean whole) {
    return parts.groups.takesBack(from, whole);
  }

  @Override
  public void groupAbsorbed(ServerConnection from) {
    parts.groups.absorbed(from);
  }

  @Override
  public void groupComplete(ServerConnection from, TransactionState status, ServerError error) {
    parts.groups.complete(from, status, error);
  }

  @Override
  public boolean sharesPipeline() {
    return parts.sharing.active();
  }

  @Override
  public boolean mayFollow() {
    return parts.sharing.mayFollow();
  }

  @Override
  public void moveOn() {
    parts.sharing.moveOn();
  }

  @Override
  public boolean answeredElsewhere(ServerConnection from) {
    return parts.loss.answeredElsewhere(from);
  }

  @Override
  public void connectionLost(ServerConnection from, ServerError lastError) {
    parts.loss.lost(from, lastError);
  }

  @Override
  public LeaseUse use(ServerConnection held) {
    return new LeaseAudit(parts).use(held);
  }

  @Override
  public void serverWritable(ServerConnection from) {
    parts.requests.serverWritable();
  }

  // ---- from outside

  @Override
  public void cancelFromAnyThread(Runnable done) {
    parts.control.cancelFromAnyThread(done);
  }

  @Override
  public void killFromAnyThread(ServerError why) {
    parts.control.killFromAnyThread(why);
  }

  @Override
  public void drain(long nanos) {
    if (parts.start.isHereFor(nanos)) {
      parts.control.drain();
    }
  }

  @Override
  public void tick() {
    LoopContext.guarded(parts.control::tick, this::failed);
  }

  @Override
  public void endIfIdle(long nanos) {
    parts.control.endIfIdle(nanos);
  }

  @Override
  public void quietDone(ServerConnection from) {
    if (parts.lease.closed()) {
      parts.lease.abandonment().rest(from);
    }
  }

  @Override
  public PoolMetrics counters() {
    return parts.counters;
  }

  // ---- how it stands

  public LeaseState state() {
    return parts.lease.state();
  }

  public ServerConnection server() {
    return parts.lease.server();
  }

  /** True if its server connection was made for it, outside the pools. */
  public boolean dedicated() {
    return login.dedicated();
  }

  public LoopPool pool() {
    return parts.lease.destinations().home();
  }

  public boolean uses(LoopPool other) {
    return pool() == other;
  }

  /** True if it has a server connection of this pool, or, in its own, one that no pool lent it. */
  public boolean servedBy(LoopPool other) {
    return server() != null
        && (parts.lease.destinations().lender() == other || (uses(other) && !parts.reads.away()));
  }

  @Override
  public boolean inTransaction() {
    return parts.transaction.open();
  }

  /** True if the client waits for a reply. */
  public boolean busy() {
    return parts.pending.awaited() || parts.console.busy();
  }

  /** True if it is between the messages of a batch, and keeps a server connection for that. */
  public boolean amidBatch() {
    return parts.control.amidBatch();
  }

  /** Reason why its statement does not go on; null where it waits for its client. */
  public WaitReason waitsFor() {
    return parts.control.waitReason();
  }

  public String pinReason() {
    return parts.carried.pinReason() == null
        ? parts.lease.rulePins().reason()
        : parts.carried.pinReason();
  }

  /** The pattern of what runs, waits or was sent last, without values; null where none is known. */
  public String pattern() {
    return parts.lifecycle.pattern();
  }

  public int preparedCount() {
    return parts.carried.names().size();
  }

  /** Nanoseconds that the session has waited for a server connection, or 0. */
  public long waited() {
    return parts.lease.waiting().nanos();
  }

  /** Nanoseconds that a reply has waited for the client to accept any of it, or 0. */
  public long unread() {
    return parts.output.stalled().nanos(loop.nanoTime());
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
    return parts.start.processId();
  }

  @Override
  public String applicationName() {
    return parts.carried.application(parts.login());
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
    return parts.pending.statements();
  }

  @Override
  public long connectedAt() {
    return connectedAt;
  }

  @Override
  public long lastActivity() {
    return parts.pending.lastActivity();
  }

  /** user@database and address: what identifies a client in a log. */
  @Override
  public String toString() {
    return login.user() + "@" + login.database() + " " + login.address();
  }
}
