package dev.heimdall.configsync;

import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyException;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.util.List;
import java.util.Optional;

/** The document of one source in its store. Its methods wait for the network. */
final class Shelf {
  private final DocumentStore store;
  private final String source;

  Shelf(DocumentStore store, String source) {
    this.store = store;
    this.source = source;
  }

  /**
   * What is there.
   *
   * @param version what a write has to name; empty if there is nothing
   * @param problem why it cannot be read, if it cannot
   */
  record Stored(TopologyDocument document, Optional<String> version, Optional<String> problem) {}

  private String name() {
    return source + ".json";
  }

  Stored read() throws StoreException {
    StoredDocument found = store.read().all().get(name());
    if (found == null) {
      return new Stored(TopologyDocument.none(source), Optional.empty(), Optional.empty());
    }
    Optional<String> version = Optional.of(found.version());
    try {
      return new Stored(TopologyDocument.parse(found.content().bytes()), version, Optional.empty());
    } catch (TopologyException e) {
      // It is written anew: all that it said is asked of AWS again.
      return new Stored(
          TopologyDocument.none(source),
          version,
          Optional.of(name() + " in " + store.location() + " is broken: " + e.getMessage()));
    }
  }

  /** Whether it was written; not if somebody else has written since it was read. */
  boolean write(TopologyDocument document, Stored over) throws StoreException {
    try {
      store.write(
          List.of(new Change(name(), Optional.of(Content.of(document.json())), over.version())));
      return true;
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.CONFLICT) {
        return false;
      }
      throw e;
    }
  }
}
