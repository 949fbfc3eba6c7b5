package dev.heimdall.manager.history;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One step of the configuration.
 *
 * @param number one more than that of the step before; never given twice
 * @param at when it was begun; for one of another writer, when it was noticed
 * @param signature whose it is; empty: it was not made by a manager
 * @param of the revision that was gone back to, if that is what it was
 * @param changes what was to become of documents
 * @param state what came of it
 */
public record Revision(
    int number,
    Instant at,
    Optional<Signature> signature,
    OptionalInt of,
    List<DocumentChange> changes,
    State state) {
  /** Outcome of a revision. */
  public enum State {
    /** It is being written, or its manager has died a moment ago. */
    BEGUN,
    /** All of it was written. */
    WRITTEN,
    /** Another writer came between: only {@link #changes} was written, or nothing. */
    PARTLY
  }

  public Revision {
    changes = List.copyOf(changes);
  }
}
