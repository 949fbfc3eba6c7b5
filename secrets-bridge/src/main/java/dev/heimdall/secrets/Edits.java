package dev.heimdall.secrets;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Outcome of requested changes. */
record Edits(StoreLocation location) {

  /** Fails unless each is made over what is there. */
  void check(List<Change> changes, Documents now) throws StoreException {
    Set<String> names = new HashSet<>();
    for (Change change : changes) {
      if (!names.add(change.name())) {
        throw new IllegalArgumentException("Two changes of " + change.name() + ".");
      }
    }
    List<String> others =
        changes.stream()
            .filter(change -> !change.over().equals(now.versionOf(change.name())))
            .map(Change::name)
            .toList();
    if (!others.isEmpty()) {
      throw conflict(others, List.of());
    }
    new Limits(location).check(now.after(changes));
  }

  /** Returns the error for another failure; documents that were written before are named. */
  static StoreException interrupted(StoreException failure, List<String> written) {
    return written.isEmpty()
        ? failure
        : new StoreException(
            failure.kind(),
            failure.getMessage() + " Written before: " + String.join(", ", written) + ".",
            written,
            failure);
  }

  /**
   * Returns the conflict for an edit in which another writer was faster with some documents; all
   * others of it are written.
   */
  StoreException conflict(List<String> others, Stream<String> edited) {
    return conflict(others, edited.filter(name -> !others.contains(name)).toList());
  }

  /** Returns the conflict for documents with which another writer was faster. */
  StoreException conflict(List<String> names, List<String> written) {
    return new StoreException(
        StoreException.Kind.CONFLICT,
        "%s was changed by somebody else since it was read: %s. %s; read it again and repeat the change on what is there now."
            .formatted(
                location,
                String.join(", ", names),
                written.isEmpty()
                    ? "Nothing was written"
                    : "Written before that was noticed: " + String.join(", ", written)),
        written,
        null);
  }
}
