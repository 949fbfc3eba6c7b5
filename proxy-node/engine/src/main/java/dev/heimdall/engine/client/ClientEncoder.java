package dev.heimdall.engine.client;

import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/** What the node itself says to a client, in the bytes that were agreed with it. */
public interface ClientEncoder {
  /**
   * Ends the log-in: the client may send statements.
   *
   * @param reported what servers report of themselves and of the session
   * @param application what the client calls itself; null where it is told nothing of that
   * @param key what cancels its statements
   */
  void welcome(ByteBuf out, Map<String, String> reported, String application, CancelKey key);

  void error(ByteBuf out, ServerError error);

  /** What the node answers to a statement in a server's place, but for the end of the reply. */
  void answer(ByteBuf out, Answer answer);

  /** Ends a reply: the client may send the next statement. */
  void ready(ByteBuf out, TransactionState state);
}
