package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.CloseReason;
import dev.heimdall.engine.client.HandedClient;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.OtherSessions;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.journal.UnitContext;
import dev.heimdall.engine.journal.UnitFormat;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pipeline.QueryPath;
import dev.heimdall.engine.pool.LaneUser;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ReplicaChoice;
import dev.heimdall.engine.session.lease.RoutedStatement;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionProtocol;
import dev.heimdall.engine.session.lease.SessionStatements;
import dev.heimdall.engine.session.lease.SharedPlaces;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.sharing.PipelineSharing;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.state.Losses;
import dev.heimdall.engine.session.state.SessionMemory;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.SessionEvents;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.session.statement.StatementNotes;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.List;

/**
 * The parts of one session, put together. They know one another as far as they have to, and none of
 * them knows all: only the session itself has this, whose callbacks it hands on to them.
 */
final class SessionParts implements ServedSession {
  private final LoggedInSession session;
  private final Login login;
  private final Channel channel;
  private final VdbContext vdb;
  private final SessionEvents events;
  private final ServerConnector connector;
  private final LoopContext loop;
  private final RequestFormat format;
  private final ErrorCauses errors;
  private final SessionMemory memory;
  private final Losses losses;
  private final ClientInput input;
  private final CachedReads cached;
  private final Writes writes;
  private final LogInRenewal renewal;
  private final HeldInput held;
  private final QueryPath path;
  private final RequestHandler handler;
  final PoolMetrics counters;
  final SessionState carried;
  final NameResolution resolution;
  final SessionStart start;
  final SessionEnd end;
  final ClientTransaction transaction;
  final ClientOutput output;
  final StatementLifecycle lifecycle;
  private final NextStatement next;
  final ServerLease lease;
  final PendingReplies pending;
  final PipelineSharing sharing;
  final ReplicaReads reads;
  final ConnectionLoss loss;
  final SessionControl control;
  final ConsoleCommands console;
  final Listening listening;
  final ForeignCalls foreign;
  final RequestReader requests;
  final SentUnits sent;
  final ReplyStages replies;
  final ClientGroups groups;
  final Departure departure;

  /**
   * Each part is made of those before it; what it asks of a later one it asks the context for.
   *
   * @param session to whom callbacks come
   * @param asked the variables that the client asks for
   */
  SessionParts(
      LoggedInSession session,
      NodeContext node,
      VdbContext vdb,
      SessionDialect dialect,
      LoopSessions sessions,
      Login login,
      StartupVariables asked,
      Channel channel) {
    StartupVariables given = sessions.shared(asked);
    this.session = session;
    this.login = login;
    this.channel = channel;
    this.vdb = vdb;
    this.events = node.events();
    this.connector = node.connector();
    this.loop = sessions.context();
    this.format = dialect.requests();
    this.errors = dialect.errors();
    this.counters = sessions.metrics().pool(vdb.name(), login.database(), login.user());
    this.memory = sessions.memory(this::fatal);
    this.transaction = new ClientTransaction(counters);
    this.losses = new Losses(transaction, dialect.keepsFailedTransactions());
    this.output =
        new ClientOutput(channel, loop, login.encoder(), this::allPassed, session::failed);
    AccompaniedSession accompanied = new AccompaniedSession(this);
    this.listening = new Listening(accompanied, vdb.hubs(), loop);
    this.carried =
        new SessionState(
            dialect.settings(), given, sessions.statements(), this.listening::unlisten);
    this.resolution = new NameResolution(new NameFacts(this), dialect.settings());
    this.start =
        new SessionStart(
            session, given, accompanied, node.access(), vdb.access(), loop, sessions.clients());
    this.writes = new Writes(this);
    this.reads = new ReplicaReads(this, writes, sessions.routers());
    StatementNotes notes =
        new StatementNotes(
            session,
            events,
            dialect.results(),
            () -> vdb.rulesAndCatalogues().rules().printsResults());
    this.cached = new CachedReads(this, reads, notes::resultDiffers);
    this.lifecycle =
        new StatementLifecycle(
            this,
            notes,
            node.traces(sessions.classifier().dialect(), vdb.name()),
            node.actions(),
            reads,
            writes,
            cached,
            sessions.pipelines(),
            sessions.classifier());
    this.next = lifecycle.next();
    this.lease = new ServerLease(this, reads);
    this.pending = new PendingReplies(this);
    this.sharing = new PipelineSharing(this, lifecycle, reads);
    this.console = new ConsoleCommands(this, node.consoles().own());
    HandledClient handled = new HandledClient(this, session);
    this.foreign = new ForeignCalls(handled, loop);
    this.input = new ClientInput(this, format);
    ReadingPause reading = new ReadingPause(channel.config());
    this.end = new SessionEnd(this, input, lifecycle, events, this::cutsMessage, this::ended);
    this.requests = new RequestReader(this, reading);
    LossEffects effects = new LossEffects(this, lifecycle, input, end);
    WriterDestination destination = new WriterDestination(this, reads, sharing);
    this.sent =
        new SentUnits(
            new UnitContext(pending, requests, input, format, effects, loop, session::failed),
            errors,
            destination,
            carried.names(),
            dialect.replies(),
            this::deliver,
            vdb.settings().vdb().transactionReplay(),
            counters,
            channel.alloc());
    this.handler = dialect.handler(requestParts(handled, sessions, node));
    Forwarding forwarding =
        new Forwarding(this, format, input, handler, next, sharing, reads, destination, reading);
    this.path = new QueryPath(handler, forwarding);
    this.held = new HeldInput(this, input, handler, writes, lifecycle.running(), this::roomGiven);
    this.replies = new ReplyStages(this, lifecycle, sharing, writes, cached, handler);
    this.groups =
        new ClientGroups(this, requests, replies, lifecycle, sharing, reads, writes, effects);
    this.loss = new ConnectionLoss(this, effects, requests, lifecycle, sharing, reads, writes, end);
    this.control =
        new SessionControl(
            this, requests, lifecycle, sharing, reads, cached, foreign, console, end);
    this.departure = new Departure(this, session, given, end, control, reads, lifecycle, requests);
    this.renewal = new LogInRenewal(this, session, input, requests, end, control);
  }

