package dev.heimdall.engine.cache.far;

import dev.heimdall.model.Spelled;

/** Reason for a missing answer. */
public enum Miss implements Spelled {
  /** The store has none under the key. */
  NOT_THERE,
  /** The node knew so without asking. */
  KNOWN_ABSENT,
  /** The time limit was over first. */
  LATE,
  /** The store has answered with an error, or its connection was lost. */
  FAILED,
  /** The stored value is not one that a node has put under this key; it is deleted. */
  DAMAGED,
  /** As much as may be is in flight. */
  BUSY,
  /** The breaker is open: the store was slow, or has failed. */
  OPEN,
  /** The store is unavailable. */
  NOT_CONNECTED,
  /** The node stops. */
  CLOSED
}
