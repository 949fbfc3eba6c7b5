package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;

/** Has a session's messages wait for what a server answers about the shape of a statement. */
final class ShapeWait implements ShapeCheck.Reader {
  private final HandledClient client;
  private final ClientRequests requests;
  private final ClientTransaction transaction;
  private final LoopContext loop;

  ShapeWait(
      HandledClient client,
      ClientRequests requests,
      ClientTransaction transaction,
      LoopContext loop) {
    this.client = client;
    this.requests = requests;
    this.transaction = transaction;
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
          client.resumeReading();
          client.settle();
        },
        client::failed);
  }

  @Override
  public void refuse(ServerError error, TransactionState status) {
    transaction.move(status, false);
    requests.refuse(error);
  }
}
