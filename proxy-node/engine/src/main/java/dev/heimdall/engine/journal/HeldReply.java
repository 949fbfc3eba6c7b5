package dev.heimdall.engine.journal;

import dev.heimdall.engine.reply.ReplySource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;

/**
 * The beginning of the answer to the first unit that is not answered, as long as it waits here for
 * the rest, so that its client has had nothing of it should the server be lost first.
 */
public final class HeldReply {
  private final ByteBufAllocator allocator;
  private final DeliveredPart part;
  private final Consumer<ByteBuf> client;

  /** Bytes that have come and that the client has not had; null for none. */
  private ByteBuf bytes;

  /** True if the client has had something of the answer. */
  private boolean delivered;

  /** True if a new answer is compared with all that has come so far, once the client has it. */
  private boolean counts = true;

  /**
   * @param part what the client has had of it
   * @param client takes what goes to the client
   */
  public HeldReply(ByteBufAllocator allocator, DeliveredPart part, Consumer<ByteBuf> client) {
    this.allocator = allocator;
    this.part = part;
    this.client = client;
  }

  /** Starts another answer: all that comes from now on is of it. */
  public void begin() {
    delivered = false;
    counts = true;
    part.begin();
  }

  /** Of that what the client has had of it may be left out when its unit is read again. */
  public DeliveredPart part() {
    return part;
  }

  /** True if the client has had something of the answer. */
  public boolean delivered() {
    return delivered || part.isThere();
  }

  /**
   * Returns the part of the answer that the client has had.
   *
   * @param due whether something is there that it must have
   */
  Delivery delivery(boolean due) {
    if (part.isKnown()) {
      return Delivery.KNOWN;
    }
    return delivered() || due ? Delivery.UNKNOWN : Delivery.NOTHING;
  }

  /** True if so many bytes more are still little. */
  public boolean hasRoom(int more) {
    return (bytes == null ? 0 : bytes.readableBytes()) + more <= ReplySource.MOST_HELD;
  }

  /**
   * The next piece of the answer has come.
   *
   * @param mayWait whether it may; else it goes to the client, and so does all that follows
   * @param compared whether a new answer can be compared with it and with what came before
   * @return whether it waits; then it is released
   */
  public boolean takes(ByteBuf consumed, boolean mayWait, boolean compared) {
    counts &= compared;
    if (delivered || !mayWait) {
      if (bytes != null) {
        delivers(bytes);
      }
      delivers(consumed);
      return false;
    }
    if (bytes == null) {
      bytes = allocator.buffer(consumed.readableBytes());
    }
    bytes.writeBytes(consumed);
    consumed.release();
    return true;
  }

  private void delivers(ByteBuf piece) {
    delivered = true;
    if (counts) {
      part.delivers(piece);
    } else {
      part.deliversUncounted();
    }
  }

  /**
   * Takes out the waiting bytes, which go to the client now, before anything else; null for none.
   */
  public ByteBuf takeOut() {
    ByteBuf taken = bytes;
    bytes = null;
    return taken;
  }

  /** Sends the waiting bytes to the client. */
  public void deliver() {
    if (bytes != null) {
      delivers(bytes);
      client.accept(takeOut());
    }
  }

  /** The client is not to have what waits. */
  public void drop() {
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
  public boolean dropUndelivered() {
    boolean undelivered = bytes != null && !delivered;
    drop();
    return undelivered;
  }
}
