package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.StartingClient;
import dev.heimdall.engine.console.CommandingClient;
import dev.heimdall.engine.listen.ListeningClient;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A session as those parts see it that need little of it: each by an interface of its own. */
final class SessionPorts
    implements StartingClient, ListeningClient, CommandingClient, ActingClient, ForeignClient {
  private final ClientSession session;

  SessionPorts(ClientSession session) {
    this.session = session;
  }

  // ---- what several of them need

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
  public void fatal(PgError error) {
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
    session.carried().pin("replication");
  }

  @Override
  public void ready(ByteBuf welcome) {
    session.write(welcome);
    session.lease().become(ClientSession.State.READY);
    session.counters().loggedIn();
  }

  @Override
  public void process() {
    session.requests().process();
  }

  @Override
  public void processDedicated() {
    session.lease().become(ClientSession.State.ACTIVE);
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
  public void pin(String reason) {
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
    session.owed().answeredHere();
    session.active();
    PgWriter.ready(reply, session.status());
    session.write(reply);
    session.requests().process();
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
    session.owed().replyElsewhere(consumed);
  }

  @Override
  public boolean takesMore() {
    return session.takesMore();
  }

  @Override
  public void callEnded() {
    session.listening().deliver();
    if (session.control().drains()) {
      session.drain();
    }
    session.resumeReading();
  }
}
