package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;

/** A session as its simple queries see it; all on its loop. */
public interface SimpleClient extends AnsweringClient {

  /** To whom replies go. */
  StatementOwner owner();

  /** Groups of messages that are not answered. */
  int outstanding();

  /** A group of messages was sent. */
  void groupSent();

  /** A statement of the node's own was answered. */
  void quietDone(ServerConnection from);

  /** The reply that comes next gets this tag. */
  void promiseTag(String tag);

  /** The lost transaction is rolled back: the client knows of the loss. */
  void forgetLostTransaction();

  /** Sends an error and closes. */
  void fatal(ServerError error);

  /** The client has sent what the protocol does not allow: an error, and the end. */
  void protocolError(String message);
}
