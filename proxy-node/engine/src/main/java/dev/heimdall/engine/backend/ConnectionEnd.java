package dev.heimdall.engine.backend;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ReplyGroups;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.ChannelOutputShutdownException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * End of one server connection: which side caused it, what its users get, and its state at that
 * moment.
 */
public final class ConnectionEnd {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.server");

  /** Time limit for reading from a server that accepts no more bytes. */
  private static final int LAST_WORDS_MILLIS = 1000;

  private final ServerConnection connection;
  private final Channel channel;
  private final ReplyGroups<ReplyOwner> groups;

  /** True if the server is to close the connection, of which nothing is read any more. */
  private boolean left;

  /** True if the server reads nothing any more: it has said so, or takes no more bytes. */
  private boolean outputClosed;

  /** The error that its users get; null as long as no reason is known. */
  private ServerError fatal;

  private Ending ending;

  /** Owner of the first pending reply when the connection was lost. */
  private ReplyOwner first;

  private boolean groupOpen;

  ConnectionEnd(ServerConnection connection, Channel channel, ReplyGroups<ReplyOwner> groups) {
    this.connection = connection;
    this.channel = channel;
    this.groups = groups;
  }

  boolean left() {
    return left;
  }

  /** Null before the end. */
  Ending ending() {
    return ending;
  }

  /** True if messages had been sent whose batch had not been ended. */
  boolean groupOpen() {
    return groupOpen;
  }

  boolean wasFirst(ReplyOwner owner) {
    return first == owner;
  }

  /**
   * Ends the connection politely; pending replies are lost.
   *
   * @param why in words, for the log
   */
  void close(String why) {
    close(new Ending(Ending.Side.NODE, why));
  }

  /** Ends it, with whose doing that is. */
  public void close(Ending why) {
    if (takesLeave(why)) {
      closeNow();
    }
  }

  /**
   * Ends the connection for all who use it, whose pending replies are lost, and leaves it to its
   * server to close it: one that does not read now holds its place there until it does.
   *
   * @param why in words, for the log
   * @param gone runs on the loop when it is closed
   */
  public void leave(String why, Runnable gone) {
    assert connection.context().inLoop();
    channel
        .closeFuture()
        .addListener(closed -> connection.context().soon(gone, connection::failed));
    if (takesLeave(new Ending(Ending.Side.NODE, why))) {
      left = true;
      channel.config().setAutoRead(true); // or its end would not be seen
      lost();
    }
  }

  /** Closes it where it was left and its server has not. */
  public void abandon() {
    channel.close();
  }

  /**
   * A statement of the node's own has failed that was to make the connection one session's, or to
   * find out what a session has set: the connection is closed, and counted, and no session gets it.
   *
   * @param statement what failed, in words, for the log
   */
  public void closeForState(String statement, ServerError error) {
    close(Ending.ofState(statement, error));
  }

  /** Sends the server the end of the session; returns whether that was possible. */
  private boolean takesLeave(Ending why) {
    if (connection.closed() && !connection.target().fence().closed()) {
      return false;
    }
    note(why.side(), why.reason());
    if (connection.target().fence().closed()) {
      cut();
      return false;
    }
    ByteBuf out = channel.alloc().buffer(5);
    connection.requests().terminate(out);
    connection.allLeaves();
    channel.writeAndFlush(out);
    return true;
  }

  /** Ends the connection so that nothing of what is written and has not left reaches the server. */
  void cut() {
    if (!connection.closed()) {
      note(Ending.Side.NODE, "the writer is fenced, or not the writer any more");
      connection.target().fence().found();
      channel.unsafe().close(channel.voidPromise()); // TLS would let go of what waits in it
      lost();
    }
  }

  /**
   * The server has not ended what was cancelled for a time limit: the connection is closed, and
   * nothing that was sent over it by the one who waits for it is sent again.
   *
   * @param error what its users get
   */
  public void overdue(ServerError error) {
    assert connection.context().inLoop();
    if (!connection.closed()) {
      fatal = error;
      close(new Ending(Ending.Side.TIME_LIMIT, error.message()));
    }
  }

  void outOfSync(String what) {
    fatal =
        ServerError.fatal(
            Sqlstate.PROTOCOL_VIOLATION, "the database server broke the protocol: it sent " + what);
    note(Ending.Side.PROTOCOL, "it sent " + what);
    closeNow();
  }

  /** The server has said why it ends the connection. */
  void announced(ServerError error) {
    fatal = error;
    outputClosed = true;
    if (ending != null && ending.side() == Ending.Side.SERVER) {
      ending = new Ending(Ending.Side.SERVER, error.message()); // found out after it went
    }
  }

  /** True if the server reads nothing any more. */
  boolean isOutputClosed() {
    return outputClosed;
  }

  /** The server takes no more bytes. What it has said before that may be why, and is read first. */
  void outputEnded() {
    if (!outputClosed) {
      outputClosed = true;
      channel.config().setAutoRead(true);
      connection
          .context()
          .later(this::follow, LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS, connection::failed);
    }
  }

  /** The server ends the connection. */
  public void follow() {
    if (!connection.closed()) {
      closeNow();
    }
  }

  /** The connection failed, or code of the node's has thrown this while it was at work with it. */
  void failed(Throwable cause) {
    boolean network = cause instanceof IOException || cause.getCause() instanceof IOException;
    if (!network) {
      LOG.error(
          "server connection {} ends because of an error in the node", connection.id(), cause);
      note(Ending.Side.NODE, "error in the node: " + cause);
    }
    if (fatal == null) {
      fatal =
          ServerError.fatal(
              Sqlstate.CONNECTION_FAILURE,
              network
                  ? "the connection to the database server failed: " + reason(cause)
                  : "the connection to the database server ended because of an error in the node");
    }
    if (cause instanceof ChannelOutputShutdownException) {
      outputEnded();
    } else {
      closeNow();
    }
  }

  private static String reason(Throwable cause) {
    boolean wrapped = cause instanceof ChannelOutputShutdownException && cause.getCause() != null;
    String message = (wrapped ? cause.getCause() : cause).getMessage();
    return message == null ? "it was closed" : message;
  }

  /**
   * Some transports report the end of a channel later than its close: it is not used until then.
   */
  private void closeNow() {
    if (connection.tls() && !outputClosed) {
      connection.allLeaves(); // what waits may go out ahead of the end of TLS
    }
    channel.close();
    lost();
  }

  /** Notes what ended the connection: the first note counts, later ones follow from it. */
  private void note(Ending.Side side, String why) {
    if (ending == null) {
      ending = new Ending(side, why);
    }
  }

  /** There is no connection any more: everyone who counted on it hears so, once. */
  void lost() {
    if (connection.closed()) {
      return;
    }
    note(Ending.Side.SERVER, fatal == null ? "the server closed the connection" : fatal.message());
    LoopContext context = connection.context();
    context.beginEvent();
    try {
      ReplyOwner held = connection.giveUp();
      groupOpen = groups.open();
      first = groups.first();
      Object[] waiting = groups.takeAll();
      Set<Object> owners = Collections.newSetFromMap(new IdentityHashMap<>());
      Collections.addAll(owners, waiting);
      for (Object owner : waiting) {
        if (owners.remove(owner)) {
          notifyOwner((ReplyOwner) owner);
        }
      }
      if (held != null && !Arrays.asList(waiting).contains(held)) {
        notifyOwner(held);
      }
      connection.tellPool();
    } finally {
      context.endEvent();
    }
  }

  private void notifyOwner(ReplyOwner owner) {
    LoopContext.guarded(() -> owner.connectionLost(connection, fatal), owner::failed);
  }
}
