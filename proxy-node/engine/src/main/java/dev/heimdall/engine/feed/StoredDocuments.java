package dev.heimdall.engine.feed;

import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Documents in a store, of which those are read that differ from what was read before. */
public final class StoredDocuments implements Shelf {
  private final StoreLocation location;
  private DocumentStore store;
  private Documents known;

  /**
   * Asks nobody yet.
   *
   * @throws IllegalArgumentException if the location is none
   */
  public StoredDocuments(String location) {
    this.location = StoreLocation.of(location);
  }

  @Override
  public synchronized Map<String, byte[]> changed() throws IOException {
    try {
      if (store == null) {
        store = DocumentStore.open(location);
      }
      Optional<Documents> now =
          known == null ? Optional.of(store.read()) : store.readIfChanged(known);
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
  public synchronized void close() {
    if (store != null) {
      store.close();
    }
  }
}
