package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.model.NodeSettings;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All clients of the node, on whichever loop they are. */
final class NodeClients implements Drain.Clients {
  private final List<NodeLoop> loops;
  private final Limit limit;
  private final Supplier<NodeSettings> settings;

  NodeClients(List<NodeLoop> loops, Limit limit, Supplier<NodeSettings> settings) {
    this.loops = loops;
    this.limit = limit;
    this.settings = settings;
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
    return settings.get().drainTimeout();
  }

  @Override
  public Duration notice() {
    return settings.get().drainNotice();
  }
}
