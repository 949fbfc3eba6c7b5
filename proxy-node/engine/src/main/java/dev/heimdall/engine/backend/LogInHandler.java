package dev.heimdall.engine.backend;

import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.model.ServerAddress;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;

/**
 * A log-in at a server, from the beginning of its connection on: the only handler of the channel
 * until it is over. Whether it or the server speaks first is the protocol's matter.
 */
public interface LogInHandler extends ChannelInboundHandler {
  /** The time for it is over. */
  void expire(ChannelHandlerContext ctx);

  /** Called once, on the channel's event loop. */
  interface Outcome {
    void ready(ChannelHandlerContext ctx, LoggedIn found);

    void failed(ConnectFailure failure);

    /**
     * The server sends its clients to another one, which is logged in to in its place. The
     * connection is closed.
     */
    default void routed(ServerAddress other) {
      failed(
          ConnectFailure.unreachable(
              "the server sends its clients to " + other + ", where nobody follows"));
    }
  }

  /** Goes on with the connection after the log-in. */
  @FunctionalInterface
  interface Continuation {
    ServerDialogue on(ServerConnection connection, ReplyDelivery replies);
  }

  /**
   * Data known after a finished log-in.
   *
   * @param processId the server's number for the connection, as its operators see it
   * @param greeting what the server has reported to the session
   */
  record LoggedIn(int processId, Greeting greeting, Continuation next) {}
}
