package dev.heimdall.engine.changes;

import dev.heimdall.model.ServerAddress;
import java.util.Optional;

/** Hears of what is written to one database past the nodes, on threads of its own. Thread-safe. */
public interface ChangeFeed extends AutoCloseable {
  void start();

  /**
   * Sets the server that is the writer: it alone is listened to. To be called for each snapshot of
   * the cluster; does not wait.
   *
   * @param run which run of that server
   */
  void follow(Optional<ServerAddress> writer, String run);

  FeedStatus status();

  /** Ends it, without waiting for its last step. */
  @Override
  void close();
}
