package dev.heimdall.engine.backend;

import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;

/** Owner of the pending replies to a group of messages: a client session, or the node itself. */
public interface ReplyOwner {
  /**
   * A run of whole or partial messages for this owner.
   *
   * @param consumed released or passed on by the owner on every path
   */
  void reply(ServerConnection from, ByteBuf consumed);

  /** An answer that the node gives itself stands at this place of the reply stream. */
  void knownReply(ServerConnection from, byte kind);

  /**
   * The server waits for copy data from this owner.
   *
   * @param ignoredSyncs Syncs sent before, which the server will not answer
   */
  void copyInStarted(ServerConnection from, int ignoredSyncs);

  /** An error in a batch made so many queries or function calls sent behind it void. */
  default void queriesSkipped(ServerConnection from, int count) {}

  /**
   * The error that has just come is not that of the statements that were sent last in its group.
   *
   * @param skipped how many of this owner's were sent behind the one that has failed, and are void
   */
  default void statementFailed(int skipped) {}

  /** Owner of the following statement, which fails with what fails here; null if none does. */
  default ReplyOwner failsNext() {
    return null;
  }

  /** True if notifications on this connection are meant for this owner; dropped if not. */
  boolean takesNotifications();

  /** The process id by which its client knows the server process of this connection. */
  default int processIdFor(ServerConnection from) {
    return from.processId();
  }

  /** The process id by which its client knows who has sent a notification from another one. */
  default int senderFor(int process) {
    return process;
  }

  /**
   * True if the message that is about to end the group must come by itself: its owner may have
   * something to say before. What comes of the group from now on is that message and what is right
   * before it.
   *
   * @param status of the transaction, as that message says
   */
  default boolean endsApart(ServerConnection from, TransactionState status) {
    return false;
  }

  /**
   * A text of the server about the owner's statements, with the client's names for them.
   *
   * @param text one character for each byte
   */
  String inClientsNames(String text);

  /** A reported parameter changed; the message itself is part of the run. */
  void parameterChanged(ServerConnection from, String name, String value);

  /** The server says unasked how far its data goes with what this owner has just committed. */
  default void wrote(ServerConnection from, Position position) {}

  /** The server says how many rows a statement has affected, in the piece that comes next. */
  default void affected(ServerConnection from, long rows) {}

  /**
   * This owner holds the connection, and the last of what others have sent on it is answered: a
   * protocol that takes one command at a time may go on.
   */
  default void atRest(ServerConnection from) {}

  /**
   * True if another server may answer now what this owner waits for on a connection whose server is
   * silent: if that is closed, it is answered there, and its client notices nothing.
   */
  default boolean answeredElsewhere(ServerConnection from) {
    return false;
  }

  /**
   * The server has rejected a command of this owner's because its transaction may not write, and
   * keeps the transaction as failed.
   *
   * @return what the client is told in place of that; null for what the server said
   */
  default ServerError writesRejected(ServerConnection from, ServerError error) {
    return null;
  }

  /**
   * True if an error stays unsaid, and what comes with it. Something of the group may have been
   * passed on before: {@link ServerConnection#told} and {@link ServerConnection#begun} say what.
   * Then {@link #groupAbsorbed} follows in the place of the rest of the group.
   */
  default boolean absorbs(ServerConnection from, ServerError error) {
    return false;
  }

  /**
   * True if an answer stays unsaid that came without an error, because it is too long to be held
   * until its end, or has left something on the connection that the owner's next statement may ask
   * about. Then {@link #groupAbsorbed} follows in the place of the rest of the group.
   *
   * @param whole whether its end has come
   */
  default boolean takesBack(ServerConnection from, boolean whole) {
    return false;
  }

  /** ReadyForQuery ended a group whose only message was an error that its owner has absorbed. */
  default void groupAbsorbed(ServerConnection from) {}

  /**
   * ReadyForQuery ended this owner's group.
   *
   * @param status of the transaction now
   * @param error the group's first error, or null
   */
  void groupComplete(ServerConnection from, TransactionState status, ServerError error);

  /**
   * The connection ended while replies were pending, or while this owner held it.
   *
   * @param lastError a FATAL the server sent before, which no owner has seen; or null
   */
  void connectionLost(ServerConnection from, ServerError lastError);

  /** Purpose for which this owner, the holder, keeps the connection. */
  default LeaseUse use(ServerConnection held) {
    return LeaseUse.WORKING;
  }

  /** One of these methods has thrown this: its owner is to end, and to say so in the log. */
  default void failed(Throwable cause) {}

  /** The server's socket takes bytes again. */
  void serverWritable(ServerConnection from);
}
