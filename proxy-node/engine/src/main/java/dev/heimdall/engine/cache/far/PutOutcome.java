package dev.heimdall.engine.cache.far;

import dev.heimdall.model.Spelled;

/** Outcome of putting an answer into the store. */
public enum PutOutcome implements Spelled {
  /** The store has it. */
  KEPT,
  /** The store has answered with an error, such as that it is full, or its connection was lost. */
  FAILED,
  /** It is longer than answers may be, or was to be kept for no time. */
  UNFIT,
  /** As much as may be is in flight. */
  BUSY,
  /** A breaker is open. */
  OPEN,
  /** The store is unavailable, or the node stops. */
  NOT_CONNECTED
}
