package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.wire.ReplyFraming;
import dev.heimdall.engine.wire.postgres.BackendType;
import io.netty.buffer.ByteBuf;

/** A server's messages: a type, a length without it, and a body. */
final class PostgresReplies implements ReplyFraming {
  @Override
  public long total(ByteBuf in, int at) {
    return 1L + in.getInt(at + 1);
  }

  @Override
  public boolean answers(ByteBuf in, int at) {
    return switch (in.getByte(at)) {
      case BackendType.NOTICE, BackendType.NOTIFICATION, BackendType.PARAMETER_STATUS -> false;
      default -> true;
    };
  }
}
