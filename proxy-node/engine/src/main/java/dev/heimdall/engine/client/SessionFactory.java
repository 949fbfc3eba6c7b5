package dev.heimdall.engine.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;

/** Makes what takes over a client's channel after its log-in. */
public interface SessionFactory {
  /**
   * @param given the variables that the client asks for
   */
  ChannelHandler session(Login login, StartupVariables given, Channel channel);

  /** For a client of the admin database, who may use it. */
  ChannelHandler console(Login login, Channel channel);
}
