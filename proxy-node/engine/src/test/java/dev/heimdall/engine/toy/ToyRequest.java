package dev.heimdall.engine.toy;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;

/** One frame of a client. */
final class ToyRequest implements Request {
  private final RequestParts parts;
  private final HandledClient client;
  private ServerConnection server;
  private byte type;
  private long total;

  ToyRequest(RequestParts parts) {
    this.parts = parts;
    this.client = parts.client();
  }

  ToyRequest at(ServerConnection now, byte frame, long length) {
    server = now;
    type = frame;
    total = length;
    return this;
  }

  byte type() {
    return type;
  }

  /** Consumes the frame: it is answered, or carried out here. */
  void take() {
    parts.input().begin(total, true);
  }

  @Override
  public ServerConnection server() {
    return server;
  }

  @Override
  public Kind kind() {
    return switch (type) {
      case ToyFrame.QUERY -> Kind.TEXT;
      case ToyFrame.EXECUTE -> Kind.EXECUTION;
      case ToyFrame.PREPARE -> Kind.PREPARATION;
      default -> Kind.COMMAND;
    };
  }

  @Override
  public boolean standsAlone() {
    return true;
  }

  @Override
  public byte[] text() {
    ByteBuf in = parts.input().bytes();
    return ToyFrame.text(ToyFrame.text(in, in.readerIndex()));
  }

  @Override
  public ServerError unfit() {
    return null;
  }

  @Override
  public StatementFacts transactionControl(boolean begun) {
    return server == null && kind() == Kind.TEXT ? parts.lifecycle().next().effects() : null;
  }

  // ---- answers

  @Override
  public void refuse(ServerError error) {
    answer(new Answer.Failed(error));
  }

  @Override
  public boolean carriedOut(long rows) {
    answer(new Answer.Done("DONE"));
    return true;
  }

  private void answer(Answer answer) {
    take();
    ByteBuf out = client.alloc().buffer();
    client.encoder().answer(answer, out);
    client.encoder().ready(client.status(), out);
    client.write(out);
  }

  @Override
  public void controlled(StatementFacts facts) {
    carriedOut(0);
  }
}
