package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.listen.ListeningClient;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.wire.postgres.PgError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A session as its listening sees it. */
final class ListeningSession implements ListeningClient {
  private final ClientSession session;

  ListeningSession(ClientSession session) {
    this.session = session;
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
  public void pin(String reason) {
    session.pin(reason);
  }

  @Override
  public void resumeReading() {
    session.resumeReading();
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
  public ByteBufAllocator alloc() {
    return session.channel().alloc();
  }

  @Override
  public void write(ByteBuf consumed) {
    session.write(consumed);
  }

  @Override
  public void fatal(PgError error) {
    session.fatal(error);
  }

  @Override
  public boolean closed() {
    return session.closed();
  }

  @Override
  public void failed(Throwable cause) {
    session.failed(cause);
  }
}
