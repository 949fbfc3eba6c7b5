package dev.heimdall.engine.backend;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import io.netty.channel.embedded.EmbeddedChannel;

/** Server connections of any protocol whose log-in was left out. */
public final class DetachedConnection {
  private DetachedConnection() {}

  /** What becomes of a channel whose log-in, by any protocol, is over. */
  public static ServerConnection of(
      LoopContext context,
      EmbeddedChannel channel,
      ConnectionKeeper listener,
      ServerTarget target,
      LogInHandler.LoggedIn found) {
    ServerConnection made = new ServerConnection(1, context, channel, listener, target, found);
    channel.pipeline().addLast("server", made);
    return made;
  }

  /** What one hears who asks a server that answers a log-in with this error. */
  public static ConnectFailure refusal(ServerError error) {
    return ConnectFailure.refused(error);
  }
}
