package dev.heimdall.engine.cache;

import dev.heimdall.model.Spelled;

/** Reason that a result is no longer kept. */
public enum Removal implements Spelled {
  /** One of its tables was written, as was found when it was asked for. */
  WRITTEN,
  /** The cluster that it is from is watched anew, as was found likewise. */
  CLUSTER,
  /** Its time was over. */
  EXPIRED,
  /** Others needed the room. */
  SIZE,
  /** An operator wanted all of them gone. */
  FLUSHED
}
