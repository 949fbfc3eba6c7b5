package dev.heimdall.engine.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import java.net.SocketAddress;
import java.util.concurrent.CompletionStage;

/** The operator's statements: in the admin database, and among an admin user's own. */
public interface Console {
  /** Whether the text is a command of the console rather than SQL. Cheap. */
  boolean recognises(byte[] sql, int offset, int length);

  /**
   * Runs one command of an admin user among its other statements.
   *
   * @param status transaction status for the ReadyForQuery that ends the reply
   * @return the reply's bytes; never fails, errors are part of the reply
   */
  CompletionStage<ByteBuf> run(String sql, String user, SocketAddress address, byte status);

  /** What talks to a client of the admin database after ReadyForQuery was sent. */
  ChannelHandler handler(String user, SocketAddress address);
}
