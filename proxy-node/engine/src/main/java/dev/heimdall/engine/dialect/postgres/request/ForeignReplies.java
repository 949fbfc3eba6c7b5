package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.session.ForeignClient;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/** What a client is told of its batch for another engine, in a server's place. */
final class ForeignReplies {
  private final ForeignClient client;

  ForeignReplies(ForeignClient client) {
    this.client = client;
  }

  /** A message without content. */
  void say(byte type) {
    ByteBuf out = client.alloc().buffer(8);
    PgWriter.empty(out, type);
    client.replyElsewhere(out);
  }

  /** A statement is done. */
  void complete(String tag) {
    ByteBuf out = client.alloc().buffer(32);
    PgWriter.commandComplete(out, tag);
    client.replyElsewhere(out);
  }

  void error(ServerError why) {
    ByteBuf out = client.alloc().buffer(256);
    ErrorMessage.encode(why, out);
    client.replyElsewhere(out);
  }

  /** The batch is over. */
  void ready() {
    ByteBuf out = client.alloc().buffer(6);
    PgWriter.ready(out, client.status());
    client.replyElsewhere(out);
  }
}
