package dev.heimdall.engine.session;

import dev.heimdall.engine.lease.LeaseState;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.TimeUnit;

/**
 * How a session ends: with a last error or without, for a reason that goes to the log, and with all
 * that it had given back.
 */
final class SessionEnd {
  /** How long a client may take to receive the error that ends its session. */
  private static final int LAST_WORD_SECONDS = 5;

  private static final String BY_CLIENT = "client closed the connection";

  private final ClientSession session;
  private final LoopContext loop;
  private boolean announced;
  private String reason = BY_CLIENT;

  SessionEnd(ClientSession session, LoopContext loop) {
    this.session = session;
    this.loop = loop;
  }

  /** Whether the error that ends the session was sent: nothing more is taken from the client. */
  boolean announced() {
    return announced;
  }

  /** Sends a FATAL error, unless the client is in the middle of a message, and closes. */
  void fatal(ServerError error) {
    Channel channel = session.channel();
    if (announced || !channel.isActive()) {
      return;
    }
    announced = true;
    if (reason.equals(BY_CLIENT)) {
      reason = error.message();
    }
    if (session.state() == LeaseState.STARTING) {
      session.start().failed(error);
    }
    session.requests().discardAll();
    if (session.loss().cutsMessage(session.server())) {
      close(); // what came now would be taken for the rest of the message
      return;
    }
    ByteBuf out = channel.alloc().buffer(256);
    session.encoder().error(error, out);
    ChannelFuture written = channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    if (!written.isDone()) {
      // A client that does not read must not keep its place, nor a server connection.
      loop.later(session::terminate, LAST_WORD_SECONDS, TimeUnit.SECONDS, session::failed);
    }
  }

  /**
   * @param why for the log
   */
  void fatal(ServerError error, String why) {
    reason = why;
    fatal(error);
  }

  /** Some transports tell the end of a channel later than its close: the session ends here. */
  void close() {
    session.channel().close();
    if (!session.closed()) {
      ended();
    }
  }

  /**
   * @param why for the log
   */
  void close(String why) {
    reason = why;
    close();
  }

  /** The client's connection is closed. */
  void ended() {
    boolean welcomed = session.state() != LeaseState.STARTING;
    session.lease().become(LeaseState.CLOSED);
    session.requests().release();
    session.lifecycle().end();
    session.start().release();
    session.lease().leave();
    session.sentUnits().transaction().end();
    session.carried().names().close();
    session.listening().end();
    session.memory().end();
    session.console().cancel();
    session.pendingReplies().delay().end();
    session.foreign().abandon();
    session.lease().resumePaused();
    if (welcomed) {
      session.node().events().closed(session, reason);
    }
    session.sharing().abandon();
    session.lease().abandon();
  }
}
