package dev.heimdall.engine.listen;

import io.netty.buffer.ByteBuf;
import java.util.Map;

/** How a protocol spells notifications. */
public interface NotificationFormat {
  /**
   * What a connection that listens for many clients is to begin with, whatever its role's sessions
   * begin with.
   */
  default Map<String, String> parameters() {
    return Map.of();
  }

  /** Appends one for a client. */
  void append(int processId, String channel, String payload, ByteBuf out);

  /** Whether a piece of an answer is the message that ends it, and nothing else. */
  boolean endsAnswer(ByteBuf piece);

  /** Reads what a server sent as far as it is whole, and hands over the notifications in it. */
  void read(ByteBuf in, Receiver receiver);

  /** Who gets them. */
  interface Receiver {
    void notified(int processId, String channel, String payload);
  }
}
