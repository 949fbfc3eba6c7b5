package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.sql.StatementFacts;
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

  /** A transaction begins that may have to be replayed. */
  void transactionBegins(byte[] sql, boolean forReplica);

  /** A statement of the transaction is being sent. */
  void transactionStatement(StatementFacts facts);

  /**
   * Whether rules say the same of the statement as before, if the transaction is being replayed.
   *
   * @param outcome what rules put in its place
   */
  boolean ruledAlike(int outcome);

  /** A statement is being sent that may change what names mean. */
  void namesMayMove(StatementFacts facts);

  /** What names mean may have changed. */
  void namesMoved();

  /** Sends an error and closes. */
  void fatal(ServerError error);

  /** The client has sent what the protocol does not allow: an error, and the end. */
  void protocolError(String message);
}
