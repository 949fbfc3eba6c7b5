package dev.heimdall.configsync;

import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.SideBySide;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Publishes this region's document to other regions, for nodes whose own function has failed or is
 * cut off. No region waits for another one, and none is needed.
 */
final class OtherRegions {
  /** Others write another region's document only by mistake, so that this is never reached. */
  private static final int MOST_WRITES = 3;

  private final List<TopologyStore> stores;
  private final List<Nodes> regions;
  private final Opener opener;
  private final Pusher pusher;

  /** By region and location: a client and its connection last for many runs. */
  private final Map<String, TopologyStore> opened = new ConcurrentHashMap<>();

  /**
   * The nodes of another region.
   *
   * @param stored whether the document is written to the stores that their machines name
   * @param pushed whether it is pushed to them
   */
  record Nodes(String name, NodeEndpoint.Finder finder, boolean stored, boolean pushed) {}

  /** Opens the stores that machines name. */
  interface Opener {
    /**
     * @param location as a machine names it
     * @param region in which the machine is
     */
    TopologyStore open(String location, String region) throws StoreException;
  }

  /**
   * @param stores of other regions
   * @param regions those with nodes
   */
  OtherRegions(List<TopologyStore> stores, List<Nodes> regions, Opener opener, Pusher pusher) {
    this.stores = List.copyOf(stores);
    this.regions = List.copyOf(regions);
    this.opener = opener;
    this.pusher = pusher;
  }

  /** Publishes the document and returns the failures, in words. Never fails. */
  List<String> publish(TopologyDocument document, List<PushSignature> keys) {
    Stream<Supplier<List<String>>> writes =
        stores.stream().map(store -> () -> write(store, document));
    Stream<Supplier<List<String>>> nodes =
        regions.stream().map(region -> () -> nodes(region, document, keys));
    return atOnce(Stream.concat(writes, nodes));
  }

  private static List<String> atOnce(Stream<Supplier<List<String>>> tasks) {
    return SideBySide.ask(tasks.toList(), Supplier::get).stream().flatMap(List::stream).toList();
  }

  /** A document that is there and as new stays. */
  private static List<String> write(TopologyStore store, TopologyDocument document) {
    try {
      for (int attempt = 0; attempt < MOST_WRITES; attempt++) {
        TopologyStore.Stored there = store.read();
        if (!document.follows(there.document()) || store.write(document, there)) {
          return List.of();
        }
      }
      return List.of(
          "not written to " + store.location() + ": others write " + document.source() + ".json");
    } catch (StoreException e) {
      return List.of("not written to another region: " + e.getMessage());
    }
  }

  private List<String> nodes(Nodes region, TopologyDocument document, List<PushSignature> keys) {
    NodeEndpoint.Found where = region.finder().find();
    List<String> troubles = new ArrayList<>();
    where
        .troubles()
        .forEach(
            trouble ->
                troubles.add(
                    "nodes in " + region.name() + " cannot be found: " + trouble.described()));
    Stream<Supplier<List<String>>> writes =
        region.stored()
            ? where.stores().stream().map(store -> () -> write(store, region.name(), document))
            : Stream.of();
    Stream<Supplier<List<String>>> pushes =
        region.pushed()
            ? Stream.of(() -> push(region.name(), where.doors(), document, keys))
            : Stream.of();
    troubles.addAll(atOnce(Stream.concat(writes, pushes)));
    return troubles;
  }

  private List<String> write(String location, String region, TopologyDocument document) {
    try {
      String named = location + " in " + region;
      TopologyStore topologies = opened.get(named);
      if (topologies == null) {
        topologies = opener.open(location, region);
        opened.put(named, topologies);
      }
      return write(topologies, document);
    } catch (StoreException e) {
      return List.of("not written to another region: " + e.getMessage());
    }
  }

  private List<String> push(
      String region,
      List<NodeEndpoint> doors,
      TopologyDocument document,
      List<PushSignature> keys) {
    return pusher.push(document.json(), doors, keys).failures().stream()
        .map(one -> "not told in " + region + ": " + one)
        .toList();
  }
}
