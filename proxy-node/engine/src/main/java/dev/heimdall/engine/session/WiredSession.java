package dev.heimdall.engine.session;

import dev.heimdall.engine.pool.LaneUser;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.statement.ObservedSession;
import io.netty.channel.ChannelHandler;

/** A session as its channel, its pool, its server connection and operators call it back. */
interface WiredSession extends ObservedSession, LaneUser, Waiter, StatementOwner, ChannelHandler {
  @Override
  void failed(Throwable cause);
}
