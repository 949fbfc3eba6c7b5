package dev.heimdall.engine.share;

import dev.heimdall.model.Spelled;

/** Whether a store tells of what becomes of its keys, as {@code notify-keyspace-events} says. */
public enum KeyEvents implements Spelled {
  /** It does. */
  ON,
  /** It does not, or not of everything. */
  OFF,
  /** It cannot be asked, or was not yet. */
  UNKNOWN
}
