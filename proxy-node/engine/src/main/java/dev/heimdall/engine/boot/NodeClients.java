package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.model.NodeSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
    eachLoop(clients -> clients.all().forEach(action));
  }

  @Override
  public void turnAway(boolean from) {
    eachLoop(clients -> clients.turnAway(from));
  }

  /** Ends all log-ins: no client can complete one. */
  void endLogIns() {
    eachLoop(LoopClients::endLogIns);
  }

  private void eachLoop(Consumer<LoopClients> action) {
    for (NodeLoop loop : loops) {
      loop.context()
          .loop()
          .execute(
              () -> {
                loop.context().beginEvent();
                try {
                  action.accept(loop.clients());
                } finally {
                  loop.context().endEvent();
                }
              });
    }
  }

  /**
   * Counts those that are here by why they have not moved to another process.
   *
   * @param counted called once, on any thread
   */
  void obstacles(Consumer<Map<String, Integer>> counted) {
    Map<String, Integer> counts = new ConcurrentHashMap<>();
    AtomicInteger left = new AtomicInteger(loops.size());
    for (NodeLoop loop : loops) {
      loop.context()
          .loop()
          .execute(
              () -> {
                try {
                  loop.clients()
                      .all()
                      .forEach(client -> counts.merge(client.obstacle(), 1, Integer::sum));
                } finally {
                  if (left.decrementAndGet() == 0) {
                    counted.accept(counts);
                  }
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
