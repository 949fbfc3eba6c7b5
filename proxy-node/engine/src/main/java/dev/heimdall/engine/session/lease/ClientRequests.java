package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;

/**
 * Requests that a session's client has sent, as the session's parts and their handlers see them.
 */
public interface ClientRequests {
  /** It is handled as far as the session's state allows. */
  void process();

  /**
   * Handles the requests as far as the session's state allows, unless the session has ended, or is
   * about to be notified that its connection has.
   */
  void resume();

  /** Rejects the waiting requests: they are answered with this error. */
  void refuse(ServerError error);

  /**
   * The request at the reader's position cannot be handled now; its obstacle resumes the reader.
   */
  void block();

  /** The same; nothing more is read from the client meanwhile, as its server takes no more. */
  void holdReading();

  /** The rest of a batch up to its Sync is void. */
  void skipToSync();

  /** Bytes that have not been handled; null when there are none. */
  ByteBuf waiting();

  /** True if a message is being passed on of which not all has come. */
  boolean streaming();

  /** True if a message has come of which not all was handled. */
  boolean midMessage();

  /** Fills up a message that the client has sent a part of, if it can be. */
  void endCutMessage(ServerConnection connection);
}
