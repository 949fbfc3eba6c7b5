package dev.heimdall.engine.backend;

import dev.heimdall.engine.wire.EditedText;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Reads what a server sends on one connection, as its protocol has it: knows what is expected,
 * walks the headers, and hands runs of bytes to their owners by {@link ReplyDelivery}. Belongs to
 * the thread of the connection's event loop.
 */
public interface ReplyScanner {
  /**
   * Notes that a message was (or will at once be) written whose reply belongs to the owner.
   *
   * @param kind what message, by the protocol's own numbers
   */
  void expect(byte kind, ReplyOwner owner);

  /**
   * Notes that a multi-statement query in which the node has changed something was (or will at once
   * be) written and that its reply belongs to the owner; of protocols whose errors name places in
   * texts.
   */
  default void expectEdited(EditedText text, ReplyOwner owner) {
    throw new UnsupportedOperationException("its errors name no places in texts");
  }

  /**
   * Bytes have come, cut anywhere.
   *
   * @param consumed released or passed on
   */
  void read(ByteBuf consumed);

  /** True if an owner has had the beginning of a message whose rest has not come. */
  boolean cutReply();

  /** True if the server skips whatever it is sent until its batch is ended. */
  default boolean skipping() {
    return false;
  }

  /** Number of statements sent to be run in the open batch. */
  default int statements() {
    return 0;
  }

  /** True if the server waits for data of a copy. */
  default boolean copyIn() {
    return false;
  }

  /** The end of a copy was sent, perhaps before the server has asked for its data. */
  default void copyInEnded() {}

  /** Answers that are the node's own are wanted as soon as those before them have come. */
  default void flushing() {}

  /** Number of unanswered messages with answers that {@link #flushing} has requested. */
  default int flushed() {
    return 0;
  }

  /** Gives those that {@link #flushing} has asked for and that stand first. */
  default void answerFlushed() {}

  /** The rows among these messages: text values, null for SQL null. */
  List<List<String>> rows(ByteBuf messages);

  /** The connection is lost: nothing is expected any more, and no rest of a message. */
  void lost();
}
