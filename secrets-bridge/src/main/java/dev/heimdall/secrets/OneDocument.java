package dev.heimdall.secrets;

import java.util.List;
import java.util.Optional;

/** One document of a store that several write, each over what he has read. */
public record OneDocument(DocumentStore store, String name) {
  /** Returns the document, if there is one. */
  public Optional<StoredDocument> read() throws StoreException {
    return Optional.ofNullable(store.read().all().get(name));
  }

  /** True if it was written; not if another writer has written since it was read. */
  public boolean write(Content content, Optional<StoredDocument> over) throws StoreException {
    try {
      store.write(
          List.of(new Change(name, Optional.of(content), over.map(StoredDocument::version))));
      return true;
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.CONFLICT) {
        return false;
      }
      throw e;
    }
  }
}
