package dev.heimdall.engine.memory;

/** What one client holds of a {@link ClientShare}. Belongs to the client's event loop. */
public final class ClientUsage {
  private final ClientShare share;
  private long bytes;
  private boolean closed;

  ClientUsage(ClientShare share) {
    this.share = share;
  }

  /**
   * The client holds, or is about to hold, so many bytes: they count from now on.
   *
   * @return whether there is room for them; if not, the client has to end, and gives them back then
   */
  public boolean is(long now) {
    if (now == bytes || closed) {
      return true;
    }
    long had = bytes;
    bytes = now;
    return share.moved(had, now);
  }

  /** The client has ended: what it kept is gone, or is in a moment, and nothing counts any more. */
  public void close() {
    is(0);
    closed = true;
  }
}
