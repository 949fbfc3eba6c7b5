package dev.heimdall.engine.session;

/** What handlers of messages ask of the reader that hands them to them. */
interface RequestControl {

  /** What waits cannot be handled now; whoever is in the way has the session come again. */
  void block();

  /** The client has sent part of a batch; the rest up to its Sync is void. */
  void skipToSync();
}
