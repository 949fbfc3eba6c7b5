package dev.heimdall.engine.dialect.sqlserver;

import dev.heimdall.engine.listen.NotificationFormat;
import io.netty.buffer.ByteBuf;

/** There are no notifications: no statement listens. */
final class SqlServerNotifications implements NotificationFormat {
  @Override
  public void append(int processId, String channel, String payload, ByteBuf out) {}

  @Override
  public boolean endsAnswer(ByteBuf piece) {
    return false;
  }

  @Override
  public void read(ByteBuf in, Receiver receiver) {}
}
