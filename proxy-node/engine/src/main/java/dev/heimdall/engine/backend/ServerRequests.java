package dev.heimdall.engine.backend;

import io.netty.buffer.ByteBuf;

/**
 * What the node itself has to say on one server connection, beside what it passes on for clients,
 * as the protocol has it. Belongs to the thread of the connection's event loop.
 */
public interface ServerRequests {
  /** Sends a statement, or several in one text, of the node's own. */
  void query(String sql, ReplyOwner owner);

  /** Ends the batch that was begun, so that the server comes to rest. */
  void endBatch(ReplyOwner owner);

  /**
   * Ends a copy whose data will not come.
   *
   * @param reason what the server's error is to say
   */
  void failCopy(String reason);

  /**
   * Has the server end what runs on the connection.
   *
   * @param separate for a request that takes a connection of its own
   * @param done runs once, when the server has taken the request, or cannot
   */
  void cancel(CancelConnections separate, Runnable done);

  /** Appends what is said before a connection is closed. */
  void terminate(ByteBuf out);
}
