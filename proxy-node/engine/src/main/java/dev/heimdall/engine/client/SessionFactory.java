package dev.heimdall.engine.client;

import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.UnreadableStateException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;

/** Makes what takes over a client's channel after its log-in. */
public interface SessionFactory {
  /**
   * @param given the variables that the client asks for
   */
  ChannelHandler session(Login login, StartupVariables given, Channel channel);

  /**
   * For a client that comes from another process.
   *
   * @param from who it is there
   * @param state what its session has, from where the reader stands
   * @throws dev.heimdall.engine.handover.UnreadableStateException if it cannot go on here
   */
  default HandedSession handed(HandedClient from, StateReader state, Channel channel) {
    throw new UnreadableStateException("no clients are taken from other processes");
  }

  /** For a client of the admin database, who may use it. */
  ChannelHandler console(Login login, Channel channel) throws StartupVariables.Rejected;
}
