package dev.heimdall.engine.session.statement;

import io.netty.buffer.ByteBuf;

/**
 * Looks at the replies of the statements whose results a rule wants to be written down. Only where
 * there are such rules; then each group of replies is followed from its beginning.
 */
public interface ResultWatch {
  /** For protocols whose results are not written down. */
  ResultWatch NONE = (piece, running) -> {};

  /** The reply to a group begins. */
  default void begin() {}

  /**
   * A piece of the reply to a group.
   *
   * @param running what was sent of this group, and of later ones, in order
   */
  void take(ByteBuf piece, Iterable<Running> running);

  /** Notes that it is unknown which reply of this group belongs to which statement. */
  default void spoil(long number) {}

  /** The group is over, or is going to be repeated. */
  default void groupOver() {}
}
