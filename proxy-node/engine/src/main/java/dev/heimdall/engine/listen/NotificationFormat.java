package dev.heimdall.engine.listen;

import io.netty.buffer.ByteBuf;
import java.util.Map;

/** How a protocol spells notifications. */
public interface NotificationFormat {
  /** Why there are no statements of a protocol without notifications. */
  String NONE = "its sessions listen to no channels";

  /**
   * What a connection that listens for many clients is to begin with, whatever its role's sessions
   * begin with.
   */
  default Map<String, String> parameters() {
    return Map.of();
  }

  /** The query of the channels that a session listens to: a row for each. */
  default String channels() {
    throw new UnsupportedOperationException(NONE);
  }

  /** The statement by which a session listens to a channel. */
  default String listen(String channel) {
    throw new UnsupportedOperationException(NONE);
  }

  /** The statement by which a session listens to a channel no more. */
  default String unlisten(String channel) {
    throw new UnsupportedOperationException(NONE);
  }

  /** The statement by which a session listens to nothing any more. */
  default String unlistenAll() {
    throw new UnsupportedOperationException(NONE);
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
