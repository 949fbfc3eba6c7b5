package dev.heimdall.engine.reply;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Since when a client has accepted nothing of what it is sent, though there is more than its
 * channel takes. It is looked at now and then, which costs a client that reads nothing.
 */
public final class UnreadReply {
  private final Channel channel;
  private boolean waits;
  private long since;
  private long pending;
  private long progress;
  private Object first;

  UnreadReply(Channel channel) {
    this.channel = channel;
  }

  /** True if that is longer than this. */
  public boolean longerThan(long nanos, long now) {
    return nanos(now) > nanos;
  }

  /** For how long it has, as far as was seen; 0 when it takes what it is sent. */
  public long nanos(long now) {
    ChannelOutboundBuffer out = channel.isWritable() ? null : channel.unsafe().outboundBuffer();
    if (out == null) {
      waits = false;
      first = null;
      return 0;
    }
    long size = out.totalPendingWriteBytes();
    Object current = out.current();
    if (!waits || size < pending || current != first || out.currentProgress() != progress) {
      waits = true;
      since = now;
    }
    pending = size;
    progress = out.currentProgress();
    first = current;
    return now - since;
  }
}
