package dev.heimdall.engine.statement;

import io.netty.buffer.ByteBuf;

/**
 * Looks at the replies of the statements whose results a rule wants to be written down. Only where
 * there are such rules; then each group of replies is followed from its beginning.
 */
public interface ResultWatch {
  /** Whether a part of the reply to the present group has come. */
  boolean begun();

  /**
   * The reply to a group begins.
   *
   * @param asked whether some rule may want to know of it
   */
  void begin(boolean asked);

  /**
   * A piece of the reply to a group.
   *
   * @param running what was sent of this group, and of later ones, in order
   */
  void take(ByteBuf piece, Iterable<Running> running);

  /** Which reply of this group is whose is unknown. */
  void spoil(long number);

  /** The group is over, or is going to be repeated. */
  void groupOver();
}
