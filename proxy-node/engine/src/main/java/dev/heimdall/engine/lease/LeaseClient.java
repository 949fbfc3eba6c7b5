package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;

/** A session as its lease of a server connection sees it; all on its loop. */
public interface LeaseClient {
  /** To whom replies go. */
  ReplyOwner owner();

  /** Who waits for a connection. */
  Waiter waiter();

  /** Whether its server connection was made for it, outside the pools. */
  boolean dedicated();

  // ---- what it has sent

  /** What the client has sent is carried out. */
  void process();

  /** What the client has sent is not carried out: it is answered with this error. */
  void refuse(ServerError error);

  /** The statement at the reader's position waits for something other than a connection. */
  void block();

  /** Whether a message is being passed on of which not all has come. */
  boolean streaming();

  /** Whether a message has come of which not all was handled. */
  boolean midMessage();

  /** Whether something else than its client has to happen before it goes on. */
  boolean waiting();

  /** Whether the statement at the reader's position has been in a shared pipeline before. */
  boolean sentBefore();

  /** What rules say of the next statement. */
  Decision decision();

  /** The statement that was sent last is going to be sent again. */
  void takeBack();

  /** No transaction is open and nothing is unanswered: settings are what was read back. */
  void settingsKnown();

  /** It is sent again now. */
  void tryAgain();

  /** The connection's sequence values are another session's: the server is to forget them. */
  void forgetSequences(ServerConnection connection);

  /** Fills up a message that the client has sent a part of, if it can be. */
  void endCutMessage(ServerConnection connection);

  // ---- pending replies

  /** Groups of messages that are not answered. */
  int outstanding();

  /** Whether it keeps the connection until all that is pending on it is answered. */
  boolean awaitsRest(ServerConnection server);

  /** A Sync of the node's own was sent. */
  void endingSent();

  /** Whether the client takes more of what it is sent. */
  boolean takesMore();

  /** Sends the client a notice. */
  void notice(ServerError notice);

  /** Reports to the client that a parameter has this value now. */
  void parameter(String name, String value);

  // ---- shared pipelines

  /** A place in a pipeline of this pool's connections; null for a connection of its own. */
  ServerConnection placeShared(LoopPool pool);

  /** Takes a place that was waited for. */
  ServerConnection takeShared(Lane lane);

  /** The statement that waited has a connection to itself. */
  void alone();

  // ---- its beginning and its end

  /**
   * What a server reports to sessions like this one.
   *
   * @param away whether it is a replica, in place of a writer
   */
  Greeting learn(ServerConnection server, boolean away);

  /** The client may begin. */
  void welcome(Greeting greeting);

  /** Ends a session of a node that drains instead of letting it begin another transaction. */
  boolean endsDrained();

  /** The session has come to rest: if its node drains, it ends. */
  boolean drained();

  void pin(PinReason reason);

  /** The settings that are carried take so much memory. */
  void settingsHeld(long bytes);

  /** Sends an error and closes. */
  void fatal(ServerError error);

  /** An error in the node: the session ends. */
  void failed(Throwable cause);

  /** The session may be pinned for less than when this connection was answered last. */
  void pinsRead(ServerConnection connection);
}
