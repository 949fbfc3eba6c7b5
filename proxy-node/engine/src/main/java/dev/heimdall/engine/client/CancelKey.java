package dev.heimdall.engine.client;

/**
 * Key that a client has to show to cancel what a session runs.
 *
 * @param session the session's number in the fleet
 * @param secret what only the session's own client was told
 */
public record CancelKey(int session, byte[] secret) {
  @Override
  public String toString() {
    return "CancelKey[session=" + session + "]";
  }
}
