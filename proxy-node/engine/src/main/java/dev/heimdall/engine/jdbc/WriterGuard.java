package dev.heimdall.engine.jdbc;

import dev.heimdall.model.ServerAddress;
import java.util.Optional;

/**
 * Which server of a cluster takes what the node writes on its own account, where its writer has to
 * be confirmed. Never blocks; thread-safe.
 */
public interface WriterGuard {
  /** The writer, if there is one and it is confirmed. */
  Optional<ServerAddress> writer();

  /** Whether nothing is to leave for a server: it is not the writer, or not confirmed any more. */
  boolean bars(ServerAddress server);
}
