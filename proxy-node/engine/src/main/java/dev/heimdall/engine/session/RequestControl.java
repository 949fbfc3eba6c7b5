package dev.heimdall.engine.session;

import dev.heimdall.engine.wire.ServerError;

/** Operations that handlers of messages need of the reader that hands the messages to them. */
public interface RequestControl {

  /** Stops at what waits, which cannot be handled now; the obstacle has the session come again. */
  void block();

  /** The same, and nothing is read until nothing is in the way, a server that takes no more. */
  void holdReading();

  /** The client has sent part of a batch; the rest up to its Sync is void. */
  void skipToSync();

  /** The first statement or batch that waits gets this error instead of being sent. */
  void refuse(ServerError error);
}
