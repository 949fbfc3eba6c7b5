package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ReplyEncoder;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/** Replies of the node to a statement for another engine, in a server's place. */
final class ForeignReplies {
  private final HandledClient client;
  private final ReplyEncoder encoder;

  ForeignReplies(HandledClient client, ReplyEncoder encoder) {
    this.client = client;
    this.encoder = encoder;
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
    encoder.answer(new Answer.Done(tag), out);
    client.replyElsewhere(out);
  }

  void error(ServerError why) {
    ByteBuf out = client.alloc().buffer(256);
    encoder.error(why, out);
    client.replyElsewhere(out);
  }

  /** The Query or batch is over. */
  void ready() {
    ByteBuf out = client.alloc().buffer(6);
    encoder.ready(client.status(), out);
    client.replyElsewhere(out);
  }
}
