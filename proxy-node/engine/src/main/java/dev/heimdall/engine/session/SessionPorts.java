package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.StartingClient;
import dev.heimdall.engine.console.CommandingClient;
import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.listen.ListeningClient;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * A session as those see it that accompany it from its beginning to its end: each by an interface.
 */
final class SessionPorts implements StartingClient, ListeningClient, CommandingClient {
  private final ClientSession session;

  SessionPorts(ClientSession session) {
    this.session = session;
  }

  @Override
  public ByteBufAllocator alloc() {
    return session.channel().alloc();
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

  // ---- its beginning

  @Override
  public boolean awaited() {
    return session.channel().isActive() && !session.end().announced();
  }

  @Override
  public void assign(PoolKey key) {
    session.lease().destinations().settleAt(key);
  }

  @Override
  public void acquireServer() {
    session.lease().start();
  }

  @Override
  public void dedicate(ServerConnection connection) {
    session.lease().dedicate(connection);
    session.carried().pin(PinReason.REPLICATION);
  }

  @Override
  public void ready(ByteBuf welcome) {
    session.write(welcome);
    session.lease().become(LeaseState.READY);
    session.counters().loggedIn();
  }

  @Override
  public void process() {
    session.requests().process();
  }

  @Override
  public void processDedicated() {
    session.lease().become(LeaseState.ACTIVE);
    session.requests().process();
  }

  @Override
  public void logInFailed() {
    session.counters().loginFailed();
  }

  // ---- listening

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
  public void settled(ServerConnection server) {
    session.lease().internalDone(server);
  }

  @Override
  public boolean betweenTransactions() {
    return session.betweenTransactions();
  }

  @Override
  public int processId() {
    return session.processId();
  }

  @Override
  public boolean inTransaction() {
    return session.inTransaction();
  }

  @Override
  public void writeBeforeEnd(ByteBuf consumed) {
    session.pendingReplies().delay().beforeEnd(consumed, session.vdb().hubs().format()::endsAnswer);
  }

  @Override
  public void announced() {
    session.lease().settle();
    session.resumeReading();
  }

  @Override
  public boolean mayHold(long channels) {
    return session.memory().channels(channels);
  }

  @Override
  public void holds(long channels) {
    session.memory().channelsAre(channels);
  }

  // ---- operators' commands

  @Override
  public boolean holdsServer() {
    return session.server() != null;
  }

  @Override
  public void answered(ByteBuf reply) {
    session.pendingReplies().answeredHere();
    session.active();
    session.encoder().ready(session.status(), reply);
    session.write(reply);
    session.requests().process();
    session.lease().settle();
  }
}
