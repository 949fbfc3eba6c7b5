package dev.heimdall.engine.client;

import io.netty.channel.ChannelInboundHandler;

/**
 * Means by which a logged-in client may log in again over the same connection, as any user: its
 * session ends, and it is judged as any other client, with what it had agreed on.
 */
public interface LogInAgain {
  /**
   * Returns the handler that takes over the client's channel from its session.
   *
   * @param before as whom the client was logged in
   * @param number of its session, {@link SessionStart#keepNumber kept} for it
   */
  ChannelInboundHandler handler(Login before, int number);
}
