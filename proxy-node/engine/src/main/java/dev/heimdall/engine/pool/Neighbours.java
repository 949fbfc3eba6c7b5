package dev.heimdall.engine.pool;

import dev.heimdall.model.ServerAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The pools of all virtual databases of the node, those for replicas among them. */
public final class Neighbours {
  private final Supplier<Stream<VdbPools>> all;
  private final IntSupplier otherNodes;
  private final Consumer<ServerAddress> crowded;
  private final boolean readsLimits;

  /** Of each server that connections lead to, or are being made to. */
  private final Map<ServerAddress, ServerLoad> loads = new ConcurrentHashMap<>();

  /**
   * @param all may be asked by any thread
   * @param otherNodes how many nodes this one hears that share its servers; asked by event loops
   * @param crowded hears of a server that takes hardly any more connections, or none, so that what
   *     is no pool's makes room as well; called by event loops
   */
  public Neighbours(
      Supplier<Stream<VdbPools>> all, IntSupplier otherNodes, Consumer<ServerAddress> crowded) {
    this(all, otherNodes, crowded, true);
  }

  private Neighbours(
      Supplier<Stream<VdbPools>> all,
      IntSupplier otherNodes,
      Consumer<ServerAddress> crowded,
      boolean readsLimits) {
    this.all = all;
    this.otherNodes = otherNodes;
    this.crowded = crowded;
    this.readsLimits = readsLimits;
  }

  /** Of a virtual database that has none; its servers are not queried for their limits. */
  public static Neighbours none() {
    return new Neighbours(Stream::of, () -> 0, server -> {}, false);
  }

  /** A connection is about to be made to a server; {@link #left} has to follow. */
  ServerLoad entering(ServerAddress server) {
    return loads.compute(
        server,
        (address, known) -> {
          ServerLoad load = known == null ? new ServerLoad(readsLimits) : known;
          load.entered();
          return load;
        });
  }

  /** A connection to a server has ended, or was not made. */
  void left(ServerAddress server) {
    loads.computeIfPresent(server, (address, load) -> load.left() == 0 ? null : load);
  }

  /** A server takes hardly any more connections, or none. */
  void crowded(ServerAddress server, long now) {
    ServerLoad load = loads.get(server);
    if (load == null || load.crowds(now)) {
      crowded.accept(server);
    }
  }

  /** True if a server takes hardly any more connections, as far as is known. */
  public boolean nearlyFull(ServerAddress server) {
    ServerLoad load = loads.get(server);
    return load != null && load.nearlyFull();
  }

  /** Load that the node has at a server; null where it has no connection to it. */
  ServerLoad at(ServerAddress server) {
    return loads.get(server);
  }

  /** Number of servers that connections lead to. */
  int servers() {
    return loads.size();
  }

  /** Number of nodes that share the servers, as far as this one knows. */
  int nodes() {
    return 1 + otherNodes.getAsInt();
  }

  /** Those others whose connections lead to the same server. */
  List<VdbPools> of(VdbPools asking) {
    return all.get()
        .filter(pools -> pools != asking && pools.address().equals(asking.address()))
        .toList();
  }
}
