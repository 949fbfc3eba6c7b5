package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.net.LoopContext;

/** Makes the server connections of pools. */
@FunctionalInterface
public interface Connector {
  /**
   * Connects and logs in; returns at once.
   *
   * @param context where the connection lives, and where listener and handler are told
   */
  void connect(
      LoopContext context,
      ServerTarget target,
      ServerConnection.Listener listener,
      ServerConnector.Handler handler);
}
