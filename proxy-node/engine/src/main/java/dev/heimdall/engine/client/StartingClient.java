package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A session as its {@link SessionStart} sees it; all on the client's event loop. */
public interface StartingClient {
  /** True if the client is still there and waits for the end of its log-in. */
  boolean awaited();

  boolean closed();

  ByteBufAllocator alloc();

  /** The session's server connections come from this pool. */
  void assign(PoolKey key);

  /** The session needs a server connection to learn what servers report to it. */
  void acquireServer();

  /** The session has this connection, which was made for it, to its end. */
  void dedicate(ServerConnection connection);

  /** Sends the end of the log-in; the session is ready. */
  void ready(ByteBuf welcome);

  /** Processes data that the client has sent ahead. */
  void process();

  /** Sends the client's data to the connection that was made for it. */
  void processDedicated();

  /** The client gets an error instead of its welcome: it is counted. */
  void logInFailed();

  /** Sends an error and closes. */
  void fatal(ServerError error);

  /** An error in the node: the session ends. */
  void failed(Throwable cause);
}
