package dev.heimdall.configsync;

import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyException;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.OneDocument;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.util.Optional;

/** The document of one source in its store. Its methods wait for the network. */
final class Shelf {
  private final OneDocument place;
  private final String source;

  Shelf(DocumentStore store, String source) {
    this.place = new OneDocument(store, source + ".json");
    this.source = source;
  }

  /**
   * What is there.
   *
   * @param over what a write has to name; empty if there is nothing
   * @param problem why it cannot be read, if it cannot
   */
  record Stored(
      TopologyDocument document, Optional<StoredDocument> over, Optional<String> problem) {}

  Stored read() throws StoreException {
    Optional<StoredDocument> found = place.read();
    TopologyDocument none = TopologyDocument.none(source);
    try {
      TopologyDocument document =
          found.isPresent() ? TopologyDocument.parse(found.get().content().bytes()) : none;
      return new Stored(document, found, Optional.empty());
    } catch (TopologyException e) {
      // It is written anew: all that it said is asked of AWS again.
      return new Stored(
          none,
          found,
          Optional.of(
              place.name() + " in " + place.store().location() + " is broken: " + e.getMessage()));
    }
  }

  /** Whether it was written; not if somebody else has written since it was read. */
  boolean write(TopologyDocument document, Stored over) throws StoreException {
    return place.write(Content.of(document.json()), over.over());
  }
}
