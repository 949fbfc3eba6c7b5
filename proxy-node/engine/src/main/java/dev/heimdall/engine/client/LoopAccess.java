package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.ScramArithmetic;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.LoopMetrics;

/**
 * What the log-ins of one event loop share.
 *
 * @param scram serves one exchange at a time
 */
public record LoopAccess(LoopContext context, LoopMetrics metrics, ScramArithmetic scram) {
  public LoopAccess(LoopContext context, LoopMetrics metrics) {
    this(context, metrics, new ScramArithmetic());
  }
}
