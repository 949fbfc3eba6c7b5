package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;

/** A cancel request of the node's for a time limit, as long as its server has not acted on it. */
final class UnansweredCancel {
  /** Null where none is. */
  private ServerConnection server;

  private long group;
  private long since;

  /**
   * A request was sent.
   *
   * @param answered how many groups were answered before: the next one is to end
   */
  void sent(ServerConnection to, long answered, long now) {
    server = to;
    group = answered;
    since = now;
  }

  /**
   * True if the server has not acted on it for longer than this. Looked at now and then.
   *
   * @param from the session's server connection, or null
   * @param answered how many groups are answered; -1 when nothing is waited for
   */
  boolean longerThan(long nanos, ServerConnection from, long answered, long now) {
    if (server == null) {
      return false;
    }
    if (server != from || group != answered || server.closed()) {
      server = null;
      return false;
    }
    if (now - since <= nanos) {
      return false;
    }
    server = null;
    return true;
  }
}
