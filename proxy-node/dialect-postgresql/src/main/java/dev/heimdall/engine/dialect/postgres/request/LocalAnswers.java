package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/** Answers of the node itself, without a server. */
final class LocalAnswers {
  private final HandledClient client;
  private final ClientInput input;

  LocalAnswers(HandledClient client, ClientInput input) {
    this.client = client;
    this.input = input;
  }

  /**
   * A message of a client that has no server connection and needs none.
   *
   * @return whether others may follow
   */
  boolean message(byte type, long total) {
    switch (type) {
      case FrontendType.SYNC -> sync();
      case FrontendType.FLUSH,
          FrontendType.COPY_DATA,
          FrontendType.COPY_DONE,
          FrontendType.COPY_FAIL ->
          input.begin(total, true);
      default -> {
        return unknown(type);
      }
    }
    return true;
  }

  /** A message that ends the session: the last one, or one that no client sends. */
  boolean unknown(byte type) {
    if (type == FrontendType.TERMINATE) {
      client.terminate();
    } else {
      client.protocolError("invalid frontend message type " + (type & 0xff));
    }
    return false;
  }

  void sync() {
    input.bytes().skipBytes(MessageFormat.HEADER);
    ByteBuf reply = client.alloc().buffer(6);
    client.awaitsRestOfBatch(false);
    PgWriter.ready(reply, client.status());
    client.write(reply);
  }
}
