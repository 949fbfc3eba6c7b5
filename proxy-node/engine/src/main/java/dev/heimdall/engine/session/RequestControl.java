package dev.heimdall.engine.session;

import dev.heimdall.engine.wire.ServerError;

/** What handlers of messages ask of the reader that hands them to them. */
public interface RequestControl {

  /** What waits cannot be handled now; what is in the way has the session come again. */
  void block();

  /** The client has sent part of a batch; the rest up to its Sync is void. */
  void skipToSync();

  /** The first statement or batch that waits gets this error instead of being sent. */
  void refuse(ServerError error);
}
