package dev.heimdall.engine.session;

import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/** What a client is told of its batch for another engine, in a server's place. */
final class ForeignReplies {
  private final ClientSession session;

  ForeignReplies(ClientSession session) {
    this.session = session;
  }

  /** A message without content. */
  void say(byte type) {
    ByteBuf out = session.channel().alloc().buffer(8);
    PgWriter.empty(out, type);
    session.owed().replyElsewhere(out);
  }

  /** A statement is done. */
  void complete(String tag) {
    ByteBuf out = session.channel().alloc().buffer(32);
    PgWriter.commandComplete(out, tag);
    session.owed().replyElsewhere(out);
  }

  void error(PgError why) {
    ByteBuf out = session.channel().alloc().buffer(256);
    why.encode(out);
    session.owed().replyElsewhere(out);
  }

  /** The batch is over. */
  void ready() {
    ByteBuf out = session.channel().alloc().buffer(6);
    PgWriter.ready(out, session.status());
    session.owed().replyElsewhere(out);
  }
}
