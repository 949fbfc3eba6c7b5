package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.pool.Limit;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All clients of the node, on whichever loop they are. */
final class NodeClients implements Drain.Clients {
  private final List<NodeLoop> loops;
  private final Limit limit;
  private final Supplier<Duration> drainTimeout;

  NodeClients(List<NodeLoop> loops, Limit limit, Supplier<Duration> drainTimeout) {
    this.loops = loops;
    this.limit = limit;
    this.drainTimeout = drainTimeout;
  }

  @Override
  public int number() {
    return limit.used();
  }

  @Override
  public void each(Consumer<Client> action) {
    for (NodeLoop loop : loops) {
      loop.context()
          .loop()
          .execute(
              () -> {
                loop.context().beginEvent();
                try {
                  loop.clients().all().forEach(action);
                } finally {
                  loop.context().endEvent();
                }
              });
    }
  }

  @Override
  public Duration mayTake() {
    return drainTimeout.get();
  }
}
