package dev.heimdall.engine.session.state;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.LaneUser;
import dev.heimdall.engine.pool.Waiter;
import io.netty.channel.ChannelHandler;

/**
 * A session as its surroundings call it back: its channel, its pool, its server connection, the
 * handlers of its client's messages, operators, logs and counters.
 */
public interface LoggedInSession extends Client, LaneUser, Waiter, ReplyOwner, ChannelHandler {
  /** Metrics in which it is counted. */
  PoolMetrics counters();

  boolean inTransaction();

  /** True if what it sends shares the connection's pipeline with others' statements. */
  boolean sharesPipeline();

  /** A statement of the node's own was answered: it may have been all that the end waited for. */
  void quietDone(ServerConnection from);

  @Override
  void failed(Throwable cause);
}
