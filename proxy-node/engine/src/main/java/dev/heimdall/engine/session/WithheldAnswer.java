package dev.heimdall.engine.session;

import io.netty.buffer.ByteBuf;

/**
 * The beginning of an answer that waits here for the rest, so that its client has had nothing of it
 * should the server be lost first. Who has one decides what may wait, and when the next answer
 * begins; what waits belongs to it until it is taken out, given or dropped.
 */
final class WithheldAnswer {
  /**
   * So much waits. A server gathers 8 KiB before it sends any of an answer that has not ended: what
   * is less has only been cut up on its way, or is the last that the server will send.
   */
  private static final int MOST = 7 * 1024;

  private final ClientSession session;

  /** What has come and the client has not had; null for nothing. */
  private ByteBuf bytes;

  /** Whether the client has had something of the answer. */
  private boolean given;

  WithheldAnswer(ClientSession session) {
    this.session = session;
  }

  /** What comes from now on is of another answer. */
  void begin() {
    given = false;
  }

  boolean given() {
    return given;
  }

  /** Whether so many bytes more are still little. */
  boolean hasRoom(int more) {
    return (bytes == null ? 0 : bytes.readableBytes()) + more <= MOST;
  }

  /**
   * The next piece of the answer has come.
   *
   * @param mayWait whether it may; else it goes to the client, and so does all that follows
   * @return whether it waits; then it is released
   */
  boolean takes(ByteBuf consumed, boolean mayWait) {
    if (given || !mayWait) {
      given = true;
      return false;
    }
    if (bytes == null) {
      bytes = session.channel().alloc().buffer(consumed.readableBytes());
    }
    bytes.writeBytes(consumed);
    consumed.release();
    return true;
  }

  /** What waits and goes to the client now, before anything else; null for nothing. */
  ByteBuf takeOut() {
    ByteBuf taken = bytes;
    bytes = null;
    return taken;
  }

  /** What waits goes to the client. */
  void give() {
    if (bytes != null) {
      given = true;
      session.write(takeOut());
    }
  }

  /** What waits goes to the client, if there still is one. */
  void giveOrDrop() {
    if (session.closed()) {
      drop();
    } else {
      give();
    }
  }

  /** The client is not to have what waits. */
  void drop() {
    if (bytes != null) {
      bytes.release();
      bytes = null;
    }
  }

  /**
   * The rest of the answer will not come.
   *
   * @return whether the client has had nothing of it, and will not
   */
  boolean dropUntold() {
    boolean untold = bytes != null && !given;
    drop();
    return untold;
  }
}
