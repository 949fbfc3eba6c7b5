package dev.heimdall.configsync;

import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyException;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.OneDocument;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.secrets.StoredDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Topology document of one data source in a store. Its methods wait for the network. */
final class TopologyStore {
  private final DocumentStore store;
  private final OneDocument place;
  private final String source;

  TopologyStore(DocumentStore store, String source) {
    this.store = store;
    this.place = new OneDocument(store, source + ".json");
    this.source = source;
  }

  /**
   * Contents of the store.
   *
   * @param over what a write has to name; empty if there is nothing
   * @param others what others have written there, as far as it can be read
   * @param problem why it cannot be read, if it cannot
   */
  record Stored(
      TopologyDocument document,
      Optional<StoredDocument> over,
      List<TopologyDocument> others,
      Optional<String> problem) {}

  Stored read() throws StoreException {
    Map<String, StoredDocument> all = store.read().all();
    Optional<StoredDocument> found = Optional.ofNullable(all.get(place.name()));
    List<TopologyDocument> others = new ArrayList<>();
    all.forEach(
        (name, stored) -> {
          if (!name.equals(place.name())) {
            whole(stored).ifPresent(others::add);
          }
        });
    TopologyDocument none = TopologyDocument.none(source);
    try {
      TopologyDocument document =
          found.isPresent() ? TopologyDocument.parse(found.get().content().bytes()) : none;
      return new Stored(document, found, others, Optional.empty());
    } catch (TopologyException e) {
      // It is written anew: all that it said is asked of AWS again.
      return new Stored(
          none,
          found,
          others,
          Optional.of(
              place.name() + " in " + place.store().location() + " is broken: " + e.getMessage()));
    }
  }

  /** Empty for one that is broken: its writer writes it anew. */
  private static Optional<TopologyDocument> whole(StoredDocument stored) {
    try {
      return Optional.of(TopologyDocument.parse(stored.content().bytes()));
    } catch (TopologyException e) {
      return Optional.empty();
    }
  }

  StoreLocation location() {
    return store.location();
  }

  /** True if it was written; not if another writer has written since it was read. */
  boolean write(TopologyDocument document, Stored over) throws StoreException {
    return place.write(Content.of(document.json()), over.over());
  }
}
