package dev.heimdall.engine.session;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;

/** A session as statements see it that another engine carries out; all on its loop. */
public interface ForeignClient {
  ByteBufAllocator alloc();

  TransactionState status();

  /** How long a statement may wait for a connection; zero for no limit. */
  Duration queueTimeout();

  /** Whether it can still be sent a reply. */
  boolean connected();

  /** Whether a statement may be carried out; if not, it was rejected, or the session has ended. */
  boolean admits();

  /** The session's group of messages goes elsewhere than to a server connection. */
  void sentElsewhere();

  /**
   * That group is answered.
   *
   * @param error null when it was carried out
   */
  void answeredElsewhere(ServerError error);

  /** Sends a part of a reply that stands in for a server's. */
  void replyElsewhere(ByteBuf consumed);

  /** Whether the client takes more of what it is sent. */
  boolean takesMore();

  /** The statement has ended: the session goes on. */
  void callEnded();

  /** A batch has ended, and so has the transaction that it was. */
  void batchEnded();

  /** How many prepared statements the client may have. */
  int preparedLimit();

  /** There is no room for its unnamed statement: the session ends. */
  void refuseUnnamed();

  /** Sends an error and closes. */
  void fatal(ServerError error);

  /** The client has sent what the protocol does not allow: an error, and the end. */
  void protocolError(String message);

  /** The client wants to go. */
  void terminate();

  /** An error in the node: the session ends. */
  void failed(Throwable cause);
}
