package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.client.StartingClient;
import dev.heimdall.engine.console.CommandingClient;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.lease.ServerLease;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.listen.ListeningClient;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;

/**
 * A session as those see it that accompany it from its beginning to its end: each by an interface.
 */
final class SessionPorts implements StartingClient, ListeningClient, CommandingClient {
  private final VdbContext vdb;
  private final ClientTransaction transaction;
  private final PoolMetrics counters;
  private final SessionMemory memory;
  private final Consumer<PinReason> pin;
  private final Consumer<Throwable> failed;

  // Made with this port, and therefore after it.
  private SessionState carried;
  private ClientOutput output;
  private SessionStart start;
  private ServerLease lease;
  private PendingReplies pending;
  private SessionEnd end;
  private RequestReader requests;
  private SessionControl control;

  SessionPorts(
      VdbContext vdb,
      ClientTransaction transaction,
      PoolMetrics counters,
      SessionMemory memory,
      Consumer<PinReason> pin,
      Consumer<Throwable> failed) {
    this.vdb = vdb;
    this.transaction = transaction;
    this.counters = counters;
    this.memory = memory;
    this.pin = pin;
    this.failed = failed;
  }

  /** Before anything is asked of it. */
  void connect(
      SessionState carried,
      ClientOutput output,
      SessionStart start,
      ServerLease lease,
      PendingReplies pending,
      SessionEnd end,
      RequestReader requests,
      SessionControl control) {
    this.carried = carried;
    this.output = output;
    this.start = start;
    this.lease = lease;
    this.pending = pending;
    this.end = end;
    this.requests = requests;
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
  public boolean connected() {
    return !lease.closed() && output.connected();
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
  public void fatal(ServerError error) {
    end.fatal(error);
  }

  @Override
  public void failed(Throwable cause) {
    failed.accept(cause);
  }

  // ---- its beginning

  @Override
  public boolean awaited() {
    return output.connected() && !end.announced();
  }

  @Override
  public void assign(PoolKey key) {
    lease.destinations().settleAt(key);
  }

  @Override
  public void acquireServer() {
    lease.start();
  }

  @Override
  public void dedicate(ServerConnection connection) {
    lease.dedicate(connection);
    carried.pin(PinReason.REPLICATION);
  }

  @Override
  public void ready(ByteBuf welcome) {
    output.write(welcome);
    lease.become(LeaseState.READY);
    counters.loggedIn();
  }

  @Override
  public void process() {
    requests.process();
  }

  @Override
  public void processDedicated() {
    lease.become(LeaseState.ACTIVE);
    requests.process();
  }

  @Override
  public void logInFailed() {
    counters.loginFailed();
  }

  // ---- listening

  @Override
  public PoolKey poolKey() {
    return lease.destinations().home().key();
  }

  @Override
  public boolean keepsServer() {
    return lease.keepsServer();
  }

  @Override
  public boolean pinned() {
    return carried.pinned();
  }

  @Override
  public void pin(PinReason reason) {
    pin.accept(reason);
  }

  @Override
  public void settled(ServerConnection server) {
    lease.internalDone(server);
  }

  @Override
  public boolean betweenTransactions() {
    return control.betweenTransactions();
  }

  @Override
  public int processId() {
    return start.processId();
  }

  @Override
  public boolean inTransaction() {
    return transaction.open();
  }

  @Override
  public void writeBeforeEnd(ByteBuf consumed) {
    output.delay().beforeEnd(consumed, vdb.hubs().format()::endsAnswer);
  }

  @Override
  public void announced() {
    lease.settle();
    requests.resume();
  }

  @Override
  public boolean mayHold(long channels) {
    return memory.channels(channels);
  }

  @Override
  public void holds(long channels) {
    memory.channelsAre(channels);
  }

  // ---- operators' commands

  @Override
  public boolean holdsServer() {
    return lease.server() != null;
  }

  @Override
  public void answered(ByteBuf reply) {
    pending.answeredHere();
    pending.active();
    output.encoder().ready(transaction.status(), reply);
    output.write(reply);
    requests.process();
    lease.settle();
  }
}
