package dev.heimdall.engine.backend;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.dialect.postgres.server.PostgresRequests;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Greeting;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A logged-in server connection without a server: a test plays its part byte by byte. */
public final class DetachedServer {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ServerConnection connection;
  private int closings;
  private int cancelsDone;

  public DetachedServer(int preparedLimit) {
    connection =
        connection(
            new LoopContext(0, channel.eventLoop()),
            new ConnectionKeeper() {
              @Override
              public void serverClosed(ServerConnection closed) {
                closings++;
              }

              @Override
              public void cancelsDone(ServerConnection done) {
                cancelsDone++;
              }
            },
            preparedLimit);
  }

  /** One that somebody else keeps: no endings are counted here. */
  public DetachedServer(LoopContext context, ConnectionKeeper listener) {
    connection = connection(context, listener, 100);
  }

  /** The same of one that was wanted to lead there. */
  public DetachedServer(LoopContext context, ServerTarget target, ConnectionKeeper listener) {
    connection = connection(context, target, listener);
  }

  private ServerConnection connection(
      LoopContext context, ConnectionKeeper listener, int preparedLimit) {
    return connection(
        context,
        new ServerTarget(
            null,
            null,
            "db",
            ServerCredential.withoutSecret("app"),
            Capabilities.NONE,
            Map.of(),
            preparedLimit),
        listener);
  }

  private ServerConnection connection(
      LoopContext context, ServerTarget target, ConnectionKeeper listener) {
    return DetachedConnection.of(
        context,
        channel,
        listener,
        target,
        PostgresRequests.loggedIn(
            4711, new byte[4], Greeting.of(Map.of("server_version", "18.0"))));
  }

  public ServerConnection connection() {
    return connection;
  }

  public EmbeddedChannel channel() {
    return channel;
  }

  public int closings() {
    return closings;
  }

  public int cancelsDone() {
    return cancelsDone;
  }

  /** The server sends these bytes in one piece. */
  public void sends(byte[] bytes, int from, int to) {
    ByteBuf piece = channel.alloc().buffer(to - from);
    piece.writeBytes(bytes, from, to - from);
    channel.pipeline().fireChannelRead(piece);
    channel.pipeline().fireChannelReadComplete();
    channel.runPendingTasks();
    channel.releaseInbound(); // what comes after the close meets no connection
  }

  public void sends(byte[] bytes) {
    sends(bytes, 0, bytes.length);
  }

  /** What the node has written since the last call, as ISO 8859-1 text. */
  public String written() {
    channel.runPendingTasks();
    return writtenNow();
  }

  /** The same of what has left so far. */
  public String writtenNow() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      text.append(out.toString(StandardCharsets.ISO_8859_1));
      out.release();
    }
    return text.toString();
  }
}