  private RequestParts requestParts(
      HandledClient handled, LoopSessions sessions, NodeContext node) {
    return new RequestParts(
        handled,
        requests,
        input,
        lifecycle,
        carried,
        transaction,
        resolution,
        sent.alone(),
        sent.transaction(),
        writes,
        cached,
        lease.destinations(),
        foreign,
        listening,
        console,
        memory,
        sessions,
        new OtherSessions(node.access(), vdb.access(), loop, session),
        loop,
        vdb.settings().vdb().limits(),
        login.capabilities(),
        login.admin(),
        () -> vdb.rulesAndCatalogues().catalogues().current(lease.destinations().database()));
  }

  /**
   * The client comes from another process: all is made as it was there, and nothing is read yet.
   *
   * @throws UnreadableStateException if it cannot go on here
   */
  void resume(HandedClient client, StateReader state) {
    ServerError problem = start.resume(client.key(), client.reported());
    if (problem != null) {
      throw new UnreadableStateException(problem.message());
    }
    lease.become(LeaseState.READY);
    requests.become(RequestReader.Travel.BETWEEN);
    requests.holdReading();
    carried.settings().resume(Variables.of(state.texts()));
    memory.settings(carried.settings().weight());
    handler.read(state);
    byte[] waits = state.bytes();
    if (waits.length > 0) {
      input.add(Unpooled.wrappedBuffer(waits));
    }
    // What it has read and written there is older than all that is written from now on.
    writes.everythingBefore();
    for (VdbPools pools : vdb.allPools()) {
      if (pools != vdb.pools() && pools.writes() != null) {
        pools.writes().committed(List.of(), true);
      }
    }
  }

  /** The other process has let go of the client. */
  void begin() {
    if (!lease.closed()) {
      requests.become(RequestReader.Travel.HERE);
      requests.process();
    }
  }

  private void deliver(ByteBuf consumed) {
    replies.deliver(consumed);
  }

  private boolean cutsMessage(ServerConnection from) {
    return loss.cutsMessage(from);
  }

  /** Nothing of what was delayed waits any more. */
  private void allPassed() {
    lease.backpressure().resume();
    foreign.clientWritable();
    requests.clientWritable();
  }

  @Override
  public void fatal(ServerError error) {
    end.fatal(error);
  }

  /** All that the session has is given back. */
  private void ended(CloseReason reason) {
    boolean welcomed = lease.state() != LeaseState.STARTING;
    lease.become(LeaseState.CLOSED);
    departure.ended();
    requests.release();
    lifecycle.end();
    start.release();
    lease.leave();
    sent.transaction().end();
    carried.names().close();
    listening.end();
    memory.end();
    cached.end();
    console.cancel();
    output.delay().end();
    foreign.abandon();
    lease.backpressure().resume();
    if (welcomed) {
      events.closed(session, reason);
    }
    sharing.abandon();
    lease.abandon();
  }

