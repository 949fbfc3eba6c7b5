package dev.heimdall.engine.dialect.mysql;

import dev.heimdall.engine.listen.NotificationFormat;
import io.netty.buffer.ByteBuf;

/** There are no notifications: nobody can listen. */
final class MysqlNotifications implements NotificationFormat {
  @Override
  public void append(int processId, String channel, String payload, ByteBuf out) {}

  @Override
  public boolean endsAnswer(ByteBuf piece) {
    return false;
  }

  @Override
  public void read(ByteBuf in, Receiver receiver) {}
}
