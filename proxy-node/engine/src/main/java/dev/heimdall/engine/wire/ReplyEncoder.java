package dev.heimdall.engine.wire;

import io.netty.buffer.ByteBuf;

/** Encoder of the node's own messages in the protocol of a client. */
public interface ReplyEncoder {
  /** Appends an error; {@link #ready} follows it where it ends what the client has asked for. */
  void error(ServerError error, ByteBuf out);

  /** Appends a notice, which answers nothing. */
  void notice(ServerError notice, ByteBuf out);

  /**
   * Appends that a value of the session is this now; nothing where the protocol has no such
   * message.
   */
  default void parameter(String name, String value, ByteBuf out) {}

  /** Appends what the node answers to a statement in a server's place, but for {@link #ready}. */
  void answer(Answer answer, ByteBuf out);

  /** Appends that the client may send its next request. */
  void ready(TransactionState status, ByteBuf out);

  /**
   * Error of a server for a session that ends because it was silent for longer than it allows
   * itself.
   *
   * @param limit as PostgreSQL says it
   * @return null where it says nothing
   */
  default ServerError ofOwnLimit(ServerError limit) {
    return limit;
  }

  /** Code by which clients of this protocol know an error, for logs: its number, or an SQLSTATE. */
  default String code(ServerError error) {
    return error.sqlState();
  }

  /** Appends all that answers a request which has failed. */
  default void failure(ServerError error, TransactionState status, ByteBuf out) {
    error(error, out);
    ready(status, out);
  }
}
