package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.StartingClient;
import dev.heimdall.engine.listen.ListeningClient;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionMemory;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * A session as those see it that accompany it from its beginning to its end: each by an interface.
 */
final class AccompaniedSession implements StartingClient, ListeningClient {
  private final SessionContext session;
  private final ClientOutput output;
  private final ClientTransaction transaction;
  private final SessionMemory memory;

  AccompaniedSession(SessionContext session) {
    this.session = session;
    this.output = session.output();
    this.transaction = session.transaction();
    this.memory = session.memory();
  }

  @Override
  public ByteBufAllocator alloc() {
    return output.alloc();
  }

  @Override
  public boolean closed() {
    return session.lease().closed();
  }

  @Override
  public void write(ByteBuf consumed) {
    output.write(consumed);
  }

  @Override
  public void resumeReading() {
    session.requests().resume();
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
    return output.connected() && !session.endAnnounced();
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
    session.carried().pins().add(PinReason.REPLICATION);
  }

  @Override
  public void ready(ByteBuf welcome) {
    output.write(welcome);
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
    return session.lease().destinations().home().key();
  }

  @Override
  public boolean keepsServer() {
    return session.lease().keepsServer();
  }

  @Override
  public boolean pinned() {
    return session.carried().pins().any();
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
    return session.start().processId();
  }

  @Override
  public boolean inTransaction() {
    return transaction.open();
  }

  @Override
  public void writeBeforeEnd(ByteBuf consumed) {
    output.delay().beforeEnd(consumed, session.vdb().hubs().format()::endsAnswer);
  }

  @Override
  public void announced() {
    session.lease().settle();
    session.requests().resume();
  }

  @Override
  public boolean mayHold(long channels) {
    return memory.channels(channels);
  }

  @Override
  public boolean endsOnMissedNotifications() {
    return session.vdb().settings().vdb().clients().endOnMissedNotifications();
  }

  @Override
  public void holds(long channels) {
    memory.channelsAre(channels);
  }
}
