package dev.heimdall.engine.client;

import io.netty.channel.ChannelInboundHandler;

/**
 * How a client that has logged in may do so again over the same connection, as whom it likes: its
 * session ends, and it is judged as any other client, with what it had agreed on.
 */
public interface LogInAgain {
  /**
   * What takes over the client's channel from its session.
   *
   * @param before as whom the client was logged in
   * @param number of its session, {@link SessionStart#keepNumber kept} for it
   */
  ChannelInboundHandler handler(Login before, int number);
}
