package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;

/** What a session's client has sent. */
public interface ClientRequests {
  /** It is handled as far as the session's state allows. */
  void process();

  /** The same, unless the session has ended, or is about to hear that its connection has. */
  void resume();

  /** What waits is not carried out: it is answered with this error. */
  void refuse(ServerError error);

  /** The statement at the reader's position waits for something other than a connection. */
  void block();

  /** What has not been handled; null when that is nothing. */
  ByteBuf waiting();

  /** Whether a message is being passed on of which not all has come. */
  boolean streaming();

  /** Whether a message has come of which not all was handled. */
  boolean midMessage();

  /** Fills up a message that the client has sent a part of, if it can be. */
  void endCutMessage(ServerConnection connection);
}
