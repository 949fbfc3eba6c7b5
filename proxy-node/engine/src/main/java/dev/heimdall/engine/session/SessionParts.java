package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.caching.CachedReads;
import dev.heimdall.engine.client.HandedClient;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.OtherSessions;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.console.ConsoleCommands;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.lease.ServerLease;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pipeline.QueryPath;
import dev.heimdall.engine.placement.ReplicaReads;
import dev.heimdall.engine.placement.Writes;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.sharing.PipelineSharing;
import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.statement.SessionEvents;
import dev.heimdall.engine.statement.SessionTraces;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.statement.StatementNotes;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The parts of one session, put together. They know one another as far as they have to, and none of
 * them knows all: only the session itself has this, whose callbacks it hands on to them.
 */
final class SessionParts {
  private final WiredSession session;
  private final SessionEvents events;
  private final SessionMemory memory;
  private final LoopContext loop;
  final PoolMetrics counters;
  final SessionState carried;
  final NameResolution resolution;
  final SessionStart start;
  final SessionEnd end;
  final ClientTransaction transaction;
  final ClientOutput output;
  final StatementLifecycle lifecycle;
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
  private final CachedReads cached;
  private final Writes writes;
  private final VdbContext vdb;

  /**
   * @param session to whom callbacks come
   * @param asked the variables that the client asks for
   */
  SessionParts(
      WiredSession session,
      NodeContext node,
      VdbContext vdb,
      SessionDialect dialect,
      LoopSessions sessions,
      Login login,
      StartupVariables asked,
      Channel channel) {
    StartupVariables given = sessions.shared(asked);
    RequestFormat format = dialect.requests();
    LimitSettings limits = vdb.settings().vdb().limits();
    BooleanSupplier led = () -> vdb.pools().led();
    this.session = session;
    this.events = node.events();
    this.loop = sessions.context();
    this.counters = sessions.metrics().pool(vdb.name(), login.database(), login.user());
    this.memory = sessions.memory(this::fatal);
    this.transaction = new ClientTransaction(counters);
    Losses losses = new Losses(transaction, dialect.keepsFailedTransactions());
    this.output =
        new ClientOutput(channel, loop, login.encoder(), this::allPassed, session::failed);
    SessionPorts ports =
        new SessionPorts(vdb, transaction, counters, memory, this::pin, session::failed);
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
                () -> lease().destinations().home().key(),
                () -> lease().server(),
                () -> lifecycle().judges(),
                () -> lifecycle().namesMoved()),
            dialect.settings());
    this.start =
        new SessionStart(
            session, given, ports, node.access(), vdb.access(), loop, sessions.clients());
    SessionTraces traces =
        node.tracing()
            .map(
                tracing ->
                    new SessionTraces(
                        tracing, sessions.classifier().dialect() == Dialect.MYSQL, vdb.name()))
            .orElse(null);
    StatementPorts statements =
        new StatementPorts(
            login,
            channel,
            vdb,
            format,
            carried,
            counters,
            output,
            start,
            this::pin,
            session::failed,
            listening,
            transaction,
            losses,
            traces,
            loop);
    this.cached = new CachedReads(statements);
    this.vdb = vdb;
    this.writes = new Writes(statements, carried, transaction);
    this.reads =
        new ReplicaReads(
            statements, carried, transaction, writes, counters, sessions.routers(), loop);
    this.lifecycle =
        new StatementLifecycle(
            statements,
            new StatementNotes(
                session,
                events,
                dialect.results(),
                () -> vdb.rulesAndCatalogues().rules().printsResults()),
            traces,
            node.actions(),
            carried,
            transaction,
            reads,
            writes,
            sessions.pipelines(),
            sessions.classifier(),
            loop);
    ServerPorts servers =
        new ServerPorts(
            session,
            session,
            session,
            login,
            transaction,
            memory,
            losses,
            output,
            start,
            this::pin,
            session::failed,
            lifecycle);
    this.lease =
        new ServerLease(
            servers,
            losses,
            reads,
            carried,
            transaction,
            listening,
            resolution,
            vdb,
            loop,
            counters,
            node.connector());
    this.pending = new PendingReplies(carried, transaction, reads, lease, counters, loop);
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
    this.console = new ConsoleCommands(ports, node.consoles().own(), login, vdb.name(), loop);
    HandlerPorts handled =
        new HandlerPorts(
            session,
            vdb,
            transaction,
            counters,
            memory,
            losses,
            output,
            this::pin,
            session::failed,
            listening,
            reads,
            start);
    this.foreign = new ForeignCalls(handled, loop);
    ClientInput input =
        new ClientInput(format, channel.alloc(), () -> lease().server(), this::fatal);
    ReadingPause reading = new ReadingPause(channel.config());
    this.end =
        new SessionEnd(
            channel,
            output,
            input,
            start,
            lifecycle,
            lease,
            loop,
            events,
            this::cutsMessage,
            this::ended,
            session::failed);
    this.requests =
        new RequestReader(
            format,
            limits,
            input,
            output,
            reading,
            lifecycle,
            transaction,
            reads,
            pending,
            lease,
            sharing,
            listening,
            foreign,
            console,
            losses,
            end,
            loop);
    LossEffects effects =
        new LossEffects(
            losses,
            lifecycle,
            carried,
            transaction,
            pending,
            lease,
            listening,
            input,
            output,
            end,
            loop,
            requests::process,
            session::failed);
    WriterDestination destination = new WriterDestination(lease, reads, sharing, led);
    this.sent =
        new SentUnits(
            pending,
            requests,
            input,
            format,
            dialect.errors(),
            effects,
            destination,
            carried.names(),
            dialect.replies(),
            this::deliver,
            vdb.settings().vdb().transactionReplay(),
            counters,
            channel.alloc(),
            loop,
            session::failed);
    RequestHandler handler =
        dialect.handler(
            new RequestParts(
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
                limits,
                login.capabilities(),
                login.admin(),
                () ->
                    vdb.rulesAndCatalogues()
                        .catalogues()
                        .current(lease.destinations().home().key().database())));
    Forwarding forwarding =
        new Forwarding(
            input,
            format,
            handler,
            sent,
            lifecycle,
            carried,
            transaction,
            pending,
            lease,
            sharing,
            reads,
            listening,
            destination,
            led,
            limits,
            requests,
            reading,
            this::fatal);
    requests.connect(
        sent,
        handler,
        new QueryPath(handler, forwarding),
        new HeldInput(
            input,
            handler,
            sent,
            carried,
            writes,
            lifecycle.running(),
            memory,
            lease::server,
            () ->
                loop.soon(
                    () -> {
                      pending.active(); // only now it may go on
                      requests.roomGiven();
                    },
                    session::failed)));
    this.replies =
        new ReplyStages(
            sent, lifecycle, lease, sharing, writes, cached, pending, handler, output, counters);
    this.groups =
        new ClientGroups(
            sent,
            requests,
            replies,
            pending,
            lifecycle,
            carried,
            transaction,
            lease,
            sharing,
            reads,
            writes,
            listening,
            losses,
            effects,
            memory,
            output,
            dialect.errors(),
            vdb,
            counters);
    OwnIdleLimits ownLimits = new OwnIdleLimits(carried, transaction, pending, lease);
    this.loss =
        new ConnectionLoss(
            losses,
            effects,
            requests,
            sent,
            lifecycle,
            carried,
            transaction,
            pending,
            lease,
            sharing,
            reads,
            writes,
            listening,
            end,
            ownLimits,
            session,
            dialect.errors(),
            node.connector(),
            led);
    this.control =
        new SessionControl(
            requests,
            output,
            sent,
            lifecycle,
            transaction,
            pending,
            lease,
            sharing,
            reads,
            cached,
            foreign,
            console,
            start,
            end,
            ownLimits,
            vdb,
            node.connector(),
            counters,
            loop,
            session::failed);
    this.departure =
        new Departure(
            session,
            channel,
            login,
            given,
            vdb.name(),
            start,
            end,
            control,
            lease,
            carried,
            resolution,
            reads,
            lifecycle,
            output,
            requests,
            () -> !listening.busy() && !listening.hears() && !listening.undecided(),
            loop);
    ports.connect(carried, output, start, lease, pending, end, requests, control);
    servers.connect(pending, sharing, console, foreign, end, requests, sent, control, departure);
    LogInRenewal renewal =
        new LogInRenewal(
            session, login, channel, input, output, requests, start, lease, end, control, loop);
    handled.connect(
        lease, pending, sharing, end, requests, sent, replies, groups, control, renewal);
    statements.connect(
        cached, reads, lifecycle, lease, pending, sharing, end, requests, sent, control);
  }

  private StatementLifecycle lifecycle() {
    return lifecycle;
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
    requests.holdReading();
    carried.resume(Variables.of(state.texts()));
    memory.settings(carried.settingsWeight());
    requests.handler().read(state);
    byte[] waits = state.bytes();
    if (waits.length > 0) {
      requests.input().add(Unpooled.wrappedBuffer(waits));
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
    requests.process();
  }

  private ServerLease lease() {
    return lease;
  }

  private void deliver(ByteBuf consumed) {
    replies.deliver(consumed);
  }

  private boolean cutsMessage(ServerConnection from) {
    return loss.cutsMessage(from);
  }

  /** Nothing of what was delayed waits any more. */
  private void allPassed() {
    lease.resumePaused();
    foreign.clientWritable();
    requests.clientWritable();
  }

  /** Sends a FATAL error and closes. */
  private void fatal(ServerError error) {
    end.fatal(error);
  }

  /** All that the session has is given back. */
  private void ended(String reason) {
    boolean welcomed = lease.state() != LeaseState.STARTING;
    lease.become(LeaseState.CLOSED);
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
    lease.resumePaused();
    if (welcomed) {
      events.closed(session, reason);
    }
    sharing.abandon();
    lease.abandon();
  }

  private void pin(PinReason reason) {
    carried.pin(reason);
    events.pinned(session, reason.label());
  }
}
