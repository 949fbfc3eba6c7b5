package dev.heimdall.engine.memory;

/** Memory that one client holds of a {@link ClientShare}. Belongs to the client's event loop. */
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

  /** Sets the number of bytes that the client holds in a holder that may give way to others. */
  public boolean is(long now, ClientShare.Holder holder) {
    share.uses(holder, closed ? 0 : now);
    return is(now);
  }

  /** True if there is room for so many bytes, of which nothing more counts than before. */
  public boolean mayBe(long now) {
    return now <= bytes || now <= ClientShare.ALWAYS || share.hasRoom(now - bytes, now);
  }

  /** True if there is room for them once others have given way. */
  public boolean mayEverBe(long now) {
    return share.mayEverHold(now);
  }

  /** Has others, of all event loops, let go of what they are not using. */
  public void askForRoom() {
    share.ask();
  }

  /** The holder is using what it holds. */
  public void uses(ClientShare.Holder holder) {
    if (bytes > ClientShare.LITTLE) {
      share.uses(holder, bytes);
    }
  }

  /** The client has ended: what it kept is gone, or is in a moment, and nothing counts any more. */
  public void close() {
    is(0);
    closed = true;
  }
}
