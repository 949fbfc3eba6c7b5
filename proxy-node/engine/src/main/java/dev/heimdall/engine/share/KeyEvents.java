package dev.heimdall.engine.share;

import dev.heimdall.model.Spelled;

/** Ability of a store to publish events of its keys, by {@code notify-keyspace-events}. */
public enum KeyEvents implements Spelled {
  /** It does. */
  ON,
  /** It does not, or not of everything. */
  OFF,
  /** It cannot be asked, or was not yet. */
  UNKNOWN
}
