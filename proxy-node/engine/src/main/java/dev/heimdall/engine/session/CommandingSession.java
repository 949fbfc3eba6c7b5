package dev.heimdall.engine.session;

import dev.heimdall.engine.console.CommandingClient;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/** A session as operators' commands among its statements see it. */
final class CommandingSession implements CommandingClient {
  private final ClientSession session;

  CommandingSession(ClientSession session) {
    this.session = session;
  }

  @Override
  public boolean holdsServer() {
    return session.server() != null;
  }

  @Override
  public boolean connected() {
    return !session.closed() && session.channel().isActive();
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

  @Override
  public void failed(Throwable cause) {
    session.failed(cause);
  }
}
