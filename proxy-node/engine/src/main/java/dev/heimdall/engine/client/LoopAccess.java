package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.ScramArithmetic;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.LoopMetrics;

/**
 * State shared by the log-ins of one event loop.
 *
 * @param clients whom they become
 * @param scram serves one exchange at a time
 */
public record LoopAccess(
    LoopContext context, LoopMetrics metrics, LoopClients clients, ScramArithmetic scram) {
  public LoopAccess(LoopContext context, LoopMetrics metrics, LoopClients clients) {
    this(context, metrics, clients, new ScramArithmetic());
  }
}
