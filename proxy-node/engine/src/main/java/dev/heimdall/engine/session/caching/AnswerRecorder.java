package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.cache.StoredAnswer;
import io.netty.buffer.ByteBuf;

/**
 * Copies the answer to one statement as it passes on its way to the client, in its protocol's
 * messages. Belongs to an event loop.
 */
public interface AnswerRecorder {
  /** Progress of the copy. */
  enum State {
    /** More is to come. */
    MORE,
    /** The answer is over, and {@link #answer} is what it was. */
    WHOLE,
    /** It is not to be kept: an error, a notice, more than may be kept, or it is unknown what. */
    USELESS
  }

  /**
   * A piece of the answer, which may end anywhere; it is only read. Nothing more is to be given to
   * one that has not answered {@link State#MORE}.
   */
  State take(ByteBuf piece);

  /** Copied answer. */
  StoredAnswer answer();

  /**
   * True if this is, from its first byte to its last, an answer that one like it may have copied:
   * it was kept where others can write, too.
   */
  boolean mayHaveCopied(StoredAnswer answer);
}
