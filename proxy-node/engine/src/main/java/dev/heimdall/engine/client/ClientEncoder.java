package dev.heimdall.engine.client;

import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ReplyEncoder;
import io.netty.buffer.ByteBuf;

/** Encoder of the node's own messages to a client, in the bytes that were agreed with it. */
public interface ClientEncoder extends ReplyEncoder {
  /**
   * Writes for another process what was agreed with the client.
   *
   * @param agreed what its servers must have agreed on, too
   */
  default void write(Capabilities agreed, StateWriter out) {
    throw new IllegalStateException("clients of this protocol stay where they are");
  }

  /**
   * Ends the log-in: the client may send statements.
   *
   * @param greeting what servers tell a session like this one
   * @param application what the client calls itself; null where it is told nothing of that
   * @param key what cancels its statements
   */
  void welcome(Greeting greeting, String application, CancelKey key, ByteBuf out);
}
