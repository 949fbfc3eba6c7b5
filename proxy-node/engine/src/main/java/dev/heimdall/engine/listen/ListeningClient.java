package dev.heimdall.engine.listen;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A client that may listen, as its {@link Listening} sees it; all on the client's event loop. */
public interface ListeningClient {
  /** The pool whose hub listens for it. */
  PoolKey poolKey();

  /** True if it keeps its server connection beyond the transaction, and may listen on that. */
  boolean keepsServer();

  boolean pinned();

  /** True if it is in a transaction block, as far as what was answered says. */
  boolean inTransaction();

  /** The process id that it was given as its own. */
  int processId();

  /** The client keeps its server connection from now on. */
  void pin(PinReason reason);

  /** A statement that had to wait may be sent. */
  void resumeReading();

  /** The server was asked what it listens for, and is free of it. */
  void settled(ServerConnection server);

  /** True if a message that belongs to no statement may be sent to the client now. */
  boolean betweenTransactions();

  ByteBufAllocator alloc();

  /** Sends messages to the client. */
  void write(ByteBuf consumed);

  /** Puts messages in front of the end of the answer that is held back, which may go then. */
  void writeBeforeEnd(ByteBuf consumed);

  /** An answer is not held back any longer. */
  void announced();

  /**
   * True if the node has memory for so many bytes of channels; if not, the client has been ended.
   */
  boolean mayHold(long channels);

  /** The channels take so many bytes, for which there was memory. */
  void holds(long channels);

  /** True if the client is to be ended once notifications may have been missed. */
  boolean endsOnMissedNotifications();

  /** Sends an error and closes. */
  void fatal(ServerError error);

  boolean closed();

  /** An error in the node: the client's session ends. */
  void failed(Throwable cause);
}
