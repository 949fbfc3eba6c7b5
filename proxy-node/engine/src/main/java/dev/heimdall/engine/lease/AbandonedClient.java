package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;

/** A session whose client has gone, as what it has left behind sees it; all on its loop. */
public interface AbandonedClient {

  /** To whom replies go. */
  ReplyOwner owner();

  /** The present server connection, or null. */
  ServerConnection server();

  /** Whether its server connection was made for it, outside the pools. */
  boolean dedicated();

  /** Whether connections are shared between sessions at all. */
  boolean multiplexed();

  /** Groups of messages that are not answered. */
  int outstanding();

  /** Fills up a message that the client has sent a part of, if it can be. */
  void endCutMessage(ServerConnection connection);

  /** A Sync of the node's own was sent. */
  void endingSent();

  boolean undecidedListening();

  /** It has no connection any more. */
  void forgetServer();

  /** The connection goes back to its pool. */
  void giveBack(ServerConnection connection);

  /** An error in the node: the session ends. */
  void failed(Throwable cause);
}
