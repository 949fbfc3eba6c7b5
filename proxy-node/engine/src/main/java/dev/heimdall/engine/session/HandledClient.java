package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ReplyEncoder;

/** A session as what handles its client's messages sees it; all on its loop. */
public interface HandledClient
    extends BatchClient,
        SchemaClient,
        SimpleClient,
        AnsweringClient,
        CallingClient,
        LeasingClient,
        ForeignClient {
  @Override
  StatementOwner owner();

  /** How the node encodes what it sends the client itself. */
  ReplyEncoder encoder();

  /** The present server connection, or null. */
  ServerConnection server();

  /** A value that servers report to sessions like this one; null when that is not known. */
  String reportedAtStart(String name);

  /** Servers report another one to such sessions by now. */
  void reportedOtherwise(String name, String value);

  /** Whether statements of its may share the pipeline of a connection. */
  boolean mayShare();

  /** Whether its source is a cluster with a writer to be followed. */
  boolean led();

  /** Whether the present or awaited server connection leads to a replica. */
  boolean away();

  /** Whether the transaction on a replica may have come to its end, once all is answered. */
  boolean endingAway();

  /** The client may be sent something again: it goes on. */
  void resumeReading();

  /**
   * The client logs in again over the same connection, by what waits: the session ends as if the
   * client had gone. For a client that is owed no answer.
   */
  void logInAgain();

  /** The client cancels what it waits for, over the connection that it waits on. */
  void cancel();
}
