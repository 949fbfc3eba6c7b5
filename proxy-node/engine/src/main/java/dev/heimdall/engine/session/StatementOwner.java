package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.observe.PoolMetrics;

/** The client whose statements are prepared on a server connection, and who owns the replies. */
public interface StatementOwner extends ReplyOwner {
  /** True if what it sends shares the connection's pipeline with others' statements. */
  boolean sharesPipeline();

  /** A statement of the node's own was answered: it may have been all that the end waited for. */
  void quietDone(ServerConnection from);

  /** Metrics in which it is counted. */
  PoolMetrics counters();
}
