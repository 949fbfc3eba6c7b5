package dev.heimdall.engine.listen;

import io.netty.buffer.ByteBuf;
import java.util.Map;

/** Notation of notifications in a protocol. */
public interface NotificationFormat {
  /** Reason for the lack of statements in a protocol without notifications. */
  String NONE = "its sessions listen to no channels";

  /**
   * Parameters that a connection which listens for many clients is to begin with, whatever its
   * role's sessions begin with.
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

  /** True if a piece of an answer is the message that ends it, and nothing else. */
  boolean endsAnswer(ByteBuf piece);

  /** Reads what a server sent as far as it is whole, and hands over the notifications in it. */
  void read(ByteBuf in, Receiver receiver);

  /** Receiver of notifications. */
  interface Receiver {
    void notified(int processId, String channel, String payload);
  }
}
