package dev.heimdall.engine.sharing;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pool.LaneUser;
import dev.heimdall.engine.wire.ServerError;

/** A session as the sharing of server connections sees it; all on its loop. */
public interface SharingClient {
  /** Whose statements stand in the pipeline. */
  LaneUser user();

  // ---- the batch that waits, or was sent

  /** Whether all that waits is one statement that may share the pipeline of a connection. */
  boolean shareable(int most);

  /** Whether that statement can be carried out over this connection as it is. */
  boolean runsOn(ServerConnection connection);

  /** Whether its client sends statements before those ahead of them are answered. */
  boolean pipelines();

  /** The batch that waits is kept, so that it can be sent again. */
  void keepBatch();

  /** Whether the client has had nothing of the answer that comes from this connection. */
  boolean nothingGiven(ServerConnection from);

  /** The batch that was kept is read again. */
  void repeatBatch();

  /** The batch that was kept is not sent again. */
  void forgetBatch();

  /** What was to be undone if what was sent last fails is not: the session has left it behind. */
  void undoNothing(ServerConnection connection);

  /** The group sent last will be sent again: nothing was answered, and nothing will be. */
  void groupTakenBack();

  // ---- the session

  /** Whether the client is in a transaction whose connection was lost. */
  boolean transactionLost();

  /** Whether what was lost may be tried again over another connection. */
  boolean mayGoOn();

  /** Whether the client takes more of what it is sent. */
  boolean takesMore();

  /** Answers the statement with an error. */
  void answer(ServerError error);

  /** What the client has sent is carried out. */
  void process();
}
