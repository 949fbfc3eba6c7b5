package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.ServerConnection;

/**
 * Time that a client has waited for answers that it requested by a flush, before the end of its
 * batch. It is looked at now and then: the time counts from when neither side was seen to go on.
 */
final class FlushedReplies {
  private int awaited;
  private long since;
  private boolean reported;

  /**
   * True if it takes longer than this; said once.
   *
   * @param server null when the session has none
   * @param lastActivity when the client was last heard of
   */
  boolean overdue(ServerConnection server, long lastActivity, long now, long nanos) {
    int awaitedNow = server == null ? 0 : server.flushed();
    if (awaitedNow != awaited || lastActivity - since > 0) {
      awaited = awaitedNow;
      since = now;
      reported = false;
    }
    boolean overdue = awaited > 0 && !reported && now - since > nanos;
    reported |= overdue;
    return overdue;
  }
}
