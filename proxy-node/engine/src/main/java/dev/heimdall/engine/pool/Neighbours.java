package dev.heimdall.engine.pool;

import dev.heimdall.model.ServerAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The pools of all virtual databases of the node, those for replicas among them. */
public final class Neighbours {
  private final Supplier<Stream<VdbPools>> all;
  private final IntSupplier otherNodes;
  private final boolean readsLimits;

  /** Of each server that connections lead to, or are being made to. */
  private final Map<ServerAddress, ServerLoad> loads = new ConcurrentHashMap<>();

  /**
   * @param all may be asked by any thread
   * @param otherNodes how many nodes this one hears that share its servers; asked by event loops
   */
  public Neighbours(Supplier<Stream<VdbPools>> all, IntSupplier otherNodes) {
    this(all, otherNodes, true);
  }

  private Neighbours(Supplier<Stream<VdbPools>> all, IntSupplier otherNodes, boolean readsLimits) {
    this.all = all;
    this.otherNodes = otherNodes;
    this.readsLimits = readsLimits;
  }

  /** Of a virtual database that has none; its servers are not queried for their limits. */
  static Neighbours none() {
    return new Neighbours(Stream::of, () -> 0, false);
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

  /** What the node has at a server; null where it has no connection to it. */
  ServerLoad at(ServerAddress server) {
    return loads.get(server);
  }

  /** How many servers there are that connections lead to. */
  int servers() {
    return loads.size();
  }

  /** How many nodes share the servers, as far as this one knows. */
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
