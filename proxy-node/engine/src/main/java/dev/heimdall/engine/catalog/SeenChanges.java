package dev.heimdall.engine.catalog;

/**
 * Counts, up to a moment, of events that may change a catalogue.
 *
 * @param definitions number of changes that were reported
 * @param code how many of them may have touched functions, triggers, views and the like
 * @param suspicions how often something has happened that may have changed definitions
 */
record SeenChanges(long definitions, long code, long suspicions) {
  static final SeenChanges NONE = new SeenChanges(0, 0, 0);

  /** Adds a change that was reported. */
  SeenChanges changed(boolean ofCode) {
    return new SeenChanges(definitions + 1, code + (ofCode ? 1 : 0), suspicions);
  }

  /** With one more suspicion. */
  SeenChanges suspected() {
    return new SeenChanges(definitions, code, suspicions + 1);
  }
}
