package dev.heimdall.engine.feed;

import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyException;
import dev.heimdall.routing.TopologyReading;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.OneDocument;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.secrets.StoredDocument;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Documents in a store, of which those are read that differ from what was read before. */
public final class StoredDocuments implements TopologyStore {
  private final StoreLocation location;
  private DocumentStore store;
  private Documents known;

  /**
   * Sends no request yet.
   *
   * @throws IllegalArgumentException if the location is none
   */
  public StoredDocuments(String location) {
    this.location = StoreLocation.of(location);
  }

  @Override
  public synchronized Map<String, byte[]> changed() throws IOException {
    try {
      Optional<Documents> now =
          known == null ? Optional.of(store().read()) : store().readIfChanged(known);
      Map<String, byte[]> changed = new TreeMap<>();
      if (now.isPresent()) {
        now.get()
            .all()
            .forEach(
                (name, document) -> {
                  boolean same =
                      known != null
                          && known.versionOf(name).equals(Optional.of(document.version()));
                  if (!same) {
                    changed.put(name, document.content().bytes());
                  }
                });
        known = now.get();
      }
      return changed;
    } catch (StoreException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public synchronized Kept keep(
      String source,
      TopologyReading reading,
      Optional<TopologyDocument> seen,
      String cause,
      boolean write)
      throws IOException {
    try {
      OneDocument place = new OneDocument(store(), source + ".json");
      Optional<StoredDocument> found = place.read();
      Optional<TopologyDocument> before = found.flatMap(StoredDocuments::whole);
      Optional<TopologyDocument> next =
          before.orElseGet(() -> TopologyDocument.none(source)).after(reading, seen, cause);
      return new Kept(before, next.filter(n -> write).flatMap(n -> trouble(place, n, found)));
    } catch (StoreException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Another node that was faster knows as much; and this one asks again soon. */
  private static Optional<String> trouble(
      OneDocument place, TopologyDocument next, Optional<StoredDocument> over) {
    try {
      place.write(Content.of(next.json()), over);
      return Optional.empty();
    } catch (StoreException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** Empty for one that is broken: it is written anew. */
  private static Optional<TopologyDocument> whole(StoredDocument found) {
    try {
      return Optional.of(TopologyDocument.parse(found.content().bytes()));
    } catch (TopologyException e) {
      return Optional.empty();
    }
  }

  private DocumentStore store() throws StoreException {
    if (store == null) {
      store = DocumentStore.open(location);
    }
    return store;
  }

  @Override
  public synchronized void forget() {
    known = null;
  }

  @Override
  public synchronized void close() {
    if (store != null) {
      store.close();
    }
  }
}
