package dev.heimdall.engine.pool;

import dev.heimdall.engine.prepared.HeldStatements;
import dev.heimdall.model.ServerAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The pools of all virtual databases of the node, those for replicas among them. */
public final class Neighbours {
  private final Supplier<Stream<VdbPools>> all;
  private final Map<ServerAddress, HeldStatements> held = new ConcurrentHashMap<>();

  /**
   * @param all may be asked by any thread
   */
  public Neighbours(Supplier<Stream<VdbPools>> all) {
    this.all = all;
  }

  /** Of a virtual database that has none. */
  static Neighbours none() {
    return new Neighbours(Stream::of);
  }

  /** What all connections to a server hold prepared there. */
  HeldStatements heldAt(ServerAddress server) {
    return held.computeIfAbsent(server, any -> new HeldStatements());
  }

  /** Those others whose connections lead to the same server. */
  List<VdbPools> of(VdbPools asking) {
    return all.get()
        .filter(pools -> pools != asking && pools.address().equals(asking.address()))
        .toList();
  }
}
