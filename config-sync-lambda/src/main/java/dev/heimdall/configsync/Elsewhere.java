package dev.heimdall.configsync;

import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.SideBySide;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Publishes this region's document to other regions, for nodes whose own function has failed or is
 * cut off. No region waits for another one, and none is needed.
 */
final class Elsewhere {
  /** Others write another region's document only by mistake, so that this is never reached. */
  private static final int MOST_WRITES = 3;

  private final List<Shelf> stores;
  private final List<Nodes> regions;
  private final Pusher pusher;

  /** The nodes of another region. */
  record Nodes(String name, NodeDoor.Finder finder) {}

  /**
   * @param stores of other regions
   * @param regions those with nodes
   */
  Elsewhere(List<Shelf> stores, List<Nodes> regions, Pusher pusher) {
    this.stores = List.copyOf(stores);
    this.regions = List.copyOf(regions);
    this.pusher = pusher;
  }

  /** What could not be published, in words. Never fails. */
  List<String> publish(TopologyDocument document, List<PushSignature> keys) {
    Stream<Supplier<List<String>>> writes =
        stores.stream().map(store -> () -> write(store, document));
    Stream<Supplier<List<String>>> pushes =
        regions.stream().map(region -> () -> push(region, document, keys));
    return SideBySide.ask(Stream.concat(writes, pushes).toList(), Supplier::get).stream()
        .flatMap(List::stream)
        .toList();
  }

  /** A document that is there and as new stays. */
  private static List<String> write(Shelf store, TopologyDocument document) {
    try {
      for (int attempt = 0; attempt < MOST_WRITES; attempt++) {
        Shelf.Stored there = store.read();
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

  private List<String> push(Nodes region, TopologyDocument document, List<PushSignature> keys) {
    NodeDoor.Found where = region.finder().find();
    List<String> troubles = new ArrayList<>();
    where
        .troubles()
        .forEach(
            trouble ->
                troubles.add(
                    "nodes in " + region.name() + " cannot be found: " + trouble.described()));
    pusher
        .push(document.json(), where.doors(), keys)
        .failures()
        .forEach(one -> troubles.add("not told in " + region.name() + ": " + one));
    return troubles;
  }
}
