package dev.heimdall.engine.console;

import io.netty.buffer.ByteBuf;

/** A session as its {@link ConsoleCommands} see it; all on its event loop. */
public interface CommandingClient {
  /** True if it has a server connection, for which a command must not wait. */
  boolean holdsServer();

  /** True if it can still be sent a reply. */
  boolean connected();

  /**
   * The command has ended, and what the client has sent behind it is carried out.
   *
   * @param reply all but its end, which tells of the transaction
   */
  void answered(ByteBuf reply);

  /** An error in the node: the session ends. */
  void failed(Throwable cause);
}
