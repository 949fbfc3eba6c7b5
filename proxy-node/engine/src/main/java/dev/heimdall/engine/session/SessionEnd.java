package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.CloseReason;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.statement.SessionEvents;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** End of a session: with a last error or without, and for a reason that goes to the log. */
final class SessionEnd {
  /** Reason that a session was closed; for the log. */
  static final String AMID_MESSAGE = "the server connection was lost in the middle of a message";

  /** Time that a client may take to receive the error that ends its session. */
  private static final int LAST_WORD_SECONDS = 5;

  private enum Stage {
    GOING_ON,
    /** The error that ends the session was sent. */
    ANNOUNCED,
    /** The client's channel is no more the session's. */
    HANDED_OVER
  }

  private final Channel channel;
  private final ClientOutput output;
  private final ClientInput input;
  private final SessionStart start;
  private final StatementLifecycle lifecycle;
  private final ServerLease lease;
  private final LoopContext loop;
  private final SessionEvents events;
  private final Predicate<ServerConnection> cutsMessage;
  private final Consumer<CloseReason> ended;
  private final SessionContext session;
  private final OwnIdleLimits own;
  private Stage stage = Stage.GOING_ON;
  private CloseReason reason = CloseReason.BY_CLIENT;

  /**
   * @param cutsMessage whether the client waits for the rest of a message from this connection
   * @param ended gives back all that the session has; takes the reason
   */
  SessionEnd(
      SessionContext session,
      ClientInput input,
      StatementLifecycle lifecycle,
      SessionEvents events,
      Predicate<ServerConnection> cutsMessage,
      Consumer<CloseReason> ended) {
    this.channel = session.channel();
    this.output = session.output();
    this.input = input;
    this.start = session.start();
    this.lifecycle = lifecycle;
    this.lease = session.lease();
    this.loop = session.loop();
    this.events = events;
    this.cutsMessage = cutsMessage;
    this.ended = ended;
    this.session = session;
    this.own = new OwnIdleLimits(session);
  }

  /** True if the error that ends the session was sent: nothing more is taken from the client. */
  boolean announced() {
    return stage == Stage.ANNOUNCED;
  }

  /** Goes on to a later stage; whether it was not there. */
  private boolean become(Stage next) {
    if (stage.compareTo(next) >= 0) {
      return false;
    }
    stage = next;
    return true;
  }

  /** The limits that the session has set to its own silence. */
  OwnIdleLimits own() {
    return own;
  }

  /** The client sent what the protocol does not allow: an error, and the end. */
  void protocolError(String message) {
    events.protocolError();
    fatal(ServerError.protocolViolation(message));
  }

  /** Sends a FATAL error, unless the client is in the middle of a message, and closes. */
  void fatal(ServerError error) {
    if (!channel.isActive() || !become(Stage.ANNOUNCED)) {
      return;
    }
    if (reason.orderly()) {
      reason = CloseReason.of(error.message());
    }
    if (lease.state() == LeaseState.STARTING) {
      start.failed(error);
    }
    input.discard();
    lifecycle.abandon(error);
    if (cutsMessage.test(lease.server())) {
      close(); // what came now would be taken for the rest of the message
      return;
    }
    ByteBuf out = output.alloc().buffer(256);
    output.encoder().error(error, out);
    closeBehind(out);
  }

  /**
   * Takes nothing more from the client, and closes once it has what it was answered.
   *
   * @param why for the log
   */
  void behindAnswer(String why) {
    if (channel.isActive() && become(Stage.ANNOUNCED)) {
      reason = CloseReason.of(why);
      input.discard();
      closeBehind(Unpooled.EMPTY_BUFFER);
    }
  }

  private void closeBehind(ByteBuf out) {
    ChannelFuture written = channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    if (!channel.isRegistered()) {
      // Between two processes it raises no events.
      written.addListener(done -> loop.soon(this::ended, session::failed));
    }
    if (!written.isDone()) {
      // A client that does not read must not keep its slot, nor a server connection.
      loop.later(this::close, LAST_WORD_SECONDS, TimeUnit.SECONDS, session::failed);
    }
  }

  /**
   * Ends a session with an error to a client that reads nothing: what the session has is given back
   * before the client has received the error.
   */
  void fatalToSilent(ServerError error) {
    fatal(error);
    ended();
  }

  /**
   * @param why for the log
   */
  void fatal(ServerError error, String why) {
    reason = CloseReason.of(why);
    fatal(error);
  }

  /** True if the session's servers say nothing when they end it for a limit of its own. */
  boolean silentAtLimits() {
    return output.encoder().ofOwnLimit(OwnIdleLimits.OUTSIDE) == null;
  }

  /**
   * The session ends as its servers would end it for a limit of its own.
   *
   * @param limit as PostgreSQL says it, or as a server has; null for nothing
   */
  void atLimit(ServerError limit) {
    ServerError said = limit == null ? null : output.encoder().ofOwnLimit(limit);
    if (said == null) {
      close("a time limit of the session's own");
    } else {
      fatal(said.asFatal());
    }
  }

  /** Some transports report the end of a channel later than its close: the session ends here. */
  void close() {
    if (stage != Stage.HANDED_OVER) {
      output.flushWaiting();
      channel.close();
    }
    ended();
  }

  /**
   * The session ends, and the channel stays open for another.
   *
   * @param why for the log
   */
  void handOver(String why) {
    become(Stage.HANDED_OVER);
    output.flushWaiting();
    output.end();
    reason = CloseReason.of(why);
    ended();
  }

  /**
   * @param why for the log
   */
  void close(String why) {
    reason = CloseReason.of(why);
    close();
  }

  /** The client's connection is closed. */
  void ended() {
    if (!lease.closed()) {
      ended.accept(reason);
    }
  }
}
