package dev.heimdall.engine.listen;

/**
 * Notification of a server to a listener.
 *
 * @param processId of who has sent it, as clients know it
 */
record Notification(int processId, String channel, String payload) {
  /** Without the payload, which is for the listener alone. */
  @Override
  public String toString() {
    return "notification of " + channel;
  }
}
