package dev.heimdall.engine.session;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;

/** Has a session's messages wait for what a server answers about the shape of a statement. */
final class ShapeWait implements ShapeCheck.Reader {
  private final ClientSession session;
  private final RequestReader requests;
  private final LoopContext loop;

  ShapeWait(ClientSession session, RequestReader requests, LoopContext loop) {
    this.session = session;
    this.requests = requests;
    this.loop = loop;
  }

  @Override
  public void block() {
    requests.block();
  }

  @Override
  public void wake() {
    loop.soon(
        () -> {
          session.resumeReading();
          session.lease().settle();
        },
        session::failed);
  }

  @Override
  public void refuse(ServerError error, TransactionState status) {
    session.transaction().move(status, false);
    requests.refuse(error);
  }
}
