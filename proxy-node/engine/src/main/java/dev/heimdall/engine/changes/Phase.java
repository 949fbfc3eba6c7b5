package dev.heimdall.engine.changes;

import dev.heimdall.model.Spelled;

/** State of a feed. */
public enum Phase implements Spelled {
  /** It has not heard anything yet. */
  STARTING,
  /** Whatever is committed is heard of. */
  FOLLOWING,
  /** The server cannot be listened to. */
  AWAY,
  /** The server is listened to, and too far ahead. */
  BEHIND,
  /** It has ended. */
  CLOSED
}