  @Override
  public void pin(PinReason reason) {
    carried.pins().add(reason);
    events.pinned(session, reason.label());
  }

  /** Only now may its large statement go on. */
  private void roomGiven() {
    loop.soon(
        () -> {
          pending.active();
          requests.roomGiven();
        },
        session::failed);
  }

  // ---- what becomes of it

  @Override
  public void failed(Throwable cause) {
    session.failed(cause);
  }

  @Override
  public void timeOver() {
    control.timeOver();
  }

  @Override
  public boolean betweenTransactions() {
    return control.betweenTransactions();
  }

  @Override
  public boolean endAnnounced() {
    return end.announced();
  }

  @Override
  public boolean waits() {
    return requests.blocked()
        || console.busy()
        || foreign.busy()
        || lifecycle.held()
        || lifecycle.side().busy()
        || sent.transaction().active();
  }

  @Override
  public boolean endsDrained() {
    return control.endsDrained();
  }

  @Override
  public boolean drained() {
    if (!control.leaves()) {
      return false;
    }
    if (control.drains()) {
      control.drain();
      return true;
    }
    return departure.leaves();
  }

  // ---- what it is made of

  @Override
  public Login login() {
    return login;
  }

  @Override
  public Channel channel() {
    return channel;
  }

  @Override
  public LaneUser owner() {
    return session;
  }

  @Override
  public Waiter waiter() {
    return session;
  }

  @Override
  public VdbContext vdb() {
    return vdb;
  }

  @Override
  public LoopContext loop() {
    return loop;
  }

  @Override
  public PoolMetrics counters() {
    return counters;
  }

  @Override
  public ServerConnector connector() {
    return connector;
  }

  @Override
  public ErrorCauses errors() {
    return errors;
  }

  @Override
  public SessionMemory memory() {
    return memory;
  }

  @Override
  public ClientOutput output() {
    return output;
  }

  @Override
  public SessionStart start() {
    return start;
  }

  @Override
  public SessionState carried() {
    return carried;
  }

  @Override
  public ClientTransaction transaction() {
    return transaction;
  }

  @Override
  public Losses losses() {
    return losses;
  }

  @Override
  public Listening listening() {
    return listening;
  }

  @Override
  public NameResolution resolution() {
    return resolution;
  }

  @Override
  public UnitFormat format() {
    return format;
  }

  @Override
  public RequestFormat requestFormat() {
    return format;
  }

  @Override
  public ClientInput input() {
    return input;
  }

  @Override
  public ClientRequests requests() {
    return requests;
  }

  @Override
  public RequestReader reader() {
    return requests;
  }

  @Override
  public QueryPath path() {
    return path;
  }

  @Override
  public HeldInput held() {
    return held;
  }

  @Override
  public SessionProtocol protocol() {
    return handler;
  }

  @Override
  public RequestHandler handler() {
    return handler;
  }

  @Override
  public RoutedStatement next() {
    return next;
  }

  @Override
  public SessionStatements statements() {
    return lifecycle;
  }

  @Override
  public StatementLifecycle lifecycle() {
    return lifecycle;
  }

  @Override
  public ReplicaChoice replicas() {
    return reads;
  }

  @Override
  public ReplicaReads reads() {
    return reads;
  }

  @Override
  public CachedReads cached() {
    return cached;
  }

  @Override
  public ServerLease lease() {
    return lease;
  }

  @Override
  public SharedPlaces sharing() {
    return sharing;
  }

  @Override
  public PipelineSharing pipelines() {
    return sharing;
  }

  @Override
  public SentUnits sent() {
    return sent;
  }

  @Override
  public PendingReplies pending() {
    return pending;
  }

  @Override
  public ForeignCalls foreign() {
    return foreign;
  }

  @Override
  public ConsoleCommands console() {
    return console;
  }

  @Override
  public ReplyStages replies() {
    return replies;
  }

  @Override
  public ClientGroups groups() {
    return groups;
  }

  @Override
  public SessionControl control() {
    return control;
  }

  @Override
  public LogInRenewal renewal() {
    return renewal;
  }

  @Override
  public SessionEnd end() {
    return end;
  }
}
