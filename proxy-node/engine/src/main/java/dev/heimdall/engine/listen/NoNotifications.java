package dev.heimdall.engine.listen;

import io.netty.buffer.ByteBuf;

/** Notation of a protocol without notifications: no statement listens. */
public final class NoNotifications implements NotificationFormat {
  @Override
  public void append(int processId, String channel, String payload, ByteBuf out) {}

  @Override
  public boolean endsAnswer(ByteBuf piece) {
    return false;
  }

  @Override
  public void read(ByteBuf in, Receiver receiver) {}
}
