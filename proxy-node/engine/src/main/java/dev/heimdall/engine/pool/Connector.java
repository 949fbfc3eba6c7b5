package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.net.LoopContext;

/** Makes the server connections of pools. */
public interface Connector {
  /**
   * Connects and logs in; returns at once.
   *
   * @param context where the connection lives, and where listener and handler are told
   */
  void connect(
      LoopContext context,
      ServerTarget target,
      ConnectionKeeper keeper,
      ServerConnector.Handler handler);

  /**
   * Sends the server a request to cancel what runs on the connection.
   *
   * @param done runs on the connection's loop when the server has the request, or cannot be reached
   */
  void cancel(ServerConnection connection, Runnable done);

  /** By the node's sockets. */
  static Connector of(ServerConnector by) {
    return new Connector() {
      @Override
      public void connect(
          LoopContext context,
          ServerTarget target,
          ConnectionKeeper keeper,
          ServerConnector.Handler handler) {
        by.connect(context, target, keeper, handler);
      }

      @Override
      public void cancel(ServerConnection connection, Runnable done) {
        by.cancel(connection, done);
      }
    };
  }
}
