package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.StartingClient;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.wire.postgres.PgError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A session as its beginning sees it. */
final class StartingSession implements StartingClient {
  private final ClientSession session;

  StartingSession(ClientSession session) {
    this.session = session;
  }

  @Override
  public boolean awaited() {
    return session.channel().isActive() && !session.end().announced();
  }

  @Override
  public boolean closed() {
    return session.closed();
  }

  @Override
  public ByteBufAllocator alloc() {
    return session.channel().alloc();
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

  @Override
  public void fatal(PgError error) {
    session.fatal(error);
  }

  @Override
  public void failed(Throwable cause) {
    session.failed(cause);
  }
}
