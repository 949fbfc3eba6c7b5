package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.observe.PoolMetrics;

/** A session as logs and counters see it. */
public interface ObservedSession extends Client {
  /** Metrics in which it is counted. */
  PoolMetrics counters();

  boolean inTransaction();
}
